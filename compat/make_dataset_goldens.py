"""Makes small files of the kinds that published data sets come in, as Python's own programs write them.

Written by: python compat/make_dataset_goldens.py filip-data/src/test/resources/golden/known
Needs: numpy, scipy. What Python 2 and NumPy 1 wrote is made by the tests themselves.
"""

import pickle
import sys
from pathlib import Path

import numpy
import scipy.io

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)

# two images: pixel p of image i is 31 i + p
data = (31 * numpy.arange(2)[:, None] + numpy.arange(3072)[None]).astype(numpy.uint8)
for protocol in (0, 1, 2, 3, 4, 5):
    batch = {"batch_label": "one", "data": data, "labels": [2, 0], "filenames": ["a_é.png", "b.png"]}
    (out / f"cifar-protocol{protocol}.pickle").write_bytes(pickle.dumps(batch, protocol=protocol))
turned = {b"data": numpy.asfortranarray(data), b"labels": numpy.array([2, 0], dtype=">i8")}
(out / "cifar-columns.pickle").write_bytes(pickle.dumps(turned, protocol=4))

cars = numpy.zeros((1, 3), dtype=[("bbox_x1", "O"), ("class", "O"), ("fname", "O")])
for i, name in enumerate(["00003.jpg", "00001.jpg", "00002.jpg"]):
    cars[0, i] = (numpy.uint8(3), numpy.uint8(3 - i), name)
names = numpy.array(["AM General Hummer SUV 2000", "Acura RL Sedan 2012", "Ram C/V Cargo Van"], dtype=object)
for packed in (False, True):
    kind = "packed" if packed else "plain"
    scipy.io.savemat(out / f"cars-{kind}.mat", {"annotations": cars, "class_names": names.reshape(1, -1)}, do_compression=packed)
