"""Small pictures of every kind and the pixels Pillow decodes from them.

python3 make_decode.py   (Pillow 13.0.0, numpy) -> decode/*, decode.json
decode.json: file -> {"size": [w, h], "rgb": sha256 of convert("RGB"), "rgba": sha256 of convert("RGBA"),
"white": sha256 of alpha_composite on white}; "rgba" and "white" only where there is transparency.
"""
import hashlib, io, json, os, struct, zlib
import numpy as np
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))
out = os.path.join(here, "decode")
os.makedirs(out, exist_ok=True)
rng = np.random.default_rng(7)


def photo(w, h):
    y, x = np.mgrid[0:h, 0:w]
    base = np.stack([128 + 100 * np.sin(x / 5.0), 128 + 100 * np.cos(y / 7.0), (x * 3 + y * 5) % 256], -1)
    return Image.fromarray((base + rng.normal(0, 8, base.shape)).clip(0, 255).astype(np.uint8))


W, H = 45, 31
rgb = photo(W, H)
a = np.clip(np.hypot(*(np.mgrid[0:H, 0:W] - 15.0)) * 12, 0, 255).astype(np.uint8)
rgba = rgb.copy(); rgba.putalpha(Image.fromarray(a))
gray = rgb.convert("L")
files = {}


def save(name, im, **kw):
    im.save(os.path.join(out, name), **kw)


def raw(name, b):
    open(os.path.join(out, name), "wb").write(b)


for q, s in (("444", 0), ("422", 1), ("420", 2)):
    save(f"jpeg-{q}.jpg", rgb, quality=88, subsampling=s)
save("jpeg-411.jpg", rgb, quality=88, subsampling="4:1:1")
save("jpeg-gray.jpg", gray, quality=88)
save("jpeg-progressive.jpg", rgb, quality=80, progressive=True)
save("jpeg-rgb.jpg", rgb, quality=88, keep_rgb=True)
save("jpeg-1x1.jpg", rgb.crop((0, 0, 1, 1)))
save("png-rgb.png", rgb)
save("png-rgba.png", rgba)
save("png-gray.png", gray)
la = gray.copy().convert("LA"); la.putalpha(Image.fromarray(a)); save("png-la.png", la)
save("png-bit.png", gray.convert("1"))
p = rgb.quantize(200); save("png-palette8.png", p)
save("png-palette4.png", rgb.quantize(13), bits=4)
save("png-palette2.png", rgb.quantize(4), bits=2)
save("png-palette1.png", rgb.quantize(2), bits=1)
save("png-palette8-trns.png", p, transparency=bytes((i * 37) % 256 for i in range(200)))
save("png-palette4-trns.png", rgb.quantize(13), bits=4, transparency=bytes([0, 128, 255, 64]))
save("png-palette1-trns.png", rgb.quantize(2), bits=1, transparency=0)
save("png-gray-trns.png", gray, transparency=int(np.array(gray)[3, 3]))
save("png-rgb-trns.png", rgb, transparency=tuple(int(v) for v in np.array(rgb)[3, 3]))
save("webp-lossy.webp", rgb, quality=80)
save("webp-lossless.webp", rgb, lossless=True)
save("webp-alpha.webp", rgba, lossless=True, exact=True)
save("gif.gif", rgb.quantize(64))
save("gif-clear.gif", rgb.quantize(64), transparency=5)
save("gif-interlaced.gif", rgb.quantize(64), interlace=1)
save("gif-animated.gif", rgb.quantize(30), save_all=True, append_images=[gray, rgb.rotate(90)])
save("gif-big.gif", photo(200, 150).quantize(256))
save("bmp-rgb.bmp", rgb)
save("bmp-gray.bmp", gray)
save("bmp-palette.bmp", p)


def png(w, h, depth, kind, rows, interlace=0, extra=b""):
    def chunk(n, d):
        return struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d))
    body = zlib.compress(b"".join(rows))
    cut = len(body) // 3  # several IDAT chunks
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, depth, kind, 0, 0, interlace)) + extra
            + chunk(b"IDAT", body[:cut]) + chunk(b"IDAT", b"") + chunk(b"IDAT", body[cut:]) + chunk(b"IEND", b""))


wide = rng.integers(0, 65536, (H, W, 4))
for name, kind, ch in (("rgb", 2, 3), ("rgba", 6, 4), ("la", 4, 2)):
    raw(f"png-16-{name}.png", png(W, H, 16, kind, [b"\0" + wide[y, :, :ch].astype(">u2").tobytes() for y in range(H)]))
