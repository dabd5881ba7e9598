"""Linear probe by scikit-learn's LogisticRegression (lbfgs), for bench/probe.sh.

make DIR N WIDTH CLASSES [DTYPE]   writes features as a CLIP tower gives them (unit rows round unit class centres, one direction common to all, a
                                   spectrum that falls) as DIR/{features,labels,test_features,test_labels}.npy
fit DIR C TOL                      fits them and prints one JSON line: seconds, CPU seconds, objective, iterations, accuracy, peak MiB
"""

import json
import resource
import sys
import time
import warnings
from pathlib import Path

import numpy as np


def make(folder, n, width, classes, dtype="float32"):
    rng = np.random.default_rng(1)
    spectrum = np.arange(1, width + 1) ** -0.5
    common = 3 * rng.standard_normal(width) * spectrum
    centres = rng.standard_normal((classes, width)) * spectrum
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in (("", n), ("test_", n // 5)):
        labels = rng.permutation(np.arange(count) % classes)
        x = common + centres[labels] + 1.5 * rng.standard_normal((count, width)) * spectrum
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        np.save(folder / f"{name}features.npy", x.astype(dtype))
        np.save(folder / f"{name}labels.npy", labels.astype(np.int64))


def objective(model, x, y, c):
    """C x the sum of losses + half the squared norm of the weights, in fp64."""
    z = x.astype(np.float64) @ model.coef_.T.astype(np.float64) + model.intercept_.astype(np.float64)
    top = z.max(1)
    loss = top + np.log(np.exp(z - top[:, None]).sum(1)) - z[np.arange(len(y)), y]
    return float(c * loss.sum() + 0.5 * np.square(model.coef_, dtype=np.float64).sum())


def fit(folder, c, tol):
    import sklearn
    from sklearn.linear_model import LogisticRegression

    load = lambda name: np.load(Path(folder) / f"{name}.npy")
    x, y = load("features"), load("labels")
    model = LogisticRegression(C=c, tol=tol, max_iter=1000)
    wall, cpu = time.perf_counter(), time.process_time()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model.fit(x, y)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(dict(
        peer="scikit-learn " + sklearn.__version__, dtype=str(x.dtype), seconds=wall, cpu_seconds=cpu, peak_mib=peak,
        iterations=int(model.n_iter_[0]), converged=not said, objective=objective(model, x, y, c),
        top1=float((model.predict(load("test_features")) == load("test_labels")).mean()))))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], *map(int, sys.argv[3:6]), *sys.argv[6:])
    else:
        fit(sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
