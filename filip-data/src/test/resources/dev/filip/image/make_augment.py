"""SHA-256 of AutoAugment's operations by torchvision on PIL images: every operation, bin and sign; and torchvision's policy table.

python3 make_augment.py   (torchvision, Pillow 13.0.0) -> augment.json
The picture is make_resize.picture(w, h) // 2 + 10 * (c + 1) for channel c.
"""
import hashlib, json, os
import numpy as np
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms.autoaugment import AutoAugment, AutoAugmentPolicy, _apply_op
from make_resize import picture

here = os.path.dirname(os.path.abspath(__file__))
aa = AutoAugment(AutoAugmentPolicy.IMAGENET)
ops = []
for w, h in ((45, 31), (84, 84)):
    base = (picture(w, h) // 2 + 10 * (np.arange(3) + 1)).astype(np.uint8)
    for name, (magnitudes, signed) in aa._augmentation_space(10, (h, w)).items():
        for b in range(10 if magnitudes.ndim else 1):
            for sign in ((1, -1) if signed else (1,)):
                m = sign * (float(magnitudes[b]) if magnitudes.ndim else 0.0)
                out = _apply_op(Image.fromarray(base), name, m, InterpolationMode.NEAREST, None)
                ops.append({"size": [w, h], "op": name, "bin": b, "sign": sign, "sha256": hashlib.sha256(out.tobytes()).hexdigest()})
policy = [[[n, p, m or 0] for n, p, m in pair] for pair in aa.policies]
json.dump({"policy": policy, "ops": ops}, open(os.path.join(here, "augment.json"), "w"), separators=(",", ":"))
