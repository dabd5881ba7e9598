"""Makes features, labels and what scikit-learn's LogisticRegression (lbfgs) makes of them.

Written by: python compat/make_probe_goldens.py filip-eval/src/test/resources/golden/probe
Needs: numpy, scikit-learn (the versions are written into expected.json).
CASE/{features,labels,test_features,test_labels}.npy; expected.json: for each case and C the objective (C x the sum of losses + half the squared
norm of the weights, in fp64), the test accuracy, the steps.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

CASES = {
    # unlike in everything that may trip: two classes (one output), more features than rows, unequal classes, a common direction, 16 bits
    "digits": dict(n=220, d=9, c=10, dtype="float32", scale=1.0, common=0.0),
    "two": dict(n=101, d=7, c=2, dtype="float64", scale=1.0, common=0.0),
    "wide": dict(n=60, d=90, c=3, dtype="float32", scale=0.5, common=1.0),
    "unit": dict(n=300, d=32, c=7, dtype="float64", scale=1.0, common=3.0, unit=True),
    "half": dict(n=150, d=13, c=5, dtype="float16", scale=1.0, common=0.5),
}
CS = (0.01, 1.0, 100.0)


def data(case, n, rng):
    weight = 1 / np.arange(1, case["c"] + 1) ** 0.5
    labels = np.concatenate([np.arange(case["c"]), rng.choice(case["c"], n - case["c"], p=weight / weight.sum())])
    labels = rng.permutation(labels)
    x = case["centres"][labels] + rng.standard_normal((n, case["d"])) + case["common"] * case["shared"]
    if case.get("unit"):
        x /= np.linalg.norm(x, axis=1, keepdims=True)
    return (case["scale"] * x).astype(case["dtype"]), labels


def objective(model, x, y, c):
    z = x.astype(np.float64) @ model.coef_.T + model.intercept_
    if z.shape[1] == 1:
        z = np.concatenate([np.zeros_like(z), z], 1)
    top = z.max(1)
    loss = top + np.log(np.exp(z - top[:, None]).sum(1)) - z[np.arange(len(y)), y]
    return float(c * loss.sum() + 0.5 * np.square(model.coef_, dtype=np.float64).sum())


def main(folder):
    expected = dict(sklearn=sklearn.__version__, numpy=np.__version__, cases={})
    for seed, (name, case) in enumerate(CASES.items()):
        rng = np.random.default_rng(seed)
        case |= dict(centres=rng.standard_normal((case["c"], case["d"])), shared=rng.standard_normal(case["d"]))
        x, y = data(case, case["n"], rng)
        test_x, test_y = data(case, 80, rng)
        out = Path(folder) / name
        out.mkdir(parents=True, exist_ok=True)
        np.save(out / "features.npy", x)
        np.save(out / "labels.npy", y.astype(["int64", "uint8", "int16", "int32", "uint16"][seed]))
        np.save(out / "test_features.npy", test_x)
        np.save(out / "test_labels.npy", test_y)
        computed = x.astype("float32") if x.dtype == np.float16 else x
        expected["cases"][name] = {}
        for c in CS:
            fits = {}
            for called, tol in (("default", 1e-4), ("tight", 1e-9)):
                xs = computed if called == "default" else computed.astype("float64")
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    model = LogisticRegression(C=c, tol=tol, max_iter=1000 if called == "default" else 100000).fit(xs, y)
                fits[called] = dict(tol=tol, objective=objective(model, xs, y, c), iterations=int(model.n_iter_[0]),
                                    top1=float((model.predict(test_x.astype(xs.dtype)) == test_y).mean()))
            expected["cases"][name][str(c)] = fits
    (Path(folder) / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
