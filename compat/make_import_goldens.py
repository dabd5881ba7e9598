"""Makes tiny random models in the forms that `filip import` reads, and their goldens.

Written by: python compat/make_import_goldens.py filip-interop/src/test/resources/golden/import
Needs: torch, transformers, open_clip, safetensors (versions are written into each golden's metadata).
Golden format: filip-golden-model/1 (docs/FORMATS.md). Several forms of one model share its golden.
"""

import json
import shutil
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy
import open_clip
import torch
import transformers
from open_clip.model import CLIP, CustomTextCLIP
from safetensors.torch import save_file
from torch.nn.functional import normalize
from transformers import CLIPConfig, CLIPModel

VOCAB, CONTEXT, IMAGE, PATCH, D = 40, 9, 12, 4, 6
VISION = dict(width=16, layers=2, heads=2)
TEXT = dict(width=12, layers=1, heads=3)
TEXTS, IMAGES = 4, 2


def randomise(module, seed):
    """Weights large enough that attention and activations are far from linear."""
    g = torch.Generator().manual_seed(seed)
    for name, p in module.named_parameters():
        with torch.no_grad():
            if name.startswith("logit_scale"):
                continue
            if p.dim() == 1 and ("ln_" in name or "norm" in name) and name.endswith("weight"):
                p.copy_(1 + 0.2 * torch.randn(p.shape, generator=g))
            else:
                p.copy_(torch.randn(p.shape, generator=g) * (0.2 if p.dim() == 1 else 1.2 * p.shape[-1] ** -0.5))


def inputs(seed, vocab=VOCAB):
    g = torch.Generator().manual_seed(seed)
    eos = vocab - 1
    ids = torch.zeros(TEXTS, CONTEXT, dtype=torch.int64)
    lengths = torch.tensor([CONTEXT, 2, 5, 7])
    for i, n in enumerate(lengths.tolist()):
        ids[i, 0] = eos - 1
        ids[i, 1:n - 1] = torch.randint(0, eos - 1, (n - 2,), generator=g)
        ids[i, n - 1] = eos
    return ids, lengths, torch.randn(IMAGES, 3, IMAGE, IMAGE, generator=g)


def late(images, texts, lengths):
    s_image = torch.zeros(len(images), len(texts))
    s_text = torch.zeros(len(images), len(texts))
    for i, image in enumerate(images):
        for t, text in enumerate(texts):
            s = image @ text[: lengths[t]].T
            s_image[i, t] = s.max(dim=1).values.mean()
            s_text[i, t] = s.max(dim=0).values.mean()
    return s_image, s_text


def write_golden(file, ids, lengths, pixels, image_tokens, text_tokens, vision, text, image_embeds, text_embeds):
    s_image, s_text = late(normalize(image_tokens, dim=-1)[:, 1:], normalize(text_tokens, dim=-1), lengths)
    tensors = dict(input_ids=ids, text_length=lengths, pixel_values=pixels, image_tokens=image_tokens,
                   text_tokens=text_tokens, s_image=s_image, s_text=s_text)
    if image_embeds is not None:
        tensors.update(image_embeds=image_embeds, text_embeds=text_embeds)
    for side, blocks in (("vision", vision), ("text", text)):
        for k, block in enumerate(blocks):
            tensors[f"{side}.block.{k}"] = block
    save_file({k: v.detach().contiguous() for k, v in tensors.items()}, file, metadata={
        "format": "filip-golden-model/1",
        "made_by": f"open_clip {open_clip.__version__}, transformers {transformers.__version__}, torch {torch.__version__}"})


def watch(blocks):
    seen = []
    for block in blocks:
        block.register_forward_hook(lambda _m, _i, out: seen.append(out))
    return seen


@torch.no_grad()
def open_clip_golden(model, text, file, seed):
    """`text` is what holds the text tower: the model itself, or CustomTextCLIP's .text."""
    ids, lengths, pixels = inputs(seed)
    vision_seen, text_seen = watch(model.visual.transformer.resblocks), watch(text.transformer.resblocks)
    image_embeds, text_embeds = model.encode_image(pixels, normalize=True), model.encode_text(ids, normalize=True)
    image_tokens = model.visual.ln_post(vision_seen[-1]) @ model.visual.proj
    text_tokens = text.ln_final(text_seen[-1]) @ text.text_projection
    write_golden(file, ids, lengths, pixels, image_tokens, text_tokens, vision_seen, text_seen, image_embeds, text_embeds)


