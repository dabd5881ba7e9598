"""Exports models, opens them in transformers, open_clip and ONNX Runtime, and prints the largest differences.

python compat/round_trip.py [MODEL...]     (from the repository's folder; needs what the three scripts beside it need)

Exit code 1 where a difference is above 1e-5. Embeddings and tokens are compared to those of transformers, similarities to `filip similarity`.
"""

import json
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import load_file

import filip_in_onnxruntime
import filip_in_open_clip
import filip_in_transformers

IMAGE = "docs/images/collage.png"
TEXTS = [
    "monorail below otter right of shark above telephone on blue ground",
    "waffle below otter right of shark above telephone on blue ground",
    "waffle below broccoli on red ground",
    "otter",
]
FORMS = {"huggingface": filip_in_transformers, "open_clip": filip_in_open_clip, "onnx": filip_in_onnxruntime}
LIMIT = 1e-5


def filip(*arguments):
    return json.loads(subprocess.run(["./filip", *arguments, "--json"], check=True, stdout=subprocess.PIPE).stdout)


def ours(model, match):
    """s_image and s_text [t] as `filip similarity` says."""
    texts = [word for text in TEXTS for word in ("--text", text)]
    answer = filip("similarity", model, "--image", IMAGE, *texts, "--match", match)
    return np.array(answer["s_image"][0]), np.array(answer["s_text"][0])


def arrays(encoded):
    patches, words, cls, eos = encoded
    return {"image tokens": np.asarray(patches), "text tokens": np.concatenate([np.asarray(w) for w in words]),
            "image embedding": np.asarray(cls), "text embeddings": np.asarray(eos)}


def differences(model, folder):
    late, cosine = ours(model, "late"), ours(model, "global")
    first = None
    for form, script in FORMS.items():
        out = f"{folder}/{form}"
        tensors = filip("export", model, "--to", form, "--out", out)["tensors"]
        encoded = script.encode(out, IMAGE, TEXTS)
        found = arrays(encoded)
        first = first or found
        row = {name: np.abs(found[name] - first[name]).max() for name in found}
        s = np.array(script.similarities(*encoded[:2]))
        row["s_image"], row["s_text"] = np.abs(s[:, 0] - late[0]).max(), np.abs(s[:, 1] - late[1]).max()
        row["cosine"] = np.abs((found["image embedding"] @ found["text embeddings"].T)[0] - cosine[0]).max()
        yield form, tensors, row


def unequal(model, folder):
    """Tensors whose bits differ after open_clip's folder was imported again."""
    filip("import", f"{folder}/open_clip", "--out", f"{folder}/back")
    own, back = load_file(f"{model}/model.safetensors"), load_file(f"{folder}/back/model.safetensors")
    return len(own), [name for name in own.keys() | back.keys()
                      if name not in own or name not in back or own[name].tobytes() != back[name].tobytes()]


def main(models):
    worst = 0
    for model in models:
        print(model)
        with tempfile.TemporaryDirectory() as folder:
            for form, tensors, row in differences(model, folder):
                print(f"  {form:12}{tensors:5} tensors  " + "  ".join(f"{name} {value:.1e}" for name, value in row.items()))
                worst = max(worst, *row.values())
            count, other = unequal(model, folder)
            print(f"  open_clip's folder imported again: {count} tensors, {len(other)} of other bits", *other)
            worst = max(worst, float(len(other)))
    print(f"largest difference {worst:.1e}, limit {LIMIT:.0e}")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["models/collages-late", "models/collages-global"]))
