"""Sizes that img2dataset's resizer gives: mode, only if bigger, image size, width, height, new width, new height.

pip install img2dataset==1.47.0; python compat/make_download_goldens.py > filip-download/src/test/resources/dev/filip/download/sizes.txt
"""

import io
import random

import cv2
import numpy as np
from img2dataset.resizer import Resizer

random.seed(3)
sizes = [(1, 1), (7, 500), (500, 7), (333, 250), (250, 333), (256, 256), (255, 257), (100, 37), (37, 100), (1025, 683), (641, 427), (3, 2)]
sizes += [(random.randrange(1, 700), random.randrange(1, 700)) for _ in range(30)]
line = 0
for mode in ["no", "border", "keep_ratio", "keep_ratio_largest", "center_crop"]:
    for bigger in [False, True]:
        for size in [96, 255]:
            resize = Resizer(size, mode, bigger)
            for width, height in sizes:
                line += 1
                if line % 6 == 1:
                    png = cv2.imencode(".png", np.full((height, width, 3), 90, np.uint8))[1].tobytes()
                    _, new_width, new_height, _, _, failed = resize(io.BytesIO(png))
                    assert failed is None
                    print(mode, str(bigger).lower(), size, width, height, new_width, new_height)
