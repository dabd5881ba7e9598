#!/usr/bin/env bash
# Exact late interaction of one query with IMAGES images in memory, by one thread and by all: the search's kernel on bf16 rows beside maxsim-cpu
# (pip) and Lucene's LateInteractionField, both on fp32 rows, each in a fresh process on the same vectors.
#   bench/scan.sh [IMAGES [PATCHES [WIDTH]]]      PYTHON=python of a venv with maxsim-cpu, numpy; THREADS="1 2"
set -eu
cd "$(dirname "$0")/.."
. bench/java.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-python3}
images=${1:-20000}
bench_java dev.filip.bench.RetrievalBench make "$work" "$images" "$images" "${2:-49}" 32 "${3:-256}"
for threads in ${THREADS:-1 $(nproc)}; do
  bench_java -Xmx6g dev.filip.bench.ScanProcess ours "$work" "$threads" >>"$work/lines"
  "$python" bench/scan_peer.py "$work" "$threads" >>"$work/lines"
  bench_java -Xmx6g dev.filip.bench.ScanProcess lucene "$work" "$threads" >>"$work/lines"
done
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
"$python" - "$work/lines" <<'P'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
print("%d images" % rows[0]["images"])
print("%-11s %7s %7s %10s %12s %9s %7s" % ("program", "threads", "tokens", "ms", "images/s", "error", "ours"))
for r in rows:
    ours = next(o for o in rows if (o["program"], o["threads"], o["tokens"]) == ("ours", r["threads"], r["tokens"]))
    print("%-11s %7d %7d %10.1f %12d %9.0e %6.1fx" % (r["program"], r["threads"], r["tokens"], 1e3 * r["seconds"],
          r["images"] / r["seconds"], r["error"], r["seconds"] / ours["seconds"]))
P
