"""SHA-256 of Pillow's resize of a generated picture, at awkward sizes and with every filter.

python3 make_resize.py   (Pillow 13.0.0) -> resize.json
The picture of size w x h: channel c of pixel (x, y) is the high byte of
((x * 73856093) ^ (y * 19349663) ^ (c * 83492791)) * 2654435761 mod 2^32, except that x // 8 + y // 8 odd gives 255 * (c != 1).
"""
import hashlib, json, os
import numpy as np
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))


def picture(w, h, channels=3):
    y, x = np.mgrid[0:h, 0:w].astype(np.uint64)
    out = np.zeros((h, w, channels), np.uint8)
    for c in range(channels):
        v = (((x * 73856093) ^ (y * 19349663) ^ np.uint64(c * 83492791)) * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
        noise = (v >> np.uint64(24)).astype(np.uint8)
        out[..., c] = np.where((x // 8 + y // 8) % 2 == 1, 255 * (c != 1), noise)
    return out


if __name__ == "__main__":
    table = []
    for (w, h, tw, th) in [(480, 360, 298, 224), (480, 360, 224, 224), (45, 31, 84, 84), (1, 1, 7, 5), (3, 200, 17, 19), (200, 3, 19, 17),
                           (224, 224, 224, 224), (100, 80, 100, 33), (100, 80, 33, 80), (641, 17, 16, 1), (33, 65, 84, 60), (17, 16, 15, 31),
                           (20, 62, 10, 41), (20, 62, 10, 42), (20, 62, 21, 61)]:
        for how in range(6):
            im = Image.fromarray(picture(w, h)).resize((tw, th), how)
            table.append({"from": [w, h], "to": [tw, th], "resample": how, "sha256": hashlib.sha256(im.tobytes()).hexdigest()})
    json.dump(table, open(os.path.join(here, "resize.json"), "w"), indent=0)
