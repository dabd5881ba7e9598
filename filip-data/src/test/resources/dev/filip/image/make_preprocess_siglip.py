"""Model inputs by transformers' SiglipImageProcessor for the pictures of decode/, as SHA-256 of float32 [3, h, w].

python3 make_preprocess_siglip.py   (transformers 5.24.0 with its Pillow backend, Pillow 13.0.0) -> preprocess_siglip.json
"""
import hashlib, json, os
import numpy as np
from PIL import Image
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

here = os.path.dirname(os.path.abspath(__file__))
names = sorted(n for n in os.listdir(os.path.join(here, "decode")) if not n.startswith(("cmyk", "png-16-la")))
table = []
for size in (24, 33):
    processor = SiglipImageProcessorPil(size={"height": size, "width": size})
    for name in names:
        image = Image.open(os.path.join(here, "decode", name))
        values = np.asarray(processor(image, return_tensors="np")["pixel_values"][0], "<f4")
        table.append({"file": name, "size": size, "sha256": hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()})
config = SiglipImageProcessorPil(size={"height": 24, "width": 24}).to_dict()
json.dump({"preprocessor_config": config, "inputs": table}, open(os.path.join(here, "preprocess_siglip.json"), "w"), indent=0)
print(len(table), config)
