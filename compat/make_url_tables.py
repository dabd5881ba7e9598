"""A Parquet table of URLs as pyarrow writes LAION's, with nulls: python compat/make_url_tables.py filip-data/src/test/resources/dev/filip/data/laion.parquet"""

import sys

import pyarrow as pa
import pyarrow.parquet as pq

rows = range(200)
table = pa.table(
    {
        "SAMPLE_ID": pa.array([i * 10_000_000_001 if i != 2 else 20_000_000_002 for i in rows], pa.int64()),
        "URL": pa.array([None if i % 2 == 1 else "http://a/%d.jpg" % i for i in rows], pa.string()),
        "TEXT": pa.array([None if i == 2 else "caption %d" % i for i in rows], pa.string()),
        "WIDTH": pa.array([None if i == 2 else 100 + i for i in rows], pa.int32()),
        "similarity": pa.array([None if i == 2 else i + 0.5 for i in rows], pa.float32()),
        "NSFW": pa.array([None if i % 2 == 1 else "UNLIKELY" for i in rows], pa.string()),
        "ok": pa.array([None if i == 2 else i % 2 == 0 for i in rows], pa.bool_()),
        "boxes": pa.array([[[0.5, 0.5]] for _ in rows]),
    }
)
pq.write_table(table, sys.argv[1], row_group_size=70)
