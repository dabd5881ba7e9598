"""FILIP similarities by open_clip alone, to compare with `filip similarity`.

filip export MODEL --to open_clip --out FOLDER
python compat/filip_in_open_clip.py FOLDER IMAGE TEXT...     (open_clip_torch, transformers, torch, pillow)
"""

import sys

import open_clip
import torch
from PIL import Image
from torch.nn.functional import normalize


@torch.no_grad()
def encode(folder, image, texts):
    """Unit patches [n,d], a list of unit words [m,d], [CLS] [1,d], [EOS] [t,d]."""
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    model.eval()
    ids = open_clip.get_tokenizer(f"local-dir:{folder}")(texts)
    pixels = preprocess(Image.open(image))[None]
    visual = model.visual
    tokens = normalize(visual.ln_post(visual.transformer(visual._embeds(pixels))) @ visual.proj, dim=-1)
    hidden = model.transformer(model.token_embedding(ids) + model.positional_embedding, attn_mask=model.attn_mask)
    words = normalize(model.ln_final(hidden) @ model.text_projection, dim=-1)
    lengths = ids.argmax(-1) + 1  # [EOS] has the largest id
    cls, eos = model.encode_image(pixels, normalize=True), model.encode_text(ids, normalize=True)
    return tokens[0, 1:], [w[:n] for w, n in zip(words, lengths)], cls, eos


def similarities(patches, words):
    return [(float((s := patches @ w.T).max(1).values.mean()), float(s.max(0).values.mean())) for w in words]


if __name__ == "__main__":
    patches, words, _, _ = encode(sys.argv[1], sys.argv[2], sys.argv[3:])
    for text, (s_image, s_text) in zip(sys.argv[3:], similarities(patches, words)):
        print(f"{s_image:8.4f} {s_text:8.4f}  {text}")
