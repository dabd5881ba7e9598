"""Opens MODEL/adapter with Hugging Face's PEFT on its base and compares with the merged weights of MODEL.

python compat/peft_adapter.py MODEL [BASE]     (transformers, torch, peft)

MODEL is a folder that `filip train` wrote with finetune.lora; BASE is the folder it began with, by default the one
that adapter_config.json names. Inputs are random. Exit code 1 where an embedding or a token differs by more than 1e-5.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import CLIPModel

model = Path(sys.argv[1])
base = sys.argv[2] if len(sys.argv) > 2 else json.loads((model / "adapter/adapter_config.json").read_text())["base_model_name_or_path"]
merged = CLIPModel.from_pretrained(model).eval()
untuned = CLIPModel.from_pretrained(base).eval()
adapted = PeftModel.from_pretrained(CLIPModel.from_pretrained(base), model / "adapter").eval()

torch.manual_seed(1)
size = merged.config.vision_config.image_size
resized = size != untuned.config.vision_config.image_size
pixels = torch.randn(4, 3, size, size)
text = merged.config.text_config
ids = torch.randint(0, text.vocab_size - 2, (4, 9))
ids[:, 0], ids[:, -1] = text.bos_token_id, text.eos_token_id


def outputs(m):
    with torch.no_grad():
        vision = m.vision_model(pixel_values=pixels, interpolate_pos_encoding=resized)
        words = m.text_model(input_ids=ids)
        return {
            "image tokens": m.visual_projection(m.vision_model.post_layernorm(vision.last_hidden_state)),
            "image embeddings": m.visual_projection(vision.pooler_output),
            "text tokens": m.text_projection(words.last_hidden_state),
            "text embeddings": m.text_projection(words.pooler_output),
        }


ours, peft, before = outputs(merged), outputs(adapted.base_model.model), outputs(untuned)
worst = 0.0
for name in ours:
    difference = (ours[name] - peft[name]).abs().max().item()
    change = (ours[name] - before[name]).abs().max().item()
    worst = max(worst, difference)
    print(f"{name:18} merged - PEFT {difference:.1e}   tuned - base {change:.1e}")
sys.exit(worst > 1e-5)
