"""FILIP similarities by ONNX Runtime alone, to compare with `filip similarity`.

filip export MODEL --to onnx --out FOLDER
python compat/filip_in_onnxruntime.py FOLDER IMAGE TEXT...     (onnxruntime, numpy; transformers and pillow for the inputs)
"""

import sys

import numpy as np
import onnxruntime
from PIL import Image
from transformers import AutoImageProcessor, AutoTokenizer


def encode(folder, image, texts):
    """Unit patches [n,d], a list of unit words [m,d], [CLS] [1,d], [EOS] [t,d]."""
    pixels = AutoImageProcessor.from_pretrained(folder)(Image.open(image).convert("RGB"), return_tensors="np")["pixel_values"]
    inputs = AutoTokenizer.from_pretrained(folder)(texts, padding=True, truncation=True, return_tensors="np")
    lengths = inputs["attention_mask"].sum(1)
    patches, cls = onnxruntime.InferenceSession(f"{folder}/image.onnx").run(
        ["image_tokens", "image_embeds"], {"pixel_values": pixels.astype(np.float32)})
    words, eos = onnxruntime.InferenceSession(f"{folder}/text.onnx").run(
        ["text_tokens", "text_embeds"], {"input_ids": inputs["input_ids"].astype(np.int64), "text_length": lengths.astype(np.int64)})
    return patches[0], [w[:n] for w, n in zip(words, lengths)], cls, eos


def similarities(patches, words):
    return [(float((s := patches @ w.T).max(1).mean()), float(s.max(0).mean())) for w in words]


if __name__ == "__main__":
    patches, words, _, _ = encode(sys.argv[1], sys.argv[2], sys.argv[3:])
    for text, (s_image, s_text) in zip(sys.argv[3:], similarities(patches, words)):
        print(f"{s_image:8.4f} {s_text:8.4f}  {text}")