def cfg(**more):
    return dict(
        embed_dim=D,
        vision_cfg=dict(image_size=IMAGE, patch_size=PATCH, layers=VISION["layers"], width=VISION["width"],
                        head_width=VISION["width"] // VISION["heads"]),
        text_cfg=dict(context_length=CONTEXT, vocab_size=VOCAB, **TEXT), **more)


def hub(out):
    """open_clip hub folder, QuickGELU, fp16 numbers so that the OpenAI archive holds the same model."""
    config = cfg(quick_gelu=True)
    model = CLIP(**config).eval()
    randomise(model, 1)
    model.half().float()
    folder = out / "open_clip_hub"
    folder.mkdir(parents=True)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "open_clip_model.safetensors")
    (folder / "open_clip_config.json").write_text(json.dumps(dict(
        model_cfg=config, preprocess_cfg=dict(mean=[0.4, 0.5, 0.6], std=[0.2, 0.25, 0.3],
                                              interpolation="bilinear", resize_mode="squash")), indent=2))
    open_clip_golden(model, model, out / "quick.golden.safetensors", 11)
    openai(out, model)


def openai(out, model):
    """TorchScript archive in fp16 with OpenAI's scalars."""
    for block in list(model.visual.transformer.resblocks) + list(model.transformer.resblocks):
        block._forward_hooks.clear()
    model.visual.eval()
    for name, value in (("input_resolution", IMAGE), ("context_length", CONTEXT), ("vocab_size", VOCAB)):
        if hasattr(model, name):
            delattr(model, name)
        model.register_buffer(name, torch.tensor(value))
    ids, _, pixels = inputs(11)
    script = torch.jit.trace(model, (pixels, ids), check_trace=False)
    for p in script.parameters():
        p.data = p.data.half()
    torch.jit.save(script, out / "openai.pt")
    without_debug(out / "openai.pt")


def without_debug(archive):
    """Drops what names this machine's source files; OpenAI's archives hold such files, nobody reads them."""
    with zipfile.ZipFile(archive) as old:
        kept = [(i, old.read(i)) for i in old.infolist()
                if not i.filename.endswith(".debug_pkl") and "/traced_inputs" not in i.filename]
    with zipfile.ZipFile(archive, "w") as new:
        for info, data in kept:
            new.writestr(info, data)


def checkpoint(out):
    """Training checkpoint with GELU: module. names, optimizer, EMA; the same as CustomTextCLIP; the older form."""
    model = CLIP(**cfg()).eval()
    randomise(model, 2)
    own = model.state_dict()
    ema = OrderedDict((f"module.{k}", v * 0.5) for k, v in own.items())
    optimizer = torch.optim.AdamW([model.visual.proj], lr=1e-3)
    model.visual.proj.grad = torch.ones_like(model.visual.proj)
    saved = {k: v.clone() for k, v in own.items()}
    optimizer.step()
    model.load_state_dict(saved)
    module = OrderedDict((f"module.{k}", v.clone()) for k, v in saved.items())
    torch.save(dict(epoch=3, name="tiny", state_dict=module, state_dict_ema=ema, optimizer=optimizer.state_dict(),
                    best=numpy.float64(0.5)), out / "checkpoint.pt")
    # one storage behind two tensors, and a tensor that is not contiguous
    shared = torch.cat([saved["visual.ln_pre.weight"], saved["visual.ln_pre.bias"]])
    odd = OrderedDict(saved)
    odd["visual.ln_pre.weight"], odd["visual.ln_pre.bias"] = shared[:VISION["width"]], shared[VISION["width"]:]
    odd["text_projection"] = saved["text_projection"].t().contiguous().t()
    torch.save(odd, out / "legacy.pt", _use_new_zipfile_serialization=False)
    custom = CustomTextCLIP(**cfg()).eval()
    named = {k if k.startswith("visual.") or k == "logit_scale" else f"text.{k}": v for k, v in odd.items()}
    custom.load_state_dict(named)
    torch.save(named, out / "custom_text.pt")
    open_clip_golden(custom, custom.text, out / "gelu.golden.safetensors", 12)


