#!/usr/bin/env python3
"""Golden files filip-golden-loss/1 by PyTorch autograd, for `filip parity loss GOLDEN`.

    pip install torch numpy safetensors
    python compat/make_loss_goldens.py filip-parity/src/test/resources/golden/loss

The late loss is written from the formulas of FILIP (Yao et al. 2022, section 3.1), one pair at a
time and without padding: it shares nothing with the Java code but the definition.
"""
import math
import sys

import numpy as np
import torch
from safetensors.torch import save_file


def unit(rng, *shape):
    x = torch.from_numpy(rng.standard_normal(shape))
    return x / x.norm(dim=-1, keepdim=True)


def cross_entropies(s_image, s_text, log_scale):
    own = torch.arange(s_image.shape[0])
    scale = log_scale.exp()
    by_image = torch.nn.functional.cross_entropy(scale * s_image, own)
    by_text = torch.nn.functional.cross_entropy(scale * s_text.T, own)
    return (by_image + by_text) / 2


def late(image, text, length, log_scale):
    s_image, s_text = [], []
    for x in image:
        for y, m in zip(text, length.tolist()):
            products = x @ y[:m].T
            s_image.append(products.max(dim=1).values.mean())
            s_text.append(products.max(dim=0).values.mean())
    b = len(image)
    return cross_entropies(torch.stack(s_image).view(b, b), torch.stack(s_text).view(b, b), log_scale)


def golden(path, kind, dtype, image, text, length, log_scale):
    image = image.detach().to(dtype, copy=True).requires_grad_()
    text = text.detach().to(dtype, copy=True).requires_grad_()
    log_scale = torch.tensor(log_scale, dtype=dtype, requires_grad=True)
    if kind == "late":
        loss = late(image, text, length, log_scale)
    else:
        cosine = image @ text.T
        loss = cross_entropies(cosine, cosine, log_scale)
    loss.backward()
    name = "tokens" if kind == "late" else "embeds"
    tensors = {
        f"image_{name}": image.detach(),
        f"text_{name}": text.detach(),
        "log_scale": log_scale.detach(),
        "loss": loss.detach(),
        f"grad_image_{name}": image.grad,
        f"grad_text_{name}": text.grad,
        "grad_log_scale": log_scale.grad,
    }
    if kind == "late":
        tensors["text_length"] = length
    save_file(tensors, path, metadata={"format": "filip-golden-loss/1", "loss": kind})
    print(path, kind, dtype, f"loss {loss.item():.6f}")


def main(out):
    rng = np.random.default_rng(20211109)
    start = math.log(1 / 0.07)
    length = torch.tensor([7, 1, 4, 6, 2])
    text = unit(rng, 5, 7, 16)
    for i, m in enumerate(length.tolist()):
        text[i, m:] = float("nan")  # what lies beyond a text's end may be anything
    image = unit(rng, 5, 9, 16)
    golden(f"{out}/late-fp64.safetensors", "late", torch.float64, image, text, length, start)
    golden(f"{out}/late-fp32.safetensors", "late", torch.float32, image, text, length, start)
    golden(f"{out}/late-one.safetensors", "late", torch.float32, unit(rng, 1, 1, 3), unit(rng, 1, 1, 3),
           torch.tensor([1]), 0.0)
    golden(f"{out}/global-fp64.safetensors", "global", torch.float64, unit(rng, 6, 12), unit(rng, 6, 12),
           None, math.log(100))


if __name__ == "__main__":
    main(sys.argv[1])
