"""FILIP similarities of a model folder by Hugging Face transformers alone, to compare with `filip similarity`.

python compat/filip_in_transformers.py MODEL IMAGE TEXT...     (transformers, torch, pillow)
"""

import sys

import torch
from PIL import Image
from torch.nn.functional import normalize
from transformers import CLIPModel, CLIPProcessor


@torch.no_grad()
def encode(folder, image, texts):
    """Unit patches [n,d], a list of unit words [m,d], [CLS] [1,d], [EOS] [t,d]."""
    model = CLIPModel.from_pretrained(folder).eval()
    inputs = CLIPProcessor.from_pretrained(folder)(
        text=texts, images=Image.open(image).convert("RGB"), return_tensors="pt", padding=True
    )
    hidden = model.vision_model(pixel_values=inputs["pixel_values"]).last_hidden_state
    tokens = normalize(model.visual_projection(model.vision_model.post_layernorm(hidden)), dim=-1)
    hidden = model.text_model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).last_hidden_state
    words = normalize(model.text_projection(hidden), dim=-1)
    out = model(**inputs)
    return tokens[0, 1:], [w[: int(m.sum())] for w, m in zip(words, inputs["attention_mask"])], out.image_embeds, out.text_embeds


def similarities(patches, words):
    return [(float((s := patches @ w.T).max(1).values.mean()), float(s.max(0).values.mean())) for w in words]


if __name__ == "__main__":
    patches, words, _, _ = encode(sys.argv[1], sys.argv[2], sys.argv[3:])
    for text, (s_image, s_text) in zip(sys.argv[3:], similarities(patches, words)):
        print(f"{s_image:8.4f} {s_text:8.4f}  {text}")
