"""The towers of open_clip (or, without it, the same towers in plain PyTorch): images a second of a training
step's forward and backward and of encoding; the same sizes, threads and precision as TowerBench.

python bench/towers_peer.py vit-tiny-84|vit-emoji-72|vit-b-32 BATCH fp32|bf16 TEXT_LENGTH STEPS [plain]
"""

import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F

SIZES = {  # image, patch, width, layers, heads, text width, layers, heads, context, d
    "vit-tiny-84": (84, 14, 64, 3, 2, 64, 2, 2, 32, 64),
    "vit-emoji-72": (72, 18, 96, 3, 3, 64, 2, 2, 32, 64),
    "vit-b-32": (224, 32, 768, 12, 12, 512, 12, 8, 77, 256),
}
VOCABULARY = 2000


class Towers(torch.nn.Module):
    """open_clip's towers, all tokens projected as FILIP needs."""

    def __init__(self, size, quick_gelu=True):
        super().__init__()
        import open_clip
        image, patch, width, layers, heads, tw, tl, th, context, d = size
        clip = open_clip.model.CLIP(
            embed_dim=d, quick_gelu=quick_gelu,
            vision_cfg=open_clip.CLIPVisionCfg(layers=layers, width=width, head_width=width // heads, patch_size=patch,
                                               image_size=image, output_tokens=True),
            text_cfg=open_clip.CLIPTextCfg(context_length=context, vocab_size=VOCABULARY, width=tw, heads=th, layers=tl))
        self.clip = clip
        clip.transformer.batch_first = getattr(clip.transformer, "batch_first", True)

    def images(self, x):
        v = self.clip.visual
        x = v._embeds(x)
        x = v.transformer(x)
        return F.normalize(v.ln_post(x) @ v.proj, dim=-1)[:, 1:]

    def texts(self, ids):
        c = self.clip
        x = c.token_embedding(ids) + c.positional_embedding[: ids.shape[1]]
        x = c.transformer(x, attn_mask=c.attn_mask[: ids.shape[1], : ids.shape[1]])
        return F.normalize(c.ln_final(x) @ c.text_projection, dim=-1)


class Block(torch.nn.Module):
    def __init__(self, w, heads):
        super().__init__()
        self.ln_1, self.ln_2 = torch.nn.LayerNorm(w), torch.nn.LayerNorm(w)
        self.qkv, self.out = torch.nn.Linear(w, 3 * w), torch.nn.Linear(w, w)
        self.fc, self.proj, self.heads = torch.nn.Linear(w, 4 * w), torch.nn.Linear(4 * w, w), heads

    def forward(self, x, causal):
        b, n, w = x.shape
        q, k, v = self.qkv(self.ln_1(x)).view(b, n, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).reshape(b, n, w))
        h = self.fc(self.ln_2(x))
        return x + self.proj(h * torch.sigmoid(1.702 * h))


class PlainTowers(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        image, patch, width, layers, heads, tw, tl, th, context, d = size
        n = (image // patch) ** 2 + 1
        self.conv = torch.nn.Conv2d(3, width, patch, patch, bias=False)
        self.cls, self.pos = (torch.nn.Parameter(torch.randn(s, width)) for s in (1, n))
        self.pre, self.post = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.blocks = torch.nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.proj = torch.nn.Parameter(torch.randn(width, d) * width**-0.5)
        self.embed, self.tpos = torch.nn.Embedding(VOCABULARY, tw), torch.nn.Parameter(torch.randn(context, tw))
        self.tblocks, self.tpost = torch.nn.ModuleList(Block(tw, th) for _ in range(tl)), torch.nn.LayerNorm(tw)
        self.tproj = torch.nn.Parameter(torch.randn(tw, d) * tw**-0.5)

    def images(self, x):
        x = self.conv(x).flatten(2).transpose(1, 2)
        x = self.pre(torch.cat([self.cls.expand(len(x), 1, -1), x], 1) + self.pos)
        for block in self.blocks:
            x = block(x, False)
        return F.normalize(self.post(x) @ self.proj, dim=-1)[:, 1:]

    def texts(self, ids):
        x = self.embed(ids) + self.tpos[: ids.shape[1]]
        for block in self.tblocks:
            x = block(x, True)
        return F.normalize(self.tpost(x) @ self.tproj, dim=-1)


def median(step, steps):
    for _ in range(max(2, steps // 4)):
        step()
    wall, used = [], time.process_time()
    for _ in range(steps):
        start = time.perf_counter()
        step()
        wall.append(1000 * (time.perf_counter() - start))
    return statistics.median(wall), 1000 * (time.process_time() - used) / steps


def main(preset, batch, precision, length, steps, plain):
    torch.manual_seed(1)
    size = SIZES[preset]
    model = PlainTowers(size) if plain else Towers(size)
    pixels = torch.randn(batch, 3, size[0], size[0])
    full = torch.randint(0, VOCABULARY, (batch, size[8]))
    ids = full[:, :length] if plain else full  # open_clip always computes all positions
    cast = lambda: torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")

    def train():
        model.zero_grad(set_to_none=True)
        with cast():
            i, t = model.images(pixels), model.texts(ids)
        torch.autograd.backward([i, t], [torch.ones_like(i), torch.ones_like(t)])

    def images():
        with torch.inference_mode(), cast():
            model.images(pixels)

    def texts():
        with torch.inference_mode(), cast():
            model.texts(ids)

    result = dict(peer="pytorch" if plain else "open_clip", preset=preset, batch=batch, precision=precision,
                  text_positions=ids.shape[1], threads=torch.get_num_threads(), torch=torch.__version__)
    for name, what, step in (("train", "images", train), ("encode_image", "images", images), ("encode_text", "texts", texts)):
        wall, cpu = median(step, steps)
        rate = "train" if name == "train" else "encode"
        result |= {f"{name}_ms": wall, f"{name}_cpu_ms": cpu, f"{rate}_{what}_per_second": 1000 * batch / wall}
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), len(sys.argv) > 6)
