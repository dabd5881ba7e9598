"""FILIP similarities of a model folder by Hugging Face transformers alone, to compare with `filip similarity`.

python compat/filip_in_transformers.py MODEL IMAGE TEXT...     (transformers, torch, pillow)
"""

import sys

import torch
from PIL import Image
from transformers import CLIPModel, CLIPProcessor

model = CLIPModel.from_pretrained(sys.argv[1]).eval()
inputs = CLIPProcessor.from_pretrained(sys.argv[1])(
    text=sys.argv[3:], images=Image.open(sys.argv[2]).convert("RGB"), return_tensors="pt", padding=True
)
with torch.no_grad():
    hidden = model.vision_model(pixel_values=inputs["pixel_values"]).last_hidden_state
    patches = torch.nn.functional.normalize(model.visual_projection(model.vision_model.post_layernorm(hidden))[0, 1:], dim=-1)
    texts = model.text_model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).last_hidden_state
    words = torch.nn.functional.normalize(model.text_projection(texts), dim=-1)
for text, rows, mask in zip(sys.argv[3:], words, inputs["attention_mask"]):
    cosines = patches @ rows[: int(mask.sum())].T
    print(f"{cosines.max(1).values.mean():8.4f} {cosines.max(0).values.mean():8.4f}  {text}")
