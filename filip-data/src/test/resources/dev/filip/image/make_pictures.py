"""Small pictures in every form of BMP, JPEGs and PNGs with odd ends, EXIF orientation in every type, and what Pillow makes of them.

python3 make_pictures.py   (Pillow 13.0.0, numpy) -> pictures.json
name -> {"file": base64, "mode", "size", "rgba": sha256 of convert("RGBA"), "upright": sha256 of exif_transpose in RGBA}
or {"file", "refused": Pillow's words}.
"""
import base64, hashlib, io, json, os, random, struct, warnings
import numpy as np
from PIL import Image, ImageOps

warnings.simplefilter("ignore")
here = os.path.dirname(os.path.abspath(__file__))
some = random.Random(7)
files = {}


def bmp(size, bits, body, header=40, compression=0, colours=0, palette=b"", masks=(), offset=None, top=False):
    w, h = size
    if header == 12:
        head = struct.pack("<IHHHH", 12, w, h, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", header, w, -h if top else h, 1, bits, compression, len(body), 0, 0, colours, 0)
        words = b"".join(struct.pack("<I", m) for m in masks)
        head += words[:12] if header == 40 else (words + bytes(84))[:header - 40]
    start = 14 + len(head) + len(palette) if offset is None else offset
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + len(palette) + len(body), 0, 0, start) + head + palette + body


def stride(w, bits):
    return (w * bits + 31) // 32 * 4


def rows(size, bits):
    return some.randbytes(stride(size[0], bits) * size[1])


def colours(n, entry=4):
    return some.randbytes(n * entry)


def grays(values, entry=4):
    return b"".join(bytes([v & 255] * 3 + [0] * (entry - 3)) for v in values)


