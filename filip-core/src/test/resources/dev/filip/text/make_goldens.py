#!/usr/bin/env python3
"""Makes the tokenizer goldens beside this file, and the table of HTML's named references.

pip install tokenizers transformers open_clip_torch ftfy regex   (torch is not needed)

Written: corpus.txt (a generated caption corpus), clip-small/ (a BPE that Hugging Face's BpeTrainer
learnt from it, in CLIP's order of ids, saved by transformers.CLIPTokenizer), transformers.json.gz and
open_clip.json.gz ([{"text", "ids"}], [BOS] to [EOS], not truncated), mojibake.json.gz (texts that
ftfy's repair of mojibake changes, with open_clip's ids), without_ftfy.json.gz (texts whose ids change
when open_clip's code runs without ftfy, with those ids), open_clip_hf.json.gz (texts to which open_clip's
HFTokenizer gives other ids than its SimpleTokenizer, with those ids), special.json (texts that spell a special
token, with the ids of each tool), random.crc and assigned.txt (10,000 random Unicode strings: see
random_unicode), html-entities.txt and mojibake.txt (to be copied into main/resources).
"""
import gzip, html, html.entities, importlib.util, json, os, pathlib, random, struct, sys, tempfile, types
import unicodedata, zlib

import transformers  # before the stand-in for torch
from transformers import AutoTokenizer  # noqa: F401  HFTokenizer imports it
import ftfy
from ftfy.chardata import HTML_ENTITIES
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
SIZE = 1400
BOS, EOS = "<|startoftext|>", "<|endoftext|>"
random.seed(20)


