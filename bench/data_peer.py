"""Python's webdataset over the same tars: samples a second, shuffled, in two processes.

python bench/data_peer.py FOLDER captions|samples SECONDS    one JSON line

Captions still pass over the images, as a stream of a tar does: webdataset has no other way.
"""

import glob
import json
import multiprocessing
import os
import sys
import time


def read(urls, what, seconds, out):
    import webdataset as wds

    data = wds.WebDataset(urls, shardshuffle=len(urls), seed=1).shuffle(10000)
    data = data.to_tuple("txt") if what == "captions" else data.to_tuple("txt", "jpg")
    start, cpu, count, size = time.time(), time.process_time(), 0, 0
    for sample in data:
        count += 1
        size += len(sample[-1])
        if count % 256 == 0 and time.time() - start > seconds:
            break
    out.put((count, time.time() - start, time.process_time() - cpu, size))


def main(folder, what, seconds):
    urls = sorted(glob.glob(os.path.join(folder, "*.tar")))
    out = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=read, args=(urls[i::2], what, float(seconds), out)) for i in range(2)]
    for p in processes:
        p.start()
    got = [out.get() for _ in processes]
    for p in processes:
        p.join()
    count, wall, cpu = sum(g[0] for g in got), max(g[1] for g in got), sum(g[2] for g in got)
    print(json.dumps({"what": what, "per_second": count / wall, "per_cpu_second": count / cpu}))


if __name__ == "__main__":
    main(*sys.argv[1:])
