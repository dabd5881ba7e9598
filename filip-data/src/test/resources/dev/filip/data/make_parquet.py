"""Small Parquet files: python3 make_parquet.py (pyarrow 26) -> NAME.parquet beside it.

snappy, plain      a table of paths and captions, one caption null
zstd, lz4, gzip    the same, packed so (lz4 is what Parquet calls LZ4_RAW)
lz4_hadoop         the same, in the older form that Hadoop and Spark wrote (codec LZ4); by hand, for pyarrow no longer writes it
brotli             the same, packed so
lists              captions as list<string>, as Hugging Face's Flickr30K and COCO have them
embedded           images as struct {bytes, path} in row groups of 2, as Hugging Face's datasets writes them; the last row's lie beside
binary             images as a column of bytes, as img2dataset writes them
old                paths and captions as bytes without a word that they are texts
columns            paths and captions with columns of every type beside them, nulls, lists, structs, a map
numbers            an integer in place of image and caption
"""
import io, os, struct
import pyarrow as pa, pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
PATHS, TITLES = ["a.png", "sub/b.png", "a.png", "gone.png"], ["a cup", "ein Bär", "the same cup", None]


def write(name, table, **how):
    pq.write_table(table, os.path.join(here, name + ".parquet"), **how)


def png(width):
    """A gray PNG of one row, made without a library."""
    import zlib
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\0" * (width + 1))) + chunk(b"IEND", b""))


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def fields(*values):
    """A Thrift struct in the compact protocol: (id, type, encoded) in ascending order."""
    out, last = b"", 0
    for number, kind, value in values:
        out, last = out + bytes([(number - last) << 4 | kind]) + value, number
    return out + b"\0"


def number(n):
    return varint(n << 1)


def text(t):
    return varint(len(t)) + t


def many(kind, items):
    return bytes([len(items) << 4 | kind]) + b"".join(items)


def lz4_hadoop(name):
    """Two optional columns of texts, one plain page each; every page a block of Hadoop's: both lengths, then LZ4."""
    I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
    out, chunks, schema = io.BytesIO(b"PAR1"), [], []
    out.seek(4)
    for column, values in ((b"filepath", PATHS), (b"title", TITLES)):
        bits = sum(1 << i for i, v in enumerate(values) if v is not None)
        levels = varint(1 << 1 | 1) + bytes([bits])
        page = struct.pack("<I", len(levels)) + levels
        for value in values:
            if value is not None:
                page += struct.pack("<I", len(value.encode())) + value.encode()
        block = pa.compress(page, "lz4_raw", asbytes=True)
        packed = struct.pack(">II", len(page), len(block)) + block
        data = fields((1, I32, number(len(values))), (2, I32, number(0)), (3, I32, number(3)), (4, I32, number(3)))
        header = fields((1, I32, number(0)), (2, I32, number(len(page))), (3, I32, number(len(packed))), (5, STRUCT, data))
        start = out.tell()
        out.write(header + packed)
        meta = fields((1, I32, number(6)), (2, LIST, many(I32, [number(0), number(3)])), (3, LIST, many(BINARY, [text(column)])),
                      (4, I32, number(5)), (5, I64, number(len(values))), (6, I64, number(len(header) + len(page))),
                      (7, I64, number(len(header) + len(packed))), (9, I64, number(start)))
        chunks.append(fields((2, I64, number(start)), (3, STRUCT, meta)))
        schema.append(fields((1, I32, number(6)), (3, I32, number(1)), (4, BINARY, text(column)), (6, I32, number(0))))
    root = fields((4, BINARY, text(b"schema")), (5, I32, number(2)))
    group = fields((1, LIST, many(STRUCT, chunks)), (2, I64, number(out.tell() - 4)), (3, I64, number(len(PATHS))))
    footer = fields((1, I32, number(1)), (2, LIST, many(STRUCT, [root] + schema)), (3, I64, number(len(PATHS))), (4, LIST, many(STRUCT, [group])))
    out.write(footer + struct.pack("<I", len(footer)) + b"PAR1")
    with open(os.path.join(here, name + ".parquet"), "wb") as file:
        file.write(out.getvalue())
    read = pq.read_table(os.path.join(here, name + ".parquet")).to_pydict()
    assert read == {"filepath": PATHS, "title": TITLES}, read


t = pa.table({"id": [1, 2, 3, 4], "filepath": PATHS, "title": TITLES})
write("snappy", t, compression="snappy")
write("plain", t.rename_columns(["id", "img", "words"]), compression="none", use_dictionary=False)
for codec in ("zstd", "lz4", "gzip", "brotli"):
    write(codec, t, compression=codec)
lz4_hadoop("lz4_hadoop")
write("lists", pa.table({"image": ["a.png", "sub/b.png", "a.png", "gone.png"], "caption": [["a cup", "one cup"], [], ["the same cup", None], None]}))
images = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
write("embedded", pa.table({
    "image": pa.array([{"bytes": png(3), "path": "x.png"}, {"bytes": png(4), "path": "x.png"}, {"bytes": png(5), "path": None},
                       None, {"bytes": None, "path": "a.png"}], images),
    "caption": ["three", "four", "five", "none", "beside"]}), row_group_size=2)
write("binary", pa.table({"jpg": pa.array([png(3), None, png(5)], pa.binary()), "caption": [["three", "3"], ["two"], ["five"]]}))
write("old", pa.table({"image": pa.array([p.encode() for p in PATHS], pa.binary()), "caption": pa.array([t and t.encode() for t in TITLES], pa.binary())}))
write("numbers", pa.table({"image": [1, 2], "text": [3, 4], "path": ["a.png", "b.png"], "title": ["x", "y"], "deep": [[[1]], [[2]]]}))

import datetime, decimal

write("columns", pa.table({
    "filepath": ["a.png", "b.png", "a.png"],
    "title": ["a cup", "a ball", "the same cup"],
    "year": pa.array([2001, None, 1999], pa.int32()),
    "views": pa.array([2**40, 0, 1], pa.int64()),
    "score": pa.array([0.1, float("nan"), 1], pa.float32()),
    "exact": pa.array([decimal.Decimal("1.50"), None, None], pa.decimal128(9, 2)),
    "safe": pa.array([True, None, False]),
    "day": pa.array([datetime.date(2020, 2, 29), None, None]),
    "seen": pa.array([datetime.datetime(2020, 2, 29, 12, 30), None, None], pa.timestamp("ms", "UTC")),
    "author": ["Ä. B.", None, ""],
    "tags": pa.array([["red", None, "cup"], [], None]),
    "camera": pa.array([{"lens": {"mm": 35}, "name": "x"}, {"lens": None, "name": None}, None],
                       pa.struct([("lens", pa.struct([("mm", pa.int32())])), ("name", pa.string())])),
    "sizes": pa.array([[("w", 3), ("h", None)], None, []], pa.map_(pa.string(), pa.int32())),
    "raw": pa.array([b"plain", b"\xff\xfe", None]),
    "preview": pa.array([{"bytes": png(3), "path": "p.png"}, None, None], pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
    "dotted.name": ["d", None, None],
}))