@torch.no_grad()
def hugging_face(out):
    """Hugging Face folders: pytorch_model.bin in fp16's larger sibling bf16, and sharded safetensors."""
    common = dict(hidden_act="gelu", projection_dim=D)
    model = CLIPModel(CLIPConfig(
        text_config=dict(hidden_size=TEXT["width"], intermediate_size=20, num_hidden_layers=TEXT["layers"],
                         num_attention_heads=TEXT["heads"], max_position_embeddings=CONTEXT, vocab_size=VOCAB,
                         bos_token_id=VOCAB - 2, eos_token_id=VOCAB - 1, pad_token_id=VOCAB - 1, **common),
        vision_config=dict(hidden_size=VISION["width"], intermediate_size=40, num_hidden_layers=VISION["layers"],
                           num_attention_heads=VISION["heads"], image_size=IMAGE, patch_size=PATCH, **common),
        projection_dim=D)).eval()
    randomise(model, 3)
    model.bfloat16().float()
    folder = out / "hugging_face_sharded"
    model.save_pretrained(folder, max_shard_size="25KB")
    (folder / "preprocessor_config.json").write_text(json.dumps(dict(
        crop_size=IMAGE, do_center_crop=True, do_normalize=True, do_resize=True, size=IMAGE, resample=3,
        feature_extractor_type="CLIPFeatureExtractor", image_mean=[0.5] * 3, image_std=[0.25] * 3), indent=2))
    folder = out / "hugging_face_bin"
    folder.mkdir()
    shutil.copy(out / "hugging_face_sharded" / "config.json", folder)
    state = {k: v.bfloat16() for k, v in model.state_dict().items()}
    state["text_model.embeddings.position_ids"] = torch.arange(CONTEXT)[None]
    state["vision_model.embeddings.position_ids"] = torch.arange((IMAGE // PATCH) ** 2 + 1)[None]
    torch.save(state, folder / "pytorch_model.bin")
    for extra in list((out / "hugging_face_sharded").iterdir()):
        if extra.name == "generation_config.json":
            extra.unlink()
    ids, lengths, pixels = inputs(13)
    vision = model.vision_model(pixel_values=pixels, output_hidden_states=True)
    text = model.text_model(input_ids=ids, output_hidden_states=True)
    both = model(input_ids=ids, pixel_values=pixels)
    write_golden(out / "hf.golden.safetensors", ids, lengths, pixels,
                 model.visual_projection(model.vision_model.post_layernorm(vision.last_hidden_state)),
                 model.text_projection(text.last_hidden_state), vision.hidden_states[1:], text.hidden_states[1:],
                 both.image_embeds, both.text_embeds)


class DeclipText(torch.nn.Module):
    """Shapes and names of DeCLIP's text encoder; its computation, in our own words."""

    def __init__(self, vocab, tower):
        super().__init__()
        self.transformer = tower.transformer
        self.token_embedding = torch.nn.Embedding(vocab, TEXT["width"])
        self.positional_embedding = torch.nn.Parameter(torch.zeros(CONTEXT, TEXT["width"]))
        self.ln_final = torch.nn.LayerNorm(TEXT["width"])
        self.text_projection = torch.nn.Linear(TEXT["width"], D)

    def forward(self, ids):
        mask = torch.full((CONTEXT, CONTEXT), float("-inf")).triu(1)
        x = self.transformer(self.token_embedding(ids) + self.positional_embedding, attn_mask=mask)
        return self.ln_final(x)


class Declip(torch.nn.Module):
    def __init__(self, vocab, dense):
        super().__init__()
        tower = CLIP(**cfg(quick_gelu=True)).eval()
        self.visual = tower.visual
        self.encode_text = DeclipText(vocab, tower)
        self.logit_scale = torch.nn.Parameter(torch.full([1], 2.5))
        self.text_label_predictor = torch.nn.Linear(TEXT["width"], vocab)
        if dense:
            self.image_mapping = torch.nn.Linear(VISION["width"], dense)
            self.text_mapping = torch.nn.Linear(TEXT["width"], dense)
            self.logit_scale_dense = torch.nn.Parameter(torch.tensor(3.5))


@torch.no_grad()
def declip(out):
    """CLIP of DeCLIP's code with its Linear text projection, and its FILIP with the dense heads."""
    vocab = VOCAB + 1  # with <|mask|>
    model = Declip(vocab, dense=5).eval()
    randomise(model, 4)
    ids, lengths, pixels = inputs(14, vocab)
    vision_seen, text_seen = watch(model.visual.transformer.resblocks), watch(model.encode_text.transformer.resblocks)
    model.visual(pixels)
    words = model.encode_text(ids)
    state = OrderedDict((f"module.{k}", v.clone()) for k, v in model.state_dict().items() if "attn_mask" not in k)
    torch.save(dict(model=state, optimizer={}, last_iter=10), out / "declip_filip.pth.tar")
    # its dense image features are taken before ln_post
    write_golden(out / "declip_late.golden.safetensors", ids, lengths, pixels, model.image_mapping(vision_seen[-1]),
                 model.text_mapping(words), vision_seen, text_seen, None, None)
    image_tokens = model.visual.ln_post(vision_seen[-1]) @ model.visual.proj
    text_tokens = model.encode_text.text_projection(words)
    write_golden(out / "declip_global.golden.safetensors", ids, lengths, pixels, image_tokens, text_tokens, vision_seen,
                 text_seen, normalize(image_tokens[:, 0], dim=-1),
                 normalize(text_tokens[torch.arange(TEXTS), lengths - 1], dim=-1))


def wrapped(out):
    """The pickle of hugging_face_bin as trainers that hold a compiled, parallel model in a field save it."""
    state = torch.load(out / "hugging_face_bin" / "pytorch_model.bin")
    torch.save(dict(epoch=3, state_dict={f"model.module._orig_mod.{k}": v for k, v in state.items()}), out / "wrapped.bin")


def main(out):
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    hub(out)
    checkpoint(out)
    hugging_face(out)
    wrapped(out)
    declip(out)
    print(sum(f.stat().st_size for f in out.rglob("*") if f.is_file()), "bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
