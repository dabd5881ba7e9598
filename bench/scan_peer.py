"""One query against every image by maxsim-cpu, for bench/scan.sh.

python bench/scan_peer.py FOLDER THREADS      prints a JSON line for 4, 16 and 32 query tokens
"""

import json
import os
import sys
import time
from pathlib import Path

folder, threads = Path(sys.argv[1]), sys.argv[2]
os.environ["RAYON_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = threads

import maxsim_cpu  # noqa: E402
import numpy as np  # noqa: E402

about = json.loads((folder / "about.json").read_text())
images = np.fromfile(folder / "images.f32", dtype="<f4").reshape(about["images"], about["patches"], about["width"])
words = np.fromfile(folder / "texts.f32", dtype="<f4", count=32 * about["width"]).reshape(-1, about["width"])
for tokens in (4, 16, 32):
    query = np.ascontiguousarray(words[:tokens])
    for _ in range(3):
        out = maxsim_cpu.maxsim_scores(query, images)
    rounds = []
    for _ in range(9):
        start = time.perf_counter()
        out = maxsim_cpu.maxsim_scores(query, images)
        rounds.append(time.perf_counter() - start)
    some = [0, 7, len(images) - 1]
    exact = (images[some] @ query.T).max(1).mean(1)
    print(json.dumps(dict(program="maxsim-cpu", threads=int(threads), tokens=tokens, images=len(images), seconds=sorted(rounds)[4],
                          error=float(np.abs(out[some] / tokens - exact).max()))))
