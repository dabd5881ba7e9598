"""The late loss by its dense formula in PyTorch, as DeCLIP (prototype/model/filip.py) and x-clip write it: the whole
[b, b, n, m] block, max, mean, both cross entropies, autograd. Same features, threads and numbers as LossProcess.

python bench/loss_peer.py fp32|bf16 B N M D THREADS STEPS      (one JSON line)
"""

import json
import math
import sys
import time

import torch
import torch.nn.functional as F


def dense(image, text, mask, log_scale):
    sim = torch.einsum("bnd,cmd->bcnm", image, text)
    sim_image = sim.masked_fill(~mask[None, :, None, :], -torch.finfo(sim.dtype).max)
    s_image = sim_image.max(dim=-1).values.float().mean(dim=-1)
    best_patch = sim.max(dim=-2).values.float().masked_fill(~mask[None], 0)
    s_text = best_patch.sum(dim=-1) / mask.sum(dim=-1)[None]
    own = torch.arange(len(image))
    scale = log_scale.exp()
    return (F.cross_entropy(scale * s_image, own) + F.cross_entropy(scale * s_text.t(), own)) / 2


def kib(key):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(key + ":"))


def main(precision, b, n, m, d, threads, steps):
    torch.set_num_threads(threads)
    torch.manual_seed(b)

    def data(b):
        image, text = F.normalize(torch.randn(b, n, d), dim=-1), F.normalize(torch.randn(b, m, d), dim=-1)
        length = torch.randint(max(1, m // 2), m + 1, (b,))
        return image.requires_grad_(), text.requires_grad_(), torch.arange(m)[None] < length[:, None]

    def run(image, text, mask, log_scale):
        image.grad = text.grad = log_scale.grad = None
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            loss = dense(image, text, mask, log_scale)
        loss.backward()
        return loss.item()

    log_scale = torch.tensor(math.log(1 / 0.07), requires_grad=True)
    warm = data(min(b, 16))
    for _ in range(3):
        run(*warm, log_scale)
    batch = data(b)
    before = kib("VmRSS")
    value = run(*batch, log_scale)
    grew = kib("VmHWM") - before
    wall, used = math.inf, time.process_time()
    for _ in range(steps):
        start = time.perf_counter()
        run(*batch, log_scale)
        wall = min(wall, time.perf_counter() - start)
    cpu = (time.process_time() - used) / steps
    print(json.dumps({"form": f"pytorch {torch.__version__} dense {precision}", "shape": f"{b}x{n}x{m}x{d}",
                      "threads": threads, "loss": value, "wall_ms": 1000 * wall, "cpu_ms": 1000 * cpu,
                      "grew_mib": grew / 1024}))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:8]))
