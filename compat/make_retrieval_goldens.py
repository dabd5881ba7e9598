"""Makes score matrices and what published evaluators make of them.

Written by: python compat/make_retrieval_goldens.py filip-eval/src/test/resources/golden/retrieval
Needs: numpy, torch, clip-benchmark (the versions are written into expected.json).
CASE/scores.npy [images, captions] fp32 without equal numbers in a row or column, CASE/owner.npy (image of each caption); expected.json: for each case
R@1, 5 and 10 of both directions by clip_benchmark's own functions, and, where every image has five captions, by the definition of VSE++ (Faghri et al.
2018): the rank of an image's best caption, the rank of a caption's image, rsum = the sum of the six recalls in percent, and the means of all of
these over five folds of neighbouring images, as MSCOCO's 1K numbers are made of its 5K.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from clip_benchmark.metrics import zeroshot_retrieval

KS = (1, 5, 10)


def matrix(rng, captions):
    owner = np.repeat(np.arange(len(captions)), captions)
    scores = rng.standard_normal((len(captions), len(owner))) * 0.12
    scores[owner, np.arange(len(owner))] += rng.uniform(0, 0.45, len(owner))
    scores = scores.astype(np.float32)
    assert all(len(np.unique(line)) == len(line) for line in [*scores, *scores.T]), "a tie has no one right rank"
    return scores, owner.astype(np.int32)


def clip_benchmark(scores, owner):
    """As its evaluate() does from its score matrix [captions, images] on."""
    by_text = torch.from_numpy(scores.T.copy())
    positive = torch.zeros_like(by_text, dtype=bool)
    positive[torch.arange(len(owner)), torch.from_numpy(owner).long()] = True
    found = dict(text_to_image={}, image_to_text={})
    for k in KS:
        for name, s, p in (("text_to_image", by_text, positive), ("image_to_text", by_text.T, positive.T)):
            recall = zeroshot_retrieval.batchify(zeroshot_retrieval.recall_at_k, s, p, 16, "cpu", k=k)
            found[name][f"r{k}"] = (recall > 0).double().mean().item()
    return found


def vse(scores):
    """The definition of VSE++, five captions an image: ranks by sorting, recalls in percent."""
    images = len(scores)
    best = np.empty(images)
    for i in range(images):
        order = np.argsort(-scores[i])
        best[i] = min(np.where(order == c)[0][0] for c in range(5 * i, 5 * i + 5))
    own = np.array([np.where(np.argsort(-scores[:, c]) == c // 5)[0][0] for c in range(5 * images)])
    found = dict(image_to_text={f"r{k}": 100.0 * (best < k).mean() for k in KS}, text_to_image={f"r{k}": 100.0 * (own < k).mean() for k in KS})
    found["rsum"] = sum(found["image_to_text"].values()) + sum(found["text_to_image"].values())
    return found


def folds(scores, count):
    images = len(scores) // count
    each = [vse(scores[f * images : (f + 1) * images, 5 * f * images : 5 * (f + 1) * images]) for f in range(count)]
    mean = {way: {f"r{k}": float(np.mean([e[way][f"r{k}"] for e in each])) for k in KS} for way in ("image_to_text", "text_to_image")}
    return dict(mean, rsum=float(np.mean([e["rsum"] for e in each])))


def main(folder):
    rng = np.random.default_rng(3)
    expected = dict(clip_benchmark=version("clip-benchmark"), torch=torch.__version__, numpy=np.__version__, cases={})
    for name, captions in dict(five=[5] * 60, ragged=rng.integers(1, 8, 37)).items():
        scores, owner = matrix(rng, captions)
        (folder / name).mkdir(parents=True, exist_ok=True)
        np.save(folder / name / "scores.npy", scores)
        np.save(folder / name / "owner.npy", owner)
        case = dict(clip_benchmark=clip_benchmark(scores, owner))
        if name == "five":
            case.update(vse=vse(scores), five_folds=folds(scores, 5))
        expected["cases"][name] = case
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main(Path(sys.argv[1]))
