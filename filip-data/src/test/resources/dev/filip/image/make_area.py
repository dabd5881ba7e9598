"""SHA-256 of OpenCV's INTER_AREA of a generated picture (that of make_resize.py), at awkward sizes.

python3 make_area.py   (opencv-python-headless 4.14.0, x86) -> area.json
"""
import hashlib, json, os
import cv2
from make_resize import picture

here = os.path.dirname(os.path.abspath(__file__))

if __name__ == "__main__":
    table = []
    for (w, h, tw, th) in [(640, 480, 341, 256), (739, 480, 394, 256), (300, 257, 299, 256), (97, 61, 96, 61), (1025, 513, 512, 256), (500, 375, 333, 250),
                           (512, 512, 256, 256), (768, 768, 256, 256), (64, 64, 64, 32), (40, 50, 20, 10), (255, 255, 85, 51), (2, 2, 1, 1), (3, 3, 1, 1),
                           (33, 1, 8, 1), (1, 33, 1, 8), (17, 31, 5, 7), (18, 18, 17, 17), (1200, 9, 16, 3), (1000, 7, 143, 1), (700, 500, 3, 2)]:
        out = cv2.resize(picture(w, h), (tw, th), interpolation=cv2.INTER_AREA)
        table.append({"from": [w, h], "to": [tw, th], "sha256": hashlib.sha256(out.tobytes()).hexdigest()})
    json.dump(table, open(os.path.join(here, "area.json"), "w"), indent=0)
