"""What golden_from_transformers.py and golden_from_open_clip.py share: texts, pictures, files (docs/FORMATS.md)."""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch.nn.functional import normalize

TEXTS = ["a photo of a dog", "two red cups left of a blue cup", "", "The Dog’s “ball” – it’s “red”…", "crème brûlée &amp; jalapeño",
         "🎈👩‍👩‍👧 balloons 🇩🇪", "東京の夜景", "don&#39;t e\u0301", "donâ€™t", "ΟΔΟΣ 1984 x2", "tab\tand\x07 control", "a very long text " * 30]


def arguments(doc):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="the model")
    parser.add_argument("out", type=Path, help="folder to make: model.safetensors, tokens.json, pixels/")
    parser.add_argument("--images", nargs="+", type=Path, help="image files; default: generated pictures of every kind")
    parser.add_argument("--gray16", action="store_true", help="also a 16-bit gray PNG, which Pillow makes nearly white and we do not")
    parser.add_argument("--texts", type=Path, help="text file, one text a line; default: hard texts")
    return parser


def texts(args):
    return args.texts.read_text(encoding="utf-8").split("\n") if args.texts else TEXTS


def pictures(args):
    """The pictures, copied or generated under out/pixels."""
    folder = args.out / "pixels"
    folder.mkdir(parents=True)
    for path in args.images or []:
        shutil.copy(path, folder / path.name)
    if not args.images:
        y, x = np.mgrid[0:301, 0:403]
        wave = np.stack([128 + 100 * np.sin(x / 9), 128 + 100 * np.cos(y / 7), (x * 3 + y * 5) % 256], -1)
        rgb = Image.fromarray((wave + np.random.default_rng(7).normal(0, 8, wave.shape)).clip(0, 255).astype(np.uint8))
        alpha = rgb.copy()
        alpha.putalpha(Image.fromarray((x % 256).astype(np.uint8)))
        exif = Image.Exif()
        exif[0x0112] = 6
        for name, image, options in (
                ("odd.png", rgb, {}), ("odd.jpg", rgb, {"quality": 88}), ("progressive.jpg", rgb, {"progressive": True}),
                ("turned.jpg", rgb, {"exif": exif}), ("alpha.png", alpha, {}), ("palette.png", rgb.quantize(200), {}),
                ("gray.png", rgb.convert("L"), {}), ("gray.jpg", rgb.convert("L"), {}), ("bit.png", rgb.convert("1"), {}),
                ("lossless.webp", rgb, {"lossless": True}), ("lossy.webp", rgb, {}), ("picture.gif", rgb.quantize(64), {}),
                ("wide.png", rgb.resize((1200, 31)), {}), ("line.png", rgb.crop((0, 0, 60, 1)), {}), ("small.png", rgb.crop((0, 0, 9, 7)), {}),
                ("cmyk.jpg", rgb.convert("CMYK"), {"quality": 88}),
                *([("gray16.png", Image.fromarray((wave[..., 0] * 257).astype(np.uint16)), {})] if args.gray16 else [])):
            image.save(folder / name, **options)
    return sorted(p for p in folder.iterdir() if p.suffix != ".npy")


def save_pixels(path, pixels):
    np.save(f"{path}.npy", np.asarray(pixels, "<f4"))


def save_tokens(out, rows):
    (out / "tokens.json").write_text(json.dumps([{"text": t, "ids": [int(i) for i in ids]} for t, ids in rows], indent=0))


def padded(rows, context):
    """[BOS] to [EOS], cut to the context with [EOS] kept: ids [t, m] and lengths [t]."""
    ids = torch.zeros(len(rows), context, dtype=torch.int64)
    lengths = torch.tensor([min(len(r), context) for r in rows])
    for i, row in enumerate(rows):
        cut = list(row) if len(row) <= context else list(row[: context - 1]) + [row[-1]]
        ids[i, : len(cut)] = torch.tensor(cut)
        ids[i, len(cut):] = row[-1]
    return ids, lengths


def late(images, words, lengths):
    """s_image and s_text [i, t] of projected tokens; [CLS] is left out."""
    pairs = [[(s.max(1).values.mean(), s.max(0).values.mean()) for w, n in zip(words, lengths)
              for s in [normalize(x[1:], dim=-1) @ normalize(w[:n], dim=-1).T]] for x in images]
    return torch.tensor([[a for a, _ in row] for row in pairs]), torch.tensor([[b for _, b in row] for row in pairs])


def save_model(out, made_by, **tensors):
    s_image, s_text = late(tensors["image_tokens"], tensors["text_tokens"], tensors["text_length"])
    tensors |= {"s_image": s_image, "s_text": s_text}
    save_file({k: v.detach().contiguous() for k, v in tensors.items()}, out / "model.safetensors",
              metadata={"format": "filip-golden-model/1", "made_by": made_by})
    print(f"{out}: model.safetensors, tokens.json, pixels/ by {made_by}")
