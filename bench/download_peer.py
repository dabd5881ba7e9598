"""Runs a command; tells its seconds, those of processors, and the most memory that it and its children held (PSS, so that shared pages count once).

python3 bench/download_peer.py COMMAND... ; the last line of standard output is JSON. With --img2dataset URLS OUT PROCESSES THREADS in
place of a command it is img2dataset itself.
"""

import json
import os
import resource
import subprocess
import sys
import time


def children(pid):
    found = [pid]
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open("/proc/%s/stat" % entry) as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found += children(int(entry))
    return found


def pss(pid):
    total = 0
    for one in children(pid):
        try:
            with open("/proc/%d/smaps_rollup" % one) as f:
                total += sum(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except OSError:
            pass
    return total * 1024


if __name__ == "__main__":
    if sys.argv[1] == "--img2dataset":
        from img2dataset import download

        urls, out, processes, threads = sys.argv[2:]
        download(
            url_list=urls,
            input_format="csv",
            url_col="url",
            caption_col="caption",
            output_folder=out,
            output_format="webdataset",
            image_size=256,
            resize_mode="keep_ratio",
            number_sample_per_shard=1000,
            processes_count=int(processes),
            thread_count=int(threads),
        )
    else:
        begun = time.time()
        process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
        peak = 0
        while process.poll() is None:
            peak = max(peak, pss(process.pid))
            time.sleep(0.1)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = round(used.ru_utime + used.ru_stime, 2)
        print(json.dumps({"seconds": round(time.time() - begun, 2), "cpu": cpu, "peak_memory": peak, "exit": process.returncode}))
