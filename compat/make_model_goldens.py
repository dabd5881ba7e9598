"""Makes tiny random CLIP model folders and their goldens with Hugging Face transformers.

Written by: python compat/make_model_goldens.py filip-model/src/test/resources/golden/model [NAME ...]
Needs: torch, transformers, safetensors (the versions are written into each golden's metadata).
Golden format: filip-golden-model/1 (docs/FORMATS.md).
"""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel

CASES = {
    "quick": dict(act="quick_gelu", image=12, patch=4, vw=12, vl=2, vh=3, tw=8, tl=2, th=2, context=9, vocab=23, d=5),
    "gelu": dict(act="gelu", image=14, patch=7, vw=16, vl=3, vh=2, tw=24, tl=1, th=4, context=12, vocab=31, d=8),
    "wide": dict(act="quick_gelu", image=20, patch=4, vw=32, vl=1, vh=1, tw=20, tl=3, th=5, context=16, vocab=40, d=24),
    # towers of unlike form, as LAION's ViT-H and bigG have: MLP not 4 x width, another eps and activation a tower
    "forms": dict(act="gelu", image=8, patch=4, vw=12, vl=2, vh=2, tw=10, tl=2, th=2, context=9, vocab=23, d=6,
                  vision=dict(intermediate_size=59, layer_norm_eps=1e-6),
                  text=dict(intermediate_size=21, layer_norm_eps=1e-3, hidden_act="gelu_pytorch_tanh")),
    # with eos_token_id 2 transformers pools at the largest id: here added tokens lie behind [EOS]
    "pooled": dict(act="quick_gelu", image=8, patch=4, vw=8, vl=1, vh=2, tw=8, tl=2, th=2, context=9, vocab=23, d=6, added=3,
                   text=dict(eos_token_id=2)),
}
TEXTS, IMAGES = 4, 3


def config(c):
    eos = c["vocab"] - 1 - c.get("added", 0)
    common = dict(hidden_act=c["act"], projection_dim=c["d"])
    return CLIPConfig(
        text_config=dict(dict(hidden_size=c["tw"], intermediate_size=4 * c["tw"], num_hidden_layers=c["tl"],
                         num_attention_heads=c["th"], max_position_embeddings=c["context"], vocab_size=c["vocab"],
                         bos_token_id=eos - 1, eos_token_id=eos, pad_token_id=eos, **common), **c.get("text", {})),
        vision_config=dict(dict(hidden_size=c["vw"], intermediate_size=4 * c["vw"], num_hidden_layers=c["vl"],
                           num_attention_heads=c["vh"], image_size=c["image"], patch_size=c["patch"], **common), **c.get("vision", {})),
        projection_dim=c["d"])


def randomise(model, seed):
    """Weights large enough that attention and activations are far from linear."""
    g = torch.Generator().manual_seed(seed)
    for name, p in model.named_parameters():
        with torch.no_grad():
            if name == "logit_scale":
                continue
            if p.dim() == 1 and "norm" in name and name.endswith("weight"):
                p.copy_(1 + 0.2 * torch.randn(p.shape, generator=g))
            else:
                p.copy_(torch.randn(p.shape, generator=g) * (0.2 if p.dim() == 1 else 1.2 * p.shape[-1] ** -0.5))


def inputs(c, seed):
    g = torch.Generator().manual_seed(seed)
    eos = c["vocab"] - 1 - c.get("added", 0)
    ids = torch.full((TEXTS, c["context"]), eos)
    lengths = torch.tensor([c["context"], 2, 5, 7])
    for i, n in enumerate(lengths.tolist()):
        ids[i, 0] = eos - 1
        ids[i, 1:n - 1] = torch.randint(0, eos - 1, (n - 2,), generator=g)
        ids[i, n - 1] = eos
    for i, at in enumerate([3, None, 2, 1][:TEXTS] if "added" in c else []):
        if at is not None:
            ids[i, at] = eos + 1 + i % c["added"]
    if "added" in c:
        ids[0, 5] = ids[0, 3]  # of several the first
    pixels = torch.randn(IMAGES, 3, c["image"], c["image"], generator=g)
    return ids, lengths, pixels


def late(images, texts, lengths):
    s_image = torch.zeros(len(images), len(texts))
    s_text = torch.zeros(len(images), len(texts))
    for i, image in enumerate(images):
        for t, text in enumerate(texts):
            s = image @ text[: lengths[t]].T
            s_image[i, t] = s.max(dim=1).values.mean()
            s_text[i, t] = s.max(dim=0).values.mean()
    return s_image, s_text


def golden(model, ids, lengths, pixels):
    with torch.no_grad():
        vision = model.vision_model(pixel_values=pixels, output_hidden_states=True)
        image_tokens = model.visual_projection(model.vision_model.post_layernorm(vision.last_hidden_state))
        text = model.text_model(input_ids=ids, output_hidden_states=True)
        text_tokens = model.text_projection(text.last_hidden_state)
        out = model(input_ids=ids, pixel_values=pixels)
        unit = torch.nn.functional.normalize
        s_image, s_text = late(unit(image_tokens, dim=-1)[:, 1:], unit(text_tokens, dim=-1), lengths)
        larger = torch.nn.functional.interpolate(pixels, scale_factor=2)
        resized = model.vision_model(pixel_values=larger, interpolate_pos_encoding=True)
        resized_tokens = model.visual_projection(model.vision_model.post_layernorm(resized.last_hidden_state))
    tensors = dict(resized_pixel_values=larger, resized_image_tokens=resized_tokens, input_ids=ids, text_length=lengths, pixel_values=pixels, image_tokens=image_tokens,
                   text_tokens=text_tokens, image_embeds=out.image_embeds, text_embeds=out.text_embeds,
                   s_image=s_image, s_text=s_text)
    for side, states in (("vision", vision.hidden_states), ("text", text.hidden_states)):
        for k, state in enumerate(states[1:]):
            tensors[f"{side}.block.{k}"] = state
    return {k: v.contiguous() for k, v in tensors.items()}


def main(out, names):
    for seed, (name, c) in enumerate(CASES.items()):
        if names and name not in names:
            continue
        folder = out / name
        shutil.rmtree(folder, ignore_errors=True)
        model = CLIPModel(config(c)).eval()
        randomise(model, 100 + seed)
        model.save_pretrained(folder)
        for extra in folder.iterdir():
            if extra.name not in ("config.json", "model.safetensors"):
                extra.unlink()
        ids, lengths, pixels = inputs(c, 200 + seed)
        save_file(golden(model, ids, lengths, pixels), folder / "golden.safetensors",
                  metadata={"format": "filip-golden-model/1", "made_by":
                            f"transformers {transformers.__version__}, torch {torch.__version__}"})
        print(name, sum(f.stat().st_size for f in folder.iterdir()), "bytes", json.dumps(c))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
