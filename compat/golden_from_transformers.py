"""Goldens of a CLIP model by Hugging Face transformers, for `filip parity model|tokens|pixels`.

python compat/golden_from_transformers.py MODEL OUT [--images F...] [--texts FILE] [--default-pixels]
filip parity model MODEL OUT/model.safetensors; filip parity tokens MODEL OUT/tokens.json; filip parity pixels MODEL OUT/pixels

Needs: transformers 5, torch, pillow, safetensors (torchvision for --default-pixels).
"""

import numpy as np
import torch
import transformers
from PIL import Image
from transformers import AutoTokenizer, CLIPImageProcessor, CLIPModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

import goldens

parser = goldens.arguments(__doc__)
parser.add_argument("--default-pixels", action="store_true", help="transformers 5's default image processor (torchvision), not Pillow's")
args = parser.parse_args()
model = CLIPModel.from_pretrained(args.model, dtype=torch.float32).eval()
tokenizer = AutoTokenizer.from_pretrained(args.model)
processor = (CLIPImageProcessor if args.default_pixels else CLIPImageProcessorPil).from_pretrained(args.model)

pixels = []
for path in goldens.pictures(args):
    pixels.append(np.asarray(processor(Image.open(path), return_tensors="np")["pixel_values"][0]))
    goldens.save_pixels(path, pixels[-1])
texts = goldens.texts(args)
rows = [tokenizer(t, truncation=False)["input_ids"] for t in texts]
goldens.save_tokens(args.out, zip(texts, rows))

pixels = torch.tensor(np.stack(pixels))
ids, lengths = goldens.padded(rows, model.config.text_config.max_position_embeddings)
with torch.no_grad():
    vision = model.vision_model(pixel_values=pixels, output_hidden_states=True)
    mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
    text = model.text_model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
    words = model.text_projection(text.last_hidden_state)
    tokens = model.visual_projection(model.vision_model.post_layernorm(vision.last_hidden_state))
    out = model(input_ids=ids, attention_mask=mask, pixel_values=pixels)
blocks = {f"vision.block.{k}": s for k, s in enumerate(vision.hidden_states[1:])}
blocks |= {f"text.block.{k}": s for k, s in enumerate(text.hidden_states[1:])}
goldens.save_model(args.out, f"transformers {transformers.__version__}, torch {torch.__version__}", pixel_values=pixels, input_ids=ids,
                   text_length=lengths, image_tokens=tokens, text_tokens=words, image_embeds=out.image_embeds, text_embeds=out.text_embeds, **blocks)