for d in (2, 4):
    raw(f"png-gray{d}.png", png(40, 8, d, 0, [b"\0" + rng.bytes(40 * d // 8) for _ in range(8)]))
px = np.array(rgb)
rows = []
for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
    rows += [b"\0" + px[y, x0::dx].tobytes() for y in range(y0, H, dy)]
raw("png-interlaced.png", png(W, H, 8, 2, rows, interlace=1))
filtered = []
for y in range(H):  # every row filter in turn
    f = y % 5
    line, up = px[y].astype(int).reshape(-1), (px[y - 1].astype(int).reshape(-1) if y else np.zeros(W * 3, int))
    left = np.concatenate([np.zeros(3, int), line[:-3]]); corner = np.concatenate([np.zeros(3, int), up[:-3]])
    pa, pb, pc = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    paeth = np.where((pa <= pb) & (pa <= pc), left, np.where(pb <= pc, up, corner))
    pred = [0 * line, left, up, (left + up) // 2, paeth][f]
    filtered.append(bytes([f]) + ((line - pred) % 256).astype(np.uint8).tobytes())
raw("png-filters.png", png(W, H, 8, 2, filtered))



def gif(screen, frame, indices, bits, palette, flags=0, clear=None, background=0):
    """A GIF of one frame (left, top, width, height), each index after a clear code: no tables."""
    width, held, n, packed = bits + 1, 0, 0, bytearray()
    for code in [c for i in indices for c in (1 << bits, i)] + [(1 << bits) + 1]:
        held, n = held | code << n, n + width
        while n >= 8:
            packed.append(held & 255); held, n = held >> 8, n - 8
    packed.append(held)
    data = b"".join(bytes([len(packed[i:i + 200])]) + packed[i:i + 200] for i in range(0, len(packed), 200))
    control = b"" if clear is None else b"\x21\xf9\x04\1\0\0" + bytes([clear, 0])
    size = (len(palette) // 3).bit_length() - 2
    return (b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80 | size if palette else 0, background, 0) + palette + control
            + b"," + struct.pack("<HHHHB", *frame, flags) + bytes([bits]) + data + b"\0;")


some = bytes((i * 89 + 40) % 256 for i in range(48))
raw("gif-free.gif", gif((12, 9), (3, 2, 5, 4), [i % 15 + 1 for i in range(20)], 4, some, background=7))
raw("gif-free-clear.gif", gif((12, 9), (3, 2, 5, 4), [i % 16 for i in range(20)], 4, some, clear=6, background=7))
raw("gif-rows.gif", gif((2, 3), (0, 0, 2, 3), [1, 2, 3, 4, 5, 6], 4, some, flags=0x40))
raw("gif-index.gif", gif((6, 4), (0, 0, 6, 4), [i % 16 for i in range(24)], 4, some[:12], clear=9))
raw("gif-gray.gif", gif((6, 4), (0, 0, 6, 4), [i * 3 for i in range(24)], 7, b""))

for o in range(1, 9):  # EXIF orientation
    exif = Image.Exif(); exif[0x0112] = o
    save(f"exif-{o}.png", rgb.crop((0, 0, 9, 6)), exif=exif)
exif = Image.Exif(); exif[0x0112] = 6
save("exif-6.jpg", rgb, quality=85, exif=exif)
save("exif-6.webp", rgb, lossless=True, exif=exif)

table = {}
sha = lambda im: hashlib.sha256(im.tobytes()).hexdigest()
from PIL import ImageOps
for name in sorted(os.listdir(out)):
    im = Image.open(os.path.join(out, name))
    entry = {"size": list(im.size), "rgb": sha(im.convert("RGB"))}
    if im.mode in ("RGBA", "LA") or "transparency" in im.info:
        full = im.convert("RGBA")
        entry["rgba"] = sha(full)
        entry["white"] = sha(Image.alpha_composite(Image.new("RGBA", im.size, (255, 255, 255, 255)), full).convert("RGB"))
    if name.startswith("exif"):
        entry["upright"] = sha(ImageOps.exif_transpose(im).convert("RGB"))
    table[name] = entry
save("cmyk.jpg", rgb.convert("CMYK"), quality=90)  # compared within 1
np.save(os.path.join(here, "cmyk.npy"), np.array(Image.open(os.path.join(out, "cmyk.jpg")).convert("RGB")))
json.dump(table, open(os.path.join(here, "decode.json"), "w"), indent=1)
