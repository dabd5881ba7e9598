"""fast-plaid on the set that bench/search_peers.sh made: one query after another, as an index's user asks.

python bench/search_peer.py FOLDER PROBES FULL [NBITS]    prints a JSON line for build and search; PROBES 8, FULL 4096, NBITS 4 are its defaults
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
from fast_plaid import search


def folder_bytes(path):
    return sum(f.stat().st_size for f in path.rglob("*") if f.is_file())


def main(folder, probes, full, nbits):
    about = json.loads((folder / "about.json").read_text())
    n, p, d = about["images"], about["patches"], about["width"]
    rows = np.fromfile(folder / "queries.f32", dtype="<f4").reshape(-1, d)
    ends = np.cumsum(about["lengths"])
    queries = [torch.from_numpy(rows[e - m:e].copy())[None] for m, e in zip(about["lengths"], ends)]
    place = folder / f"plaid-{nbits}"
    index = search.FastPlaid(index=str(place), device="cpu")
    if not (place / "done").exists():
        images = np.memmap(folder / "images.f16", dtype="<f2", mode="r", shape=(n, p, d))
        start = time.perf_counter()
        index.create([torch.from_numpy(np.array(x)) for x in images], nbits=nbits)
        seconds = time.perf_counter() - start
        (place / "done").touch()
        print(json.dumps(dict(program=f"fast-plaid, {nbits} bits", what="build", images=n, seconds=seconds)), flush=True)

    def ask(query):
        return index.search(query, top_k=10, n_ivf_probe=probes, n_full_scores=full, show_progress=False)[0]

    start = time.perf_counter()
    ask(queries[0])
    cold = time.perf_counter() - start
    for query in queries[:100]:
        ask(query)
    exact = json.loads((folder / "exact.json").read_text())
    ms, same = [], 0
    for query, best in zip(queries, exact):
        start = time.perf_counter()
        hits = ask(query)
        ms.append(1e3 * (time.perf_counter() - start))
        same += len({"%07d" % i for i, _ in hits} & set(best))
    start = time.perf_counter()
    index.search(queries, top_k=10, n_ivf_probe=probes, n_full_scores=full, show_progress=False)
    together = len(queries) / (time.perf_counter() - start)
    ordered = sorted(ms)
    print(json.dumps(dict(program=f"fast-plaid, {probes} probes, {full} full, {nbits} bits", what="search", images=n, cold_ms=1e3 * cold,
                          p50_ms=ordered[len(ms) // 2], p99_ms=ordered[min(len(ms) - 1, int(len(ms) * 0.99))], queries_per_s=1e3 * len(ms) / sum(ms),
                          together=together, recall=same / (10 * len(queries)), bytes_per_image=folder_bytes(place) / n,
                          peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)))


if __name__ == "__main__":
    torch.set_num_threads(os.cpu_count())
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 4)
