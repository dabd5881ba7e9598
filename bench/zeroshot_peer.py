"""CLIP_benchmark's part of bench/zeroshot.sh.

python bench/zeroshot_peer.py make FOLDER           random ViT-B-32 weights as vit.pt, open_clip's vocabulary, CLIP's templates for DTD
python bench/zeroshot_peer.py run ARGUMENTS...      CLIP_benchmark's own command
python bench/zeroshot_peer.py table LINES IMAGES    the table
"""

import shutil
import sys
from pathlib import Path

TEMPLATES = ["a photo of a {c} texture.", "a photo of a {c} pattern.", "a photo of a {c} thing.", "a photo of a {c} object.",
             "a photo of the {c} texture.", "a photo of the {c} pattern.", "a photo of the {c} thing.", "a photo of the {c} object."]


def make(folder):
    import open_clip
    import torch
    torch.manual_seed(1)
    torch.save(open_clip.create_model("ViT-B-32").state_dict(), folder / "vit.pt")
    shutil.copy(Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz", folder / "vocabulary.txt.gz")
    (folder / "templates.txt").write_text("\n".join(TEMPLATES) + "\n")


def accuracy(output, target, topk=(1,)):
    """CLIP_benchmark 1.6.2's own ends with float() of an array of one number, which NumPy 2.4 refuses."""
    right = output.topk(max(topk), 1, True, True)[1].t() == target.view(1, -1)
    return [right[:k].any(0).float().mean().item() for k in topk]


def table(lines, images):
    rows = [line.rstrip("\n").split("\t") for line in open(lines)]
    seconds = {(program, precision, which): int(ms) / 1000 for program, precision, which, ms, _ in rows}
    print("%-15s %-5s %-5s %9s %9s %9s" % ("program", "", "", "seconds", "images/s", "top-1"))
    for program, precision, which, ms, top1 in rows:
        print("%-15s %-5s %-5s %9.1f %9.1f %9.4f" % (program, precision, which, int(ms) / 1000, 1000 * images / int(ms), float(top1)))
    for precision, words in (("fp32", "at equal precision"), ("auto", "each at its defaults")):
        peer = seconds["clip_benchmark", precision, "cold"]
        print("  %s: %.2fx cold, %.2fx with tokens kept" % (
            words, peer / seconds["filip", precision, "cold"], peer / seconds["filip", precision, "kept"]))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]))
    elif sys.argv[1] == "table":
        table(sys.argv[2], int(sys.argv[3]))
    else:
        del sys.argv[1]
        from clip_benchmark.cli import main
        from clip_benchmark.metrics import zeroshot_classification
        zeroshot_classification.accuracy = accuracy
        sys.exit(main())
