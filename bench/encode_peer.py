"""Encoding by transformers and ONNX Runtime, and the random model that all programs encode with.

python bench/encode_peer.py make FOLDER                          a random vit-b-32 in Hugging Face's form
python bench/encode_peer.py run FOLDER ONNX BATCH LENGTH STEPS   one JSON line a program and precision
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from transformers import CLIPConfig, CLIPModel

VOCABULARY = 2000


def make(folder):
    torch.manual_seed(1)
    end = VOCABULARY - 1
    config = CLIPConfig(
        text_config=dict(vocab_size=VOCABULARY, hidden_size=512, intermediate_size=2048, num_hidden_layers=12,
                         num_attention_heads=8, bos_token_id=end - 1, eos_token_id=end, pad_token_id=end),
        vision_config=dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
                           patch_size=32, image_size=224),
        projection_dim=256)
    CLIPModel(config).save_pretrained(folder)


def times(step, steps):
    for _ in range(max(2, steps // 4)):
        step()
    wall, used = [], time.process_time()
    for _ in range(steps):
        start = time.perf_counter()
        step()
        wall.append(1000 * (time.perf_counter() - start))
    return min(wall), 1000 * (time.process_time() - used) / steps


def report(program, precision, images, texts, steps, reference):
    (i, ic), (t, tc) = times(images, steps), times(texts, steps)
    cosine = [float((torch.as_tensor(f()).float() * r).sum(-1).mean()) for f, r in zip((images, texts), reference)]
    print(json.dumps(dict(program=program, precision=precision, threads=torch.get_num_threads(), image_ms=i, image_cpu_ms=ic,
                          text_ms=t, text_cpu_ms=tc, image_cosine=cosine[0], text_cosine=cosine[1])), flush=True)


class Towers:
    """All tokens of both towers, projected and of length 1, as FILIP needs them."""

    def __init__(self, model, dtype=torch.float32):
        self.model, self.dtype = model.to(dtype), dtype

    def images(self, pixels):
        m = self.model
        hidden = m.vision_model(pixels.to(self.dtype)).last_hidden_state[:, 1:]
        return F.normalize(m.visual_projection(m.vision_model.post_layernorm(hidden)), dim=-1)

    def texts(self, ids):
        return F.normalize(self.model.text_projection(self.model.text_model(ids).last_hidden_state), dim=-1)


def session(path, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def onnx(folder, precision, pixels, ids, length, steps, reference):
    threads = torch.get_num_threads()
    paths = {}
    for tower in ("image", "text"):
        paths[tower] = folder / f"{tower}.onnx"
        if precision == "int8":
            from onnxruntime.quantization import QuantType, quantize_dynamic
            paths[tower] = folder / f"{tower}-int8.onnx"
            quantize_dynamic(folder / f"{tower}.onnx", paths[tower], per_channel=True, weight_type=QuantType.QInt8,
                             op_types_to_quantize=["MatMul", "Gemm"])
    image, text = session(paths["image"], threads), session(paths["text"], threads)
    lengths = np.full(len(ids), length, dtype=np.int64)
    report("onnxruntime", precision, lambda: image.run(["image_tokens"], {"pixel_values": pixels.numpy()})[0],
           lambda: text.run(["text_tokens"], {"input_ids": ids.numpy(), "text_length": lengths})[0], steps, reference)


@torch.inference_mode()
def run(folder, graphs, batch, length, steps):
    torch.manual_seed(1)
    pixels, ids = torch.randn(batch, 3, 224, 224), torch.randint(0, VOCABULARY, (batch, length))
    load = lambda: CLIPModel.from_pretrained(folder).eval()
    full = Towers(load())
    reference = full.images(pixels), full.texts(ids)
    report("transformers", "fp32", lambda: full.images(pixels), lambda: full.texts(ids), steps, reference)
    onnx(graphs, "fp32", pixels, ids, length, steps, reference)
    half = Towers(load(), torch.bfloat16)
    report("transformers", "bf16", lambda: half.images(pixels), lambda: half.texts(ids), steps, reference)
    small = Towers(torch.ao.quantization.quantize_dynamic(load(), {torch.nn.Linear}, dtype=torch.qint8))
    report("transformers", "int8", lambda: small.images(pixels), lambda: small.texts(ids), steps, reference)
    onnx(graphs, "int8", pixels, ids, length, steps, reference)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        run(sys.argv[2], Path(sys.argv[3]), *map(int, sys.argv[4:]))
