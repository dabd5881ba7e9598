"""A table for CaptionCountTest: python3 make_captions.py (pyarrow 26) -> captions.parquet beside it.

6,000 rows in groups of 700. Some images stand in several rows, near to each other and far apart, some rows have no image or no caption; captions are
of several languages, too short, with markup, with tabs and double spaces, with letters beyond ASCII.
"""
import os, random
import pyarrow as pa, pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
rng = random.Random(3)
WORDS = "red blue old small wooden happy dog cat house tree beach street man woman child car boat river with under beside a the".split()
OTHERS = ["ein kleiner Hund läuft am Strand entlang", "une petite maison au bord de la rivière", "маленькая собака бежит по берегу",
          "海辺を走る小さな犬", "een oude fiets staat tegen de muur", "¿dónde está el perro marrón?"]
ODD = ["", " ", "\t\n", "img_0.jpg", "a  dog \t on a\nbeach ", " leading and trailing ", "<b>two</b> ships &amp; a gull", "a caf\u00e9 \u2603 in winter",
       "two #dogs on a #beach", "a\u00a0dog and\u2003a cat", "12345 67890 4x4", "x" * 400, "cat"]


def caption():
    kind = rng.random()
    if kind < 0.04:
        return None
    if kind < 0.14:
        return rng.choice(OTHERS)
    if kind < 0.24:
        return rng.choice(ODD)
    return " ".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 12))) + rng.choice(["", ".", " 17", " (photo)", ", number %d" % rng.randrange(99)])


def image(i):
    kind = rng.random()
    if kind < 0.02:
        return None
    if kind < 0.2:
        return "images/%d.jpg" % rng.randrange(300)
    if kind < 0.3:
        return "images/é%d.jpg" % max(0, i - rng.randrange(3))
    return "images/%d-%d.jpg" % (i, i)


schema = pa.schema([("image", pa.string()), ("caption", pa.string()), ("width", pa.int32())])
with pq.ParquetWriter(os.path.join(here, "captions.parquet"), schema, compression="zstd") as out:
    for first in range(0, 6000, 700):
        ids = range(first, min(6000, first + 700))
        out.write_table(pa.table([[image(i) for i in ids], [caption() for i in ids], [i % 1000 for i in ids]], schema=schema))
