#!/usr/bin/env bash
# The data plane: a simulated source of 340 M samples, and real tars beside Python's webdataset, in turns. No network.
# bench/data.sh [FOLDER [SAMPLES [SHARDS [BYTES [SECONDS]]]]]
# FOLDER (default: a new one in TMPDIR, removed afterwards) gets SAMPLES (3000000) of BYTES (1500) each in SHARDS (300) tars: about 9 GB.
# PYTHON names a Python with webdataset (pip install webdataset); without it only our numbers are printed.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-}
samples=${2:-3000000}
shards=${3:-300}
bytes=${4:-1500}
seconds=${5:-20}
python=${PYTHON:-python3}
if [ -z "$folder" ]; then folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; fi
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || sysctl -n machdep.cpu.brand_string 2>/dev/null || uname -m
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
for home in /usr/lib/jvm/*25*; do if [ -x "$home/bin/java" ]; then java="$home/bin/java"; fi; done
classes=${FILIP_BENCH_CLASSES:-"$(echo "$here"/filip-bench/target/classes):$(echo "$here"/filip-app/target/filip-app-*.jar):$(cat "$here/filip-app/target/classpath" 2>/dev/null)"}
ours() {
  "$java" ${HEAP:+-Xmx$HEAP} --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Dorg.bytedeco.javacpp.nopointergc=true -cp "$classes" dev.filip.bench.DataBench "$@" 2>/dev/null
}
HEAP=768m ours simulated "$here/configs/paper-base-340m.yaml" 34000 10003
[ -e "$folder/000000.tar" ] || ours make "$folder" "$samples" "$shards" "$bytes"
peer=no
if "$python" -c 'import webdataset' 2>/dev/null; then peer=yes; fi
for turn in 1 2; do
  for what in captions samples; do
    echo "ours $(ours "$what" "$folder" 26 "$seconds")"
    if [ $peer = yes ]; then echo "webdataset $("$python" "$here/bench/data_peer.py" "$folder" "$what" "$seconds")"; fi
  done
done
# the paper's config over as many samples, from a web server of this machine that makes its shards as they are asked for (1.1 GB for the first windows)
ours_server=$(mktemp -d)
"$java" -cp "$classes" dev.filip.bench.ShardServer 8340 34000 10003 >"$ours_server/log" &
server=$!
trap 'kill $server; rm -rf "$ours_server"; [ -n "${1:-}" ] || rm -rf "$folder"' EXIT
sleep 3
FILIP_CACHE="$ours_server/cache" "$here/filip" train "$here/configs/paper-base-340m.yaml" --set 'data.train=http://127.0.0.1:8340/{00000..33999}.tar' --set model=vit-tiny-84 \
  --set tokenizer="$here/models/collages-late" --set batch=64 --set epochs=none --set steps=20 --set schedule.warmup=5 --set precision=auto --set device=cpu \
  --set loss.feature_precision=auto --out "$ours_server/run" 2>&1 | grep -E '^(data|memory|order|train |peak)'
