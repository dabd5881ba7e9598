#!/usr/bin/env bash
# Images/s and peak memory of filip data download beside img2dataset, against one local server in one run: bench/download.sh [ROWS [WAIT_MS [ROUNDS]]]
# PEER is a Python with img2dataset (pip install img2dataset). Both fetch, make the shorter side 256 and write shards of 1,000; robots.txt, which the
# peer does not know, is left aside. Start-up is in the times.
set -eu
cd "$(dirname "$0")/.."
rows=${1:-5000} wait=${2:-20} rounds=${3:-3}
peer=${PEER:-python3}
threads=${THREADS:-128} processes=${PROCESSES:-$(nproc)}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
mkdir "$work/pictures"
"$peer" - "$work/pictures" <<'PYTHON'
import sys
import cv2
import numpy as np
random = np.random.default_rng(1)
for i in range(100):
    small = random.integers(0, 256, (24, 32, 3), dtype=np.uint8)
    picture = cv2.resize(small, (640 + i, 480), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite("%s/%03d.jpg" % (sys.argv[1], i), picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
PYTHON
. ./.jdk25
find_jdk25 bench
"$JAVA_HOME/bin/java" bench/PictureServer.java "$work/pictures" "$wait" > "$work/port" &
server=$!
until [ -s "$work/port" ]; do sleep 0.1; done
port=$(cat "$work/port")
{ echo url,caption; for i in $(seq 0 $((rows - 1))); do echo "http://127.0.0.1:$port/$i.jpg,picture number $i"; done; } > "$work/table.csv"
./filip --version > "$work/version"
tell() { # NAME FILE
  "$peer" -c "
import json, sys
a = json.loads(open('$2').read().splitlines()[-1])
print('%-12s %.1f s, %.0f images/s, processors %.1f s, peak %.0f MiB' % ('$1', a['seconds'], $rows / a['seconds'], a['cpu'], a['peak_memory'] / 2**20), 'exit', a['exit'])"
}
for round in $(seq "$rounds"); do
  python3 bench/download_peer.py ./filip data download "$work/table.csv" --out "$work/ours$round" --allow-private --ignore-robots-txt --resize-mode keep_ratio --image-size 256 \
    --shard-size 1000 --concurrency "$threads" --per-host "$threads" --json > "$work/ours.json" 2> "$work/ours.log" || cat "$work/ours.log"
  tell filip "$work/ours.json"
  python3 bench/download_peer.py "$peer" bench/download_peer.py --img2dataset "$work/table.csv" "$work/theirs$round" "$processes" "$((threads / processes))" \
    > "$work/theirs.json" 2> "$work/theirs.log" || cat "$work/theirs.log"
  tell img2dataset "$work/theirs.json"
  "$peer" - "$work/ours$round" "$work/theirs$round" "$rows" <<'PYTHON'
import glob, sys, tarfile
import pyarrow.parquet as pq
for place in sys.argv[1:3]:
    status = [s for f in sorted(glob.glob(place + "/*.parquet")) for s in pq.read_table(f).column("status").to_pylist()]
    assert len(status) == int(sys.argv[3]) and set(status) == {"success"}, (place, len(status), set(status))


def pictures(place):
    with tarfile.open(place + "/00000.tar") as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.name.endswith(".jpg")}


ours, theirs = pictures(sys.argv[1]), pictures(sys.argv[2])
print("files of the first shard that are img2dataset's: %d of %d" % (sum(theirs.get(name) == file for name, file in ours.items()), len(ours)))
PYTHON
done
