"""Late matching of every image with every text by a plain PyTorch loop, for bench/retrieval.sh.

python bench/retrieval_peer.py FOLDER fp32|bf16     prints one JSON line
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch

BLOCKS = [(16, 128), (32, 256), (64, 256), (64, 512), (128, 1024)]


def scores(images, texts, real):
    """s_image and s_text, [images, texts]; padding words take no part."""
    i, p, d = images.shape
    t, w, _ = texts.shape
    products = (images.reshape(i * p, d) @ texts.reshape(t * w, d).T).view(i, p, t, w)
    s_text = (products.amax(1).float() * real).sum(-1) / real.sum(-1)
    products.masked_fill_(~real, -2)
    return products.amax(-1).float().mean(1), s_text


@torch.inference_mode()
def main(folder, precision):
    about = json.loads((folder / "about.json").read_text())
    n, m, p, d = about["images"], about["texts"], about["patches"], about["width"]
    lengths = np.array(about["lengths"])
    dtype = torch.float32 if precision == "fp32" else torch.bfloat16
    images = torch.from_numpy(np.fromfile(folder / "images.f32", dtype="<f4").reshape(n, p, d)).to(dtype)
    rows = np.fromfile(folder / "texts.f32", dtype="<f4").reshape(-1, d)
    real = torch.from_numpy(np.arange(lengths.max())[None] < lengths[:, None])
    texts = torch.zeros(m, int(lengths.max()), d, dtype=dtype)
    texts[real] = torch.from_numpy(rows).to(dtype)
    del rows

    def each(bi, bt, some):
        for a in range(0, some[0], bi):
            for b in range(0, some[1], bt):
                yield a, b, scores(images[a:a + bi], texts[b:b + bt], real[b:b + bt])

    def tried(blocks):
        part = min(n, 128), min(m, 1024)
        start = time.perf_counter()
        for _ in each(*blocks, part):
            pass
        return time.perf_counter() - start

    tried(BLOCKS[0])
    best = min(BLOCKS, key=tried)
    start = time.perf_counter()
    owner = torch.arange(m) // (m // n)
    s_image, s_text = torch.empty(n, m), torch.empty(n, m)
    for a, b, (x, y) in each(*best, (n, m)):
        s_image[a:a + best[0], b:b + best[1]], s_text[a:a + best[0], b:b + best[1]] = x, y
    matching = time.perf_counter() - start
    t2i = float((s_text.argmax(0) == owner).float().mean())
    i2t = float((owner[s_image.argmax(1)] == torch.arange(n)).float().mean())
    print(json.dumps(dict(program="pytorch", precision=precision, blocks=best, threads=torch.get_num_threads(),
                          seconds=time.perf_counter() - start, matching_seconds=matching,
                          peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, text_to_image_r1=t2i, image_to_text_r1=i2t)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
