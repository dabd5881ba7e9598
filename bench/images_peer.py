"""Pillow's images a second of processor time: decode; decode, resize and crop; the same and normalised by NumPy.

python bench/images_peer.py make FOLDER [W H COUNT]   generated JPEGs: shapes, gradients and grain, 4:2:0, quality 90
python bench/images_peer.py run FOLDER SIDE ROUNDS    one JSON line, the best round of each
"""

import io
import json
import os
import random
import sys
import time

import numpy as np
from PIL import Image, ImageDraw

MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)[:, None, None]
STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)[:, None, None]


def make(folder, w=480, h=360, count=200):
    os.makedirs(folder, exist_ok=True)
    for i in range(count):
        rng, noise = random.Random(i), np.random.default_rng(i)
        y, x = np.mgrid[0:h, 0:w] / 60.0
        base = np.stack([128 + 90 * np.sin(x * rng.uniform(.2, 2) + y * rng.uniform(.2, 2) + k) for k in range(3)], -1)
        image = Image.fromarray(base.clip(0, 255).astype(np.uint8))
        draw = ImageDraw.Draw(image)
        for _ in range(25):
            cx, cy, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(5, 80)
            draw.ellipse([cx - r, cy - r * rng.uniform(.3, 1), cx + r, cy + r], fill=tuple(rng.randrange(256) for _ in range(3)))
        grain = np.asarray(image, np.float64) + noise.normal(0, 7, (h, w, 3))
        Image.fromarray(grain.clip(0, 255).astype(np.uint8)).save(os.path.join(folder, f"{i:04}.jpg"), quality=90, subsampling=2)


def run(folder, side, rounds):
    files = [open(os.path.join(folder, n), "rb").read() for n in sorted(os.listdir(folder)) if n.endswith(".jpg")]

    def decode(b):
        return Image.open(io.BytesIO(b)).convert("RGB")

    def pixels(b):
        im = decode(b)
        w, h = im.size
        short, long = min(w, h), max(w, h)
        size = (side, int(side * long / short)) if w <= h else (int(side * long / short), side)
        im = im.resize(size, Image.BICUBIC)
        left, top = (size[0] - side) // 2, (size[1] - side) // 2
        return im.crop((left, top, left + side, top + side))

    def everything(b):
        array = np.asarray(pixels(b)).transpose(2, 0, 1)
        return (array * np.float32(1 / 255) - MEAN) / STD

    def load(b):
        decode(b).load()

    out = {}
    for name, work in (("decode", load), ("decode_resize_crop", pixels), ("decode_resize_crop_normalise", everything)):
        best = 0
        for _ in range(rounds + 1):
            start = time.process_time()
            for b in files:
                work(b)
            best = max(best, len(files) / (time.process_time() - start))
        out[name] = best
    print(json.dumps(out))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], *map(int, sys.argv[3:]))
    else:
        run(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
