"""Goldens of a CLIP model by open_clip, for `filip parity model|tokens|pixels`.

python compat/golden_from_open_clip.py SOURCE OUT [--arch NAME] [--images F...] [--texts FILE] [--without-ftfy]
filip import SOURCE --out MODEL
filip parity model MODEL OUT/model.safetensors; filip parity tokens MODEL OUT/tokens.json; filip parity pixels MODEL OUT/pixels

SOURCE: a folder with open_clip_config.json, or with --arch (ViT-B-32, ...) a checkpoint file. Needs: open_clip_torch, torch, safetensors.
"""

import ftfy
import open_clip
import torch
from PIL import Image
from torch.nn.functional import normalize

import goldens

parser = goldens.arguments(__doc__)
parser.add_argument("--arch", help="open_clip's name of the architecture, for a bare checkpoint")
parser.add_argument("--without-ftfy", action="store_true", help="clean texts without ftfy's repairs")
args = parser.parse_args()
if args.without_ftfy:
    ftfy.fix_text = lambda text: text
name = args.arch or f"local-dir:{args.model}"
model, _, preprocess = open_clip.create_model_and_transforms(name, **({"pretrained": args.model} if args.arch else {}))
tokenizer, model = open_clip.get_tokenizer(name), model.float().eval()
visual, text = model.visual, getattr(model, "text", model)


def ids_of(string):
    if hasattr(tokenizer, "sot_token_id"):
        return [tokenizer.sot_token_id] + tokenizer.encode(string) + [tokenizer.eot_token_id]
    return tokenizer.tokenizer(tokenizer.clean_fn(string), truncation=False)["input_ids"]  # the folder names a Hugging Face tokenizer


def watched(module, blocks, prefix, run):
    """Runs; gives the input-to-projection rows and every block's output."""
    seen, hooks = {}, []
    for key, part in [("final", module)] + [(f"{prefix}.block.{k}", b) for k, b in enumerate(blocks)]:
        hooks.append(part.register_forward_hook(lambda m, i, o, key=key: seen.__setitem__(key, o.detach())))
    pooled = run()
    for hook in hooks:
        hook.remove()
    return seen.pop("final"), seen, pooled


pixels = []
for path in goldens.pictures(args):
    pixels.append(preprocess(Image.open(path)))
    goldens.save_pixels(path, pixels[-1])
texts = goldens.texts(args)
rows = [ids_of(t) for t in texts]
goldens.save_tokens(args.out, zip(texts, rows))

pixels = torch.stack(pixels)
ids, lengths = goldens.padded(rows, text.context_length)
with torch.no_grad():
    tokens, seen, image = watched(visual.ln_post, visual.transformer.resblocks, "vision", lambda: model.encode_image(pixels))
    words, more, pooled = watched(text.ln_final, text.transformer.resblocks, "text", lambda: model.encode_text(ids))
    projection = text.text_projection
    words = projection(words) if isinstance(projection, torch.nn.Module) else words @ projection
    tokens = tokens @ visual.proj
goldens.save_model(args.out, f"open_clip {open_clip.__version__}, torch {torch.__version__}", pixel_values=pixels, input_ids=ids,
                   text_length=lengths, image_tokens=tokens, text_tokens=words, image_embeds=normalize(image, dim=-1),
                   text_embeds=normalize(pooled, dim=-1), **seen, **more)