def open_clip_tokenizer_module():
    """open_clip/tokenizer.py alone: the package would import torch."""
    torch = types.ModuleType("torch")
    torch.LongTensor = torch.Tensor = object
    sys.modules["torch"] = torch
    file = importlib.util.find_spec("open_clip").submodule_search_locations[0] + "/tokenizer.py"
    spec = importlib.util.spec_from_file_location("oc_tokenizer", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bytes_to_unicode():
    bs = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    rest = [b for b in range(256) if b not in bs]
    return [chr(b) for b in bs] + [chr(256 + i) for i in range(len(rest))]


# ---- a generated corpus: captions, names, some of other scripts; many pairs tie on purpose
def corpus():
    kinds = "circle square triangle star cross ring heart moon tree house cup fish balloon tiger".split()
    colours = "red orange yellow green blue purple pink brown crimson turquoise".split()
    grounds = "sky grass night sand snow brick".split()
    others = ["café crème", "naïve façade", "a piñata for Zoë", "crème brûlée & jalapeño", "東京の夜景", "赤い風船",
              "красный шар", "κόκκινος κύκλος", "ein großes Haus", "the dog's ball, isn't it?", "we've 25 balls!",
              "🎈 a red balloon 🎈", "🐯🐶 animals", "flag: 🇩🇪 Germany", "it's 10:30, they're late", "I'll go; I'd stay",
              "한국어 문장", "सुंदर चित्र", "رسم جميل", "100% cotton #1 @home", "http://example.org/a_b?c=1"]
    lines = []
    for i in range(420):
        a, b = random.sample(kinds, 2)
        rel = random.choice(["left of", "right of", "above", "below"])
        lines.append(f"a {random.choice(['large', 'small'])} {random.choice(colours)} {random.choice(['', 'striped ', 'dotted '])}{a} "
                     f"{rel} a {random.choice(['large', 'small'])} {random.choice(colours)} {b} on a {random.choice(grounds)} background")
    lines += others * 2
    syll = "ka to mi re lun ster ing ed pho tra gra ble qu ix zo we th ou".split()
    for i in range(300):
        lines.append(" ".join("".join(random.choice(syll) for _ in range(random.randint(1, 4))) for _ in range(random.randint(1, 5))))
    return lines


NORMALIZER = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
SPLIT = pre_tokenizers.Sequence([
    pre_tokenizers.Split(Regex(r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""), "removed", invert=True),
    pre_tokenizers.ByteLevel(add_prefix_space=False)])


def train(lines, size, pinned=True):
    """Hugging Face's trainer. Its ids of the pieces with </w> come in the order of a hash map and break
    ties differently in every process, so they are given beforehand in CLIP's order."""
    base = bytes_to_unicode()
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = NORMALIZER, SPLIT
    trainer = trainers.BpeTrainer(vocab_size=size - 2, end_of_word_suffix="</w>", show_progress=False,
                                  special_tokens=base + [c + "</w>" for c in base] if pinned else [],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(lines, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    merges = [m.split(" ") if isinstance(m, str) else m for m in model["merges"]]
    return model["vocab"], [tuple(m) for m in merges]


# ---- hard texts
ATOMS = ["a", "A", " ", "  ", "\t", "\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u00a0", "\u3000", "\u2028", "\u2029", "\u200b", "\u200d",
         "\ufe0f", "\ufeff", "\x00", "\x1b[31m", "\x1b[0m", "\x1b[", "\x1b", "\x07", "\x1c", "\x1f", "\x7f", "\x80", "\x92", "\x93", "\x9d",
         "é", "e\u0301", "É", "E\u0301\u0323", "\u0323\u0301", "ñ", "n\u0303", "ß", "ẞ", "İ", "I", "ı", "i\u0307", "ſ", "'ſ", "K", "Å", "Å",
         "Σ", "ΟΔΟΣ", "ΣΑΣ", "ΑΣ'", "ΑΣ.Α", "Σ\u0301", "aΣ\u00adb", "ᾳ\u0345", "\u0345", "ᾼ", "Ǆ", "ǅ", "ŉ", "ﬁ", "ﬃ", "ﬅ", "Ĳ",
         "Ａ", "ｱ", "ﾞ", "ｶﾞ", "￣", "１", "！", "한", "ㄱ", "ᄒ", "ᅡ", "ᆫ", "中", "日本語", "ไทย", "नि", "क्ष", "שלום", "مرحبا", "ﷺ",
         "🎈", "👩‍👩‍👧", "👍🏽", "🇩🇪", "1️⃣", "☕️", "🏴\U000e0067\U000e0062", "𝒳", "𝟘", "½", "Ⅷ", "ⅷ", "²", "①", "Ⓐ", "ⓐ", "٣", "१",
         "'s", "'S", "'t", "'re", "'ve", "'m", "'ll", "'d", "'r", "''s", "’s", "‘", "’", "“", "”", "‛", "ʼ", "„", "–", "—", "…", "•",
         "&amp;", "&AMP;", "&amp;amp;", "&amp;amp;lt;", "&lt;", "&gt", "&eacute;", "&EACUTE;", "&NTILDE;", "&nTILDE;", "&notit;", "&notin;", "&not",
         "&hearts;", "&#39;", "&#x27;", "&#x1F388;", "&#150;", "&#x92;", "&#0;", "&#13;", "&#11;", "&#xD800;", "&#x110000;", "&#99999999999;",
         "&#;", "&#x;", "&#59;", "&#38;#38;", "&;", "&", "&&amp;", "&nosuch;", "&CounterClockwiseContourIntegral;", "&NotEqualTilde;", "&Szlig;",
         "&SZLIG;", "&nbsp;", "&shy;", "&zwnj;", "<b>", "<", ">", "0", "1984", "3.14", "x2", "-", "_", "#tag", "@me", "?!", "...", "''", "\"",
         "the", "dog", "red", "balloon", "crème", "naïve", "\ufffd", "\uffff", "\U0010ffff", "\ue000", "\u0300", "\u20e3", "\u0fb2\u0f81"]


def assigned():
    return [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF and unicodedata.category(chr(c)) not in ("Cn", "Co")]


def texts():
    out = list(ATOMS)
    out += ["", " ", "a" * 300, "ab" * 2000, "é" * 200, "1" * 50, "!" * 70, "🎈" * 40, "a b " * 100, "<b>&eacute;</b>\n&EACUTE;",
            "x\n<\n&EACUTE;", "&EACUTE;\n<", "The Dog’s “ball” – it’s “red”…", "  leading and trailing  ", "A\u0301\u0301\u0301", "..'s", "!!'s", "a'sb's"]
    for _ in range(1500):
        out.append("".join(random.choice(ATOMS) + random.choice(["", "", " "]) for _ in range(random.randint(1, 8))))
    points = assigned()
    for _ in range(1000):
        out.append("".join(chr(random.choice(points)) for _ in range(random.randint(1, 10))))
    for _ in range(800):  # neighbours of one block: scripts with marks that combine
        start = random.choice(points)
        near = [c for c in range(start, start + 60) if c in POINTS] or [start]
        out.append("".join(chr(random.choice(near)) + random.choice(["", "", " ", "\u0301"]) for _ in range(random.randint(2, 10))))
    for _ in range(500):
        out.append("".join(chr(random.randint(0, 0x24F)) for _ in range(random.randint(1, 14))))
    return list(dict.fromkeys(out))


def mojibake_texts():
    """Texts decoded wrongly once or twice, some with losses, among sound ones."""
    sound = ["don’t", "“quoted” – it’s", "crème brûlée", "à la mode", "voilà le travail", "Zürich", "año", "naïve café", "100 €", "½ cup", "®©™",
             "日本語", "красный шар", "Κόκκινος κύκλος", "ağaç İstanbul", "żółw źdźbło", "ēģļšņ", "🎈 balloon", "…and more", "a – b — c", "نص عربي",
             "às vezes", "àquela", "été à Noël", "\u00a0nbsp\u00a0", "한국어", "𝒳²", "a\u0301", "\ufffd lost", "ﬁ", "ſ"]
    codecs = ["latin-1", "cp1252", "sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253", "sloppy-windows-1254",
              "sloppy-windows-1257", "iso-8859-2", "macroman", "cp437"]
    out = ["Ã la mode", "fÃ cil", "voilÃ le travail", "â€œ like this â€�", "l’humanitÃ©", "CESU \u00ed\u00a0\u00bd\u00ed\u00b8\u008d", "nul \u00c0\u0080 Ã©", "Ã",
           "Â© 2020", "5Â°", "Â ", "a Â b", "sÃ³ &Atilde;&sup3;", "doesnÃ¢â‚¬â„¢t", "Ãƒâ€šÃ‚Â©", "It\x92s \x93ok\x94 \x81"]
    for _ in range(900):
        text = " ".join(random.sample(sound, random.randint(1, 3)))
        for _ in range(random.randint(1, 2)):
            codec = random.choice(codecs)
            text = text.encode("utf-8").decode(codec, errors="replace" if codec == "cp1252" else "strict")
        if random.random() < 0.2:
            text = text.replace("\u00a0", " ")
        if random.random() < 0.3:
            text = random.choice(sound) + random.choice([" ", "", "\n"]) + text
        if random.random() < 0.1:
            i = random.randrange(len(text))
            text = text[:i] + text[i + 1:]
        out.append(text)
    return out


SPECIAL = [BOS, EOS, "a " + EOS + " b", "<|ENDOFTEXT|>", "<start_of_text>", "<end_of_text>", "x<END_OF_TEXT>y", "&lt;end_of_text&gt;"]


def random_unicode(count, ranges):
    """Strings made by a generator that RandomUnicode.java repeats, so that only checksums of ids are kept.

    ranges: the assigned code points (assigned.txt). Each character is one of all of them, one below
    U+2E80, one near the last, or ASCII.
    """
    state = 20211109

    def below(n):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % n

    points = [c for first, last in ranges for c in range(first, last + 1)]
    low = sum(c < 0x2E80 for c in points)
    out = []
    for _ in range(count):
        text, at = "", below(len(points))
        for _ in range(1 + below(16)):
            kind = below(4)
            if kind == 3:
                text += chr(32 + below(95))
                continue
            at = below(len(points)) if kind == 0 else below(low) if kind == 1 else min(max(0, at + below(65) - 32), len(points) - 1)
            text += chr(points[at])
        out.append(text)
    return out


def assigned_ranges():
    ranges = []
    for c in assigned():
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    (HERE / "assigned.txt").write_text("".join(f"{a:X} {b:X}\n" for a, b in ranges))
    return ranges


def checksum(ids):
    return struct.pack("<I", zlib.crc32(struct.pack(f"<{len(ids)}i", *ids)))


def dump(name, rows):
    with open(HERE / name, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=9) as packed:
        packed.write(json.dumps(rows, ensure_ascii=True, separators=(",", ":")).encode())
    print(f"{name}: {len(rows)} texts, {(HERE / name).stat().st_size} bytes")


def entities():
    lines = ["# HTML's named character references (WHATWG HTML, BSD-3-Clause for use in code): name, code points.",
             "# ^ marks names in capitals that only ftfy's rule adds. Written by make_goldens.py of the tests."]
    hexes = lambda s: " ".join(f"{ord(c):X}" for c in s)
    lines += [f"{name} {hexes(value)}" for name, value in sorted(html.entities.html5.items())]
    lines += [f"^{name[1:]} {hexes(value)}" for name, value in sorted(HTML_ENTITIES.items()) if name[1:] not in html.entities.html5]
    (HERE / "html-entities.txt").write_text("\n".join(lines) + "\n")


def mojibake_tables():
    """ftfy's character tables and patterns in a form Java reads."""
    from ftfy import badness, chardata

    space = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    lines = ["# Data of ftfy 6.3.1 by Robyn Speer (Apache-2.0), written by make_goldens.py of the tests: single-byte character sets (the code points",
             "# of bytes 80..FF and of 1A), the pattern of text that looks wrongly decoded, the pattern of UTF-8 read as single bytes."]
    for name in chardata.CHARMAP_ENCODINGS:
        table = (bytes(range(0x80, 0x100)) + b"\x1a").decode(name)
        assert len(set(table)) == 129
        lines.append(f"charset {name} " + " ".join(f"{ord(c):X}" for c in table))

    def plain(pattern):  # without the layout of re.VERBOSE; non-ASCII escaped; classes as Python has them
        out, inside, i = [], False, 0
        while i < len(pattern):
            c = pattern[i]
            if c == "\\":
                word = pattern[i:i + 2]
                i += 2
                out.append({r"\s": space if inside else f"[{space}]", r"\w": r"[\p{L}\p{N}_]", r"\x": r"\x"}[word])
                continue
            if c == "[" and not inside:
                inside = True
            elif c == "]":
                inside = False
            elif not inside and c == "#":
                i = pattern.index("\n", i)
                continue
            if inside or not c.isspace():
                out.append(c if " " <= c <= "~" else f"\\u{ord(c):04x}")
            i += 1
        return "".join(out)

    lines.append("bad " + plain(badness.BADNESS_RE.pattern))
    lines.append("utf8 " + plain(chardata.UTF8_DETECTOR_RE.pattern))
    (HERE / "mojibake.txt").write_text("\n".join(lines) + "\n")


lines = corpus()
(HERE / "corpus.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
vocab, merges = train(lines, SIZE)
free = [train(lines, SIZE, pinned=False)[1] for _ in range(3)]
print("merges of the trainer left to itself, three runs:", "equal" if free[0] == free[1] == free[2] else "not equal",
      "; to the pinned run:", "equal" if free[0] == merges else "not equal")
vocab = dict(vocab)
for name in (BOS, EOS):
    vocab[name] = len(vocab)
hugging = transformers.CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=77)
hugging.save_pretrained(HERE / "clip-small")
(HERE / "clip-small" / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False), encoding="utf-8")
(HERE / "clip-small" / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges), encoding="utf-8")
with tempfile.NamedTemporaryFile(suffix=".gz", delete=False) as file:
    file.write(gzip.compress(("#version: 0.2\n" + "\n".join(f"{a} {b}" for a, b in merges)).encode()))
oc = open_clip_tokenizer_module()
simple = oc.SimpleTokenizer(bpe_path=file.name)
os.unlink(file.name)
assert simple.vocab_size == len(vocab) == SIZE, (simple.vocab_size, len(vocab))
simple_ids = lambda text: [simple.sot_token_id] + simple.encode(text) + [simple.eot_token_id]
hugging_ids = lambda text: hugging(text, truncation=False)["input_ids"]
from_folder = oc.HFTokenizer(str(HERE / "clip-small"))
hf_ids = lambda text: from_folder.tokenizer(from_folder.clean_fn(text), truncation=False)["input_ids"]

def without_ftfy(text):
    fixes, ftfy.fix_text = ftfy.fix_text, lambda t: t
    try:
        return simple_ids(text)
    finally:
        ftfy.fix_text = fixes


POINTS = set(assigned())
rows_t, rows_o, rows_w, rows_h, mojibake = [], [], [], [], []
fix_text, differs = ftfy.fix_text, 0
for text in texts() + [t for t in dict.fromkeys(mojibake_texts())]:
    rows_t.append({"text": text, "ids": hugging_ids(text)})
    with_repair = simple_ids(text)
    ftfy.fix_text = lambda t: fix_text(t, fix_encoding=False)
    without = simple_ids(text)
    ftfy.fix_text = fix_text
    (rows_o if without == with_repair else mojibake).append({"text": text, "ids": with_repair})
    differs += rows_t[-1]["ids"] != with_repair
    if without_ftfy(text) != with_repair:
        rows_w.append({"text": text, "ids": without_ftfy(text)})
    if hf_ids(text) != with_repair:
        rows_h.append({"text": text, "ids": hf_ids(text)})
dump("transformers.json.gz", rows_t)
dump("open_clip.json.gz", rows_o)
dump("mojibake.json.gz", mojibake)
dump("without_ftfy.json.gz", rows_w)
dump("open_clip_hf.json.gz", rows_h)
print("texts on which the two tools differ:", differs)
strings = random_unicode(10000, assigned_ranges())
(HERE / "random.crc").write_bytes(b"".join(checksum(ids(t)) for ids in (hugging_ids, simple_ids, without_ftfy, hf_ids) for t in strings))
(HERE / "special.json").write_text(json.dumps(
    [{"text": t, "transformers": hugging_ids(t), "open_clip": simple_ids(t), "open_clip_without_ftfy": without_ftfy(t), "open_clip_hf": hf_ids(t)}
     for t in SPECIAL], indent=1) + "\n")
entities()
mojibake_tables()