SIZES = ((1, 1), (2, 3), (7, 5), (9, 4), (33, 3))
for bits in (1, 4, 8):
    for size in SIZES:
        files[f"palette{bits}-{size[0]}.bmp"] = bmp(size, bits, rows(size, bits), palette=colours(1 << bits))
    files[f"palette{bits}-top.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), palette=colours(1 << bits), top=True)
    files[f"palette{bits}-os2.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), header=12, palette=colours(1 << bits, 3))
    files[f"palette{bits}-few.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), colours=2, palette=colours(2))
    files[f"palette{bits}-white-black.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), colours=2, palette=grays((255, 0)))
    files[f"palette{bits}-black-white.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), colours=2, palette=grays((0, 255)))
    files[f"palette{bits}-black.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), colours=1, palette=grays((0,)))
    files[f"palette{bits}-ramp.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), palette=grays(range(1 << bits)))
    files[f"palette{bits}-ramp-narrow.bmp"] = bmp((3, 4), bits, rows((3, 4), bits), palette=grays(range(1 << bits)))
    files[f"palette{bits}-no-offset.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), palette=colours(1 << bits), offset=0)
    files[f"palette{bits}-offset-of-header.bmp"] = bmp(
        (9, 4), bits, rows((9, 4), bits), palette=colours(1 << bits), offset=54)
files["palette8-300-gray.bmp"] = bmp((9, 4), 8, rows((9, 4), 8), colours=300, palette=grays(range(300)))
files["palette8-300.bmp"] = bmp((9, 4), 8, rows((9, 4), 8), colours=300, palette=colours(300))
files["palette8-huge.bmp"] = bmp((9, 4), 8, rows((9, 4), 8), colours=70000, palette=colours(9))
for bits in (16, 24, 32):
    for size in SIZES:
        files[f"plain{bits}-{size[0]}.bmp"] = bmp(size, bits, rows(size, bits))
    files[f"plain{bits}-top.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), top=True)
    files[f"plain{bits}-no-offset.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), offset=0)
    for header in (12, 52, 56, 64, 108, 124):
        files[f"plain{bits}-header{header}.bmp"] = bmp((9, 4), bits, rows((9, 4), bits), header=header)
for header in (40, 52, 56, 64, 108, 124):
    for name, bits, masks in (
            ("565", 16, (0xF800, 0x7E0, 0x1F, 0)), ("555", 16, (0x7C00, 0x3E0, 0x1F, 0)),
            ("555a", 16, (0x7C00, 0x3E0, 0x1F, 0x8000)), ("444", 16, (0xF00, 0xF0, 0xF, 0)),
            ("24", 24, (0xFF0000, 0xFF00, 0xFF, 0)), ("24rgb", 24, (0xFF, 0xFF00, 0xFF0000, 0)),
            ("bgrx", 32, (0xFF0000, 0xFF00, 0xFF, 0)), ("xbgr", 32, (0xFF000000, 0xFF0000, 0xFF00, 0)),
            ("bgxr", 32, (0xFF000000, 0xFF00, 0xFF, 0)), ("abgr", 32, (0xFF000000, 0xFF0000, 0xFF00, 0xFF)),
            ("rgba", 32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)), ("bgra", 32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
            ("bgar", 32, (0xFF000000, 0xFF00, 0xFF, 0xFF0000)), ("none", 32, (0, 0, 0, 0)),
            ("odd", 32, (0xF0, 0xF00, 0xF000, 0))):
        files[f"masks-{name}-header{header}.bmp"] = bmp((5, 3), bits, rows((5, 3), bits), header, 3, masks=masks)
runs8 = bytes([4, 9, 0, 3, 1, 2, 3, 0, 0, 0, 2, 7, 0, 2, 1, 0, 3, 8, 0, 0, 0, 7, 1, 2, 3, 4, 5, 6, 7, 0, 0, 1])
runs4 = bytes([4, 0x9A, 0, 3, 0x12, 0x30, 0, 0, 2, 0x75, 0, 2, 1, 0, 3, 0x81, 0, 0, 0, 7, 0x12, 0x34, 0x56, 0x70, 0, 1])
for name, bits, kind, body in (("8", 8, 1, runs8), ("4", 4, 2, runs4)):
    n = 1 << bits
    files[f"rle{name}.bmp"] = bmp((7, 3), bits, body, compression=kind, palette=colours(n))
    files[f"rle{name}-top.bmp"] = bmp((7, 3), bits, body, compression=kind, palette=colours(n), top=True)
    files[f"rle{name}-v5.bmp"] = bmp((7, 3), bits, body, header=124, compression=kind, palette=colours(n))
    files[f"rle{name}-gray.bmp"] = bmp((7, 3), bits, body, compression=kind, palette=grays(range(n)))
    files[f"rle{name}-black-white.bmp"] = bmp((7, 3), bits, body, compression=kind, colours=2, palette=grays((0, 255)))
    files[f"rle{name}-early-end.bmp"] = bmp((7, 4), bits, body, compression=kind, palette=colours(n))
    files[f"rle{name}-cut.bmp"] = bmp((7, 3), bits, body[:-6], compression=kind, palette=colours(n))
    files[f"rle{name}-long-runs.bmp"] = bmp((5, 3), bits, bytes([255, 1, 0, 0, 3, 2, 9, 3, 0, 0, 0, 9] + [7] * 10), compression=kind,
                                            palette=colours(n))
    files[f"rle{name}-up.bmp"] = bmp((5, 4), bits, bytes([0, 2, 3, 2, 9, 3, 0, 0, 5, 4]), compression=kind, palette=colours(n))
files["rle-of-24.bmp"] = bmp((7, 3), 24, runs8 * 4, compression=1)
whole = bmp((7, 5), 24, rows((7, 5), 24))
files["no-last-padding.bmp"] = whole[:-3]
files["cut.bmp"] = whole[:-4]
files["tail.bmp"] = whole + b"tail"
files["header16.bmp"] = whole[:14] + struct.pack("<I", 16) + whole[18:]
files["bits2.bmp"] = bmp((7, 5), 2, rows((7, 5), 2), palette=colours(4))
files["jpeg-within.bmp"] = bmp((7, 5), 24, rows((7, 5), 24), compression=4)
files["wide-negative.bmp"] = bmp((-7, 5), 24, rows((7, 5), 24))

picture = Image.fromarray(np.frombuffer(some.randbytes(13 * 10 * 3), np.uint8).reshape(10, 13, 3))


def jpeg(**options):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85, **options)
    return out.getvalue()


for name, b in (("plain", jpeg()), ("progressive", jpeg(progressive=True)), ("restarts", jpeg(restart_marker_blocks=1))):
    files[f"{name}-tail.jpg"] = b + bytes([0xFF, 0xDA]) + some.randbytes(99)
    files[f"{name}-two.jpg"] = b + b[:len(b) // 2]
    files[f"{name}-no-end.jpg"] = b[:-2]
    files[f"{name}-cut-and-ended.jpg"] = b[:-40] + b"\xff\xd9"
    files[f"{name}-second-within.jpg"] = b[:-40] + b
    files[f"{name}-bytes-before-end.jpg"] = b[:-2] + bytes(20) + b"\xff\xd9"
    files[f"{name}-comment-before-end.jpg"] = b[:-2] + b"\xff\xfe\0\4ab\xff\xd9"
    files[f"{name}-fill-before-end.jpg"] = b[:-2] + b"\xff\xff\xff\xd9"


def segment(name, content):
    return b"\xff\xe1" + struct.pack(">H", len(name + content) + 2) + name + content


def tiff(order, kind, count, value, behind=b"", magic=42):
    entry = struct.pack(order + "HHI", 0x112, kind, count) + (value + bytes(4))[:4]
    return (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", magic, 8, 1) + entry + bytes(4) + behind


def xmp(value):
    return segment(b"http://ns.adobe.com/xap/1.0/\0", b'<rdf:Description tiff:Orientation="%d"/>' % value)


small = jpeg()
for order, name in (("<", "little"), (">", "big")):
    there = struct.pack(order + "I", 26)
    for kind, count, value, behind in (
            ("short", 3, struct.pack(order + "H", 6), b""), ("long", 4, struct.pack(order + "I", 6), b""),
            ("byte", 1, b"\6", b""), ("text", 2, b"6", b""), ("unknown", 7, b"\6", b""), ("signed-byte", 6, b"\6", b""),
            ("signed-short", 8, struct.pack(order + "h", 6), b""), ("signed-long", 9, struct.pack(order + "i", 6), b""),
            ("ratio", 5, there, struct.pack(order + "II", 12, 2)), ("ratio-odd", 5, there, struct.pack(order + "II", 13, 2)),
            ("ratio-of-nothing", 5, there, struct.pack(order + "II", 0, 0)),
            ("signed-ratio", 10, there, struct.pack(order + "ii", -6, -1)), ("float", 11, struct.pack(order + "f", 6), b""),
            ("double", 12, there, struct.pack(order + "d", 6)), ("ifd", 13, struct.pack(order + "I", 6), b""),
            ("long-9", 4, struct.pack(order + "I", 9), b""), ("long-large", 4, struct.pack(order + "I", 65542), b""),
            ("type-99", 99, struct.pack(order + "H", 6), b"")):
        files[f"exif-{kind}-{name}.jpg"] = (
            small[:2] + segment(b"Exif\0\0", tiff(order, count, 1, value, behind)) + small[2:])
    files[f"exif-none-of-them-{name}.jpg"] = (
        small[:2] + segment(b"Exif\0\0", tiff(order, 3, 0, struct.pack(order + "H", 6))) + small[2:])
    files[f"exif-two-{name}.jpg"] = (
        small[:2] + segment(b"Exif\0\0", tiff(order, 3, 2, struct.pack(order + "HH", 6, 3))) + small[2:])
    files[f"exif-magic-{name}.jpg"] = (
        small[:2] + segment(b"Exif\0\0", tiff(order, 3, 1, struct.pack(order + "H", 6), magic=43)) + small[2:])
three, six = (segment(b"Exif\0\0", tiff("<", 4, 1, struct.pack("<I", v))) for v in (3, 6))
files["exif-first-counts.jpg"] = small[:2] + three + six + small[2:]
scan = small.index(b"\xff\xda")
files["exif-behind-frame.jpg"] = small[:scan] + six + small[scan:]
files["xmp.jpg"] = small[:2] + xmp(6) + small[2:]
files["xmp-and-exif.jpg"] = small[:2] + xmp(6) + three + small[2:]
files["xmp-and-bad-exif.jpg"] = small[:2] + segment(b"Exif\0\0", tiff("<", 3, 1, b"\t\0")) + xmp(6) + small[2:]
for name, options in (("exif-long.png", {}), ("exif-long.webp", {"lossless": True})):
    out = io.BytesIO()
    picture.save(out, name[-4:].strip(".").upper(), exif=b"Exif\0\0" + tiff("<", 4, 1, struct.pack("<I", 6)), **options)
    files[name] = out.getvalue()
out = io.BytesIO()
picture.save(out, "WEBP", lossless=True, xmp=b'<x tiff:Orientation="6"/>')
files["xmp.webp"] = out.getvalue()
out = io.BytesIO()
picture.save(out, "PNG", dpi=(72, 72))
png = bytearray(out.getvalue())


def damaged(at, value, cut=None):
    b = png[:cut]
    b[at] = value
    return bytes(b)


data = png.index(b"IDAT")
files["tail.png"] = bytes(png) + b"tail"
files["no-end.png"] = bytes(png[:-12])
files["no-sum.png"] = bytes(png[:-16])
files["cut.png"] = bytes(png[:-30])
files["bad-header-sum.png"] = damaged(29, png[29] ^ 1)
files["bad-side-chunk.png"] = damaged(png.index(b"pHYs") + 5, 9)
files["bad-data-sum.png"] = damaged(len(png) - 13, png[-13] ^ 1)
files["long-data.png"] = damaged(data - 4, 0x40)
files["longer-data.png"] = damaged(data - 4, 0x80)


def sha(im):
    return hashlib.sha256(im.convert("RGBA").tobytes()).hexdigest()


table = {}
for name, b in files.items():
    entry = {"file": base64.b64encode(b).decode()}
    try:
        im = Image.open(io.BytesIO(b))
        entry.update(mode=im.mode, size=list(im.size), rgba=sha(im))
        if name.startswith(("exif", "xmp")):
            entry["upright"] = sha(ImageOps.exif_transpose(im))
    except Exception as e:
        entry = {"file": entry["file"], "refused": str(e).split("<")[0].strip()}
    table[name] = entry
json.dump(table, open(os.path.join(here, "pictures.json"), "w"), indent=1)
