"""Model inputs by transformers and by open_clip for the pictures of decode/, as SHA-256 of float32 [3, h, w], and two whole arrays.

python3 make_preprocess.py   (transformers 5.23.0 with its Pillow backend, open_clip 3.3.0, torchvision, Pillow 13.0.0) -> preprocess.json, preprocess/*.npy
"""
import hashlib, json, os, shutil, warnings
import numpy as np
from PIL import Image
warnings.simplefilter("ignore")
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from open_clip.transform import image_transform

here = os.path.dirname(os.path.abspath(__file__))
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
table = []
names = sorted(n for n in os.listdir(os.path.join(here, "decode")) if not n.startswith(("cmyk", "png-16-la")))
for size in (24, 33, 84):
    hf = CLIPImageProcessorPil(size={"shortest_edge": size}, crop_size={"height": size, "width": size})
    oc = image_transform(size, is_train=False, mean=MEAN, std=STD)
    for name in names:
        im = Image.open(os.path.join(here, "decode", name))
        if im.size[0] < 5 or (size != 24 and not name.startswith(("jpeg-4", "png-rgb", "png-pal", "gif"))):
            continue
        a = np.asarray(hf(im, return_tensors="np")["pixel_values"][0], np.float32)
        b = oc(Image.open(os.path.join(here, "decode", name))).numpy()
        sha = lambda v: hashlib.sha256(np.ascontiguousarray(v, "<f4").tobytes()).hexdigest()
        table.append({"file": name, "size": size, "transformers": sha(a), "open_clip": sha(b)})
        if size == 24 and name in ("png-rgba.png", "jpeg-420.jpg"):
            np.save(os.path.join(here, "preprocess", name + ".npy"), a.astype("<f4"))
            shutil.copy(os.path.join(here, "decode", name), os.path.join(here, "preprocess", name))
# a picture smaller than its crop (padding), not resized
hf = CLIPImageProcessorPil(do_resize=False, crop_size={"height": 40, "width": 50})
im = Image.open(os.path.join(here, "decode", "png-rgb.png"))
pad = np.asarray(hf(im, return_tensors="np")["pixel_values"][0], np.float32)
table.append({"file": "png-rgb.png", "size": 0, "transformers": hashlib.sha256(pad.astype("<f4").tobytes()).hexdigest()})
json.dump(table, open(os.path.join(here, "preprocess.json"), "w"), indent=0)
hf = CLIPImageProcessorPil()
json.dump(hf.to_dict(), open(os.path.join(here, "preprocessor_config.json"), "w"), indent=1)
