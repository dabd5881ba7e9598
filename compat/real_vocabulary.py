"""CLIP's real vocabulary of 49,408 pieces, out of the installed open_clip, and goldens of many hard texts in each behaviour.

python compat/real_vocabulary.py MODEL OUT      (open_clip_torch, transformers; MODEL: any model folder, for its config.json)
for b in transformers open_clip open_clip_without_ftfy open_clip_hf; do filip parity tokens OUT/$b OUT/$b/tokens.json; done

The vocabulary is open_clip's file bpe_simple_vocab_16e6.txt.gz; it is not part of this project. OUT/* are folders for `parity tokens` only.
"""

import gzip
import json
import random
import sys
import unicodedata
from pathlib import Path

import ftfy
import transformers
from open_clip.tokenizer import HFTokenizer, SimpleTokenizer, bytes_to_unicode, default_bpe

BOS, EOS = "<|startoftext|>", "<|endoftext|>"
ATOMS = ["a photo of", "the dog's", "isn’t", "“red”", "ΟΔΟΣ", "naïve", "e\u0301", "İstanbul", "&amp;", "&lt;b&gt;", "&#39;", "&eacute", "東京", "한국어",
         "मित्र", "مرحبا", "🎈", "👩‍👩‍👧", "👍🏽", "🇩🇪", "1984", "½", "\x07", "\x1b[31m", "\x92", "ﬁ", "Ａ", "donâ€™t", "Ã©tÃ©", "...", "#tag", "x2", "—"]


def texts():
    rng, out = random.Random(20211109), list(ATOMS)
    points = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Co", "Cs")]
    words = gzip.open(default_bpe()).read().decode().split("\n")[1000:40000]
    for _ in range(10000):
        out.append("".join(chr(rng.choice(points)) for _ in range(rng.randint(1, 12))))
    for _ in range(5000):
        out.append("".join(rng.choice(ATOMS) + rng.choice(["", " ", "  "]) for _ in range(rng.randint(1, 8))))
    for _ in range(5000):
        out.append(" ".join(rng.choice(words).replace("</w>", "").replace(" ", "") for _ in range(rng.randint(1, 12))))
    return list(dict.fromkeys(out))


def main(model, out):
    simple = SimpleTokenizer()
    lines = gzip.open(default_bpe()).read().decode().split("\n")[1:49152 - 256 - 2 + 1]
    merges = [tuple(line.split()) for line in lines]
    pieces = list(bytes_to_unicode().values())
    vocab = {p: i for i, p in enumerate(pieces + [p + "</w>" for p in pieces] + ["".join(m) for m in merges] + [BOS, EOS])}
    assert len(vocab) == simple.vocab_size == 49408
    hugging = transformers.CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=10**9)
    fixes = ftfy.fix_text

    def open_clip_ids(text):
        return [simple.sot_token_id] + simple.encode(text) + [simple.eot_token_id]

    config = json.loads((model / "config.json").read_text())
    for behaviour in ("transformers", "open_clip", "open_clip_without_ftfy", "open_clip_hf"):
        folder = out / behaviour
        hugging.save_pretrained(folder)
        config.setdefault("filip", {})["text"] = behaviour
        (folder / "config.json").write_text(json.dumps(config))
        ftfy.fix_text = (lambda text: text) if behaviour == "open_clip_without_ftfy" else fixes
        ids = (lambda text: hugging(text)["input_ids"]) if behaviour == "transformers" else open_clip_ids
        if behaviour == "open_clip_hf":
            own = HFTokenizer(str(folder))
            ids = lambda text: own.tokenizer(own.clean_fn(text))["input_ids"]
        (folder / "tokens.json").write_text(json.dumps([{"text": t, "ids": ids(t)} for t in texts()]))
        print(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
