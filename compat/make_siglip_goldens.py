"""Makes tiny random models of a SigLIP image tower and a CLIP text tower, and their goldens, with transformers.

Written by: python compat/make_siglip_goldens.py filip-model/src/test/resources/golden/model
Needs: torch, transformers, safetensors (the versions are written into each golden's metadata).
Golden format: filip-golden-model/1 (docs/FORMATS.md). Beside each model lies `source`: the same image tower as Hugging
Face saves SiglipModel (with a text tower and a bias of its own), for the import.
"""

import shutil
import sys
from pathlib import Path

import torch
import transformers
from make_model_goldens import inputs, late, randomise
from safetensors.torch import save_file
from transformers import (CLIPTextConfig, SiglipConfig, SiglipModel, SiglipVisionConfig, VisionTextDualEncoderConfig,
                          VisionTextDualEncoderModel)

CASES = {
    "siglip": dict(image=12, patch=4, vw=12, vl=2, vh=3, vm=20, tw=8, tl=2, th=2, context=9, vocab=23, d=5),
    # patches that do not fill the picture, as siglip-so400m-patch14-384 has
    "siglip_rest": dict(image=11, patch=4, vw=16, vl=1, vh=2, vm=23, tw=8, tl=1, th=1, context=9, vocab=23, d=6),
}


def configs(c):
    eos = c["vocab"] - 1
    vision = SiglipVisionConfig(hidden_size=c["vw"], intermediate_size=c["vm"], num_hidden_layers=c["vl"],
                                num_attention_heads=c["vh"], image_size=c["image"], patch_size=c["patch"])
    text = CLIPTextConfig(hidden_size=c["tw"], intermediate_size=4 * c["tw"], num_hidden_layers=c["tl"],
                          num_attention_heads=c["th"], max_position_embeddings=c["context"], vocab_size=c["vocab"],
                          bos_token_id=eos - 1, eos_token_id=eos, pad_token_id=eos)
    return vision, text


def blocks(layers, run):
    states = []
    hooks = [layer.register_forward_hook(lambda _, __, out: states.append(out[0] if isinstance(out, tuple) else out))
             for layer in layers]
    result = run()
    for hook in hooks:
        hook.remove()
    return result, states


def golden(model, ids, lengths, pixels):
    unit = torch.nn.functional.normalize
    with torch.no_grad():
        vision, image_blocks = blocks(model.vision_model.encoder.layers, lambda: model.vision_model(pixel_values=pixels))
        text, text_blocks = blocks(model.text_model.encoder.layers, lambda: model.text_model(input_ids=ids))
        image_tokens = model.visual_projection(vision.last_hidden_state)
        text_tokens = model.text_projection(text.last_hidden_state)
        out = model(input_ids=ids, pixel_values=pixels)
        s_image, s_text = late(unit(image_tokens, dim=-1), unit(text_tokens, dim=-1), lengths)
        larger = torch.nn.functional.interpolate(pixels, scale_factor=2)
        resized = model.vision_model(pixel_values=larger, interpolate_pos_encoding=True)
    tensors = dict(resized_pixel_values=larger, resized_image_tokens=model.visual_projection(resized.last_hidden_state),
                   input_ids=ids, text_length=lengths, pixel_values=pixels, image_tokens=image_tokens,
                   text_tokens=text_tokens, image_embeds=out.image_embeds, text_embeds=out.text_embeds,
                   s_image=s_image, s_text=s_text)
    for side, states in (("vision", image_blocks), ("text", text_blocks)):
        tensors.update({f"{side}.block.{k}": state for k, state in enumerate(states)})
    return {k: v.detach().contiguous() for k, v in tensors.items()}


def save(model, folder):
    model.save_pretrained(folder)
    for extra in folder.iterdir():
        if extra.name not in ("config.json", "model.safetensors") and extra.is_file():
            extra.unlink()


def source(dual, vision, folder, seed):
    """SiglipModel with the dual encoder's image tower; SigLIP's text tower has the image tower's width."""
    text = dict(hidden_size=vision.hidden_size, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1,
                vocab_size=7, max_position_embeddings=4, bos_token_id=5, eos_token_id=6)
    model = SiglipModel(SiglipConfig(vision_config=vision.to_dict(), text_config=text))
    randomise(model, seed)
    model.vision_model.load_state_dict(dual.vision_model.state_dict())
    save(model, folder)


def main(out):
    for seed, (name, c) in enumerate(CASES.items()):
        folder = out / name
        shutil.rmtree(folder, ignore_errors=True)
        vision, text = configs(c)
        model = VisionTextDualEncoderModel(
            VisionTextDualEncoderConfig.from_vision_text_configs(vision, text, projection_dim=c["d"])).eval()
        randomise(model, 300 + seed)
        save(model, folder)
        source(model, vision, folder / "source", 500 + seed)
        ids, lengths, pixels = inputs(c, 400 + seed)
        save_file(golden(model, ids, lengths, pixels), folder / "golden.safetensors",
                  metadata={"format": "filip-golden-model/1", "made_by":
                            f"transformers {transformers.__version__}, torch {torch.__version__}"})
        print(name, sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()), "bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
