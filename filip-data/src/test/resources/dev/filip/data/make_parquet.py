"""Small Parquet files: python3 make_parquet.py (pyarrow 26) -> snappy.parquet, plain.parquet"""
import os
import pyarrow as pa, pyarrow.parquet as pq
here = os.path.dirname(os.path.abspath(__file__))
t = pa.table({"id": [1, 2, 3, 4], "filepath": ["a.png", "sub/b.png", "a.png", "gone.png"], "title": ["a cup", "ein Bär", "the same cup", None]})
pq.write_table(t, os.path.join(here, "snappy.parquet"), compression="snappy")
pq.write_table(t.rename_columns(["id", "img", "words"]), os.path.join(here, "plain.parquet"), compression="none", use_dictionary=False)
