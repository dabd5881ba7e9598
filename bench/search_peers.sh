#!/usr/bin/env bash
# Whole search of IMAGES images: our index (exact, and by its own plan) beside fast-plaid at its defaults and with more probes, each in a fresh
# process, on the same vectors, one query after another. Vectors are those of a token store (filip encode MODEL SOURCE --out STORE), or, where
# it has too few, made after the moments of 20,000 of its images (MadeTokens says how); "real" takes them as they are. Queries are texts,
# encoded by the model. With WITHOUT_PEERS=1 ours alone, without the file for others (one million images of 49 x 256 are 25 GB of index), and
# all queries in one exact pass. Where root lets it, the first query finds nothing in the system's cache.
#   bench/search_peers.sh MODEL STORE QUERIES.txt IMAGES real|made      PYTHON=python of a venv with fast-plaid
set -euo pipefail
model=$(realpath "$1") store=$(realpath "$2") queries=$(realpath "$3") images=$4 kind=$5
cd "$(dirname "$0")/.."
. bench/java.sh
./filip --version >/dev/null
work=$(mktemp -d "${TMPDIR:-/tmp}/search.XXXXXX")
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-python3}
if [ -n "${WITHOUT_PEERS:-}" ]; then kind=$kind-alone; fi
./filip index create "$work/index" --model "$model" >/dev/null
bench_java -Xmx8g dev.filip.bench.SearchSet make "$work" "$store" "$queries" "$images" "$kind" | tee -a "$work/lines"
forget() { sync; echo 3 2>/dev/null >/proc/sys/vm/drop_caches || true; }
forget
if [ -n "${WITHOUT_PEERS:-}" ]; then
  bench_java dev.filip.bench.SearchSet together "$work" | tee -a "$work/lines"
else
  bench_java dev.filip.bench.SearchSet run "$work" exact | tee -a "$work/lines"
fi
forget
bench_java dev.filip.bench.SearchSet run "$work" plan "${WARM:-100}" | tee -a "$work/lines"
if [ -z "${WITHOUT_PEERS:-}" ]; then
  for knobs in "8 4096 4" "32 8192 4" "64 16384 4"; do
    "$python" bench/search_peer.py "$work" $knobs 2>/dev/null | tee -a "$work/lines"
  done
fi
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
"${PYTHON:-python3}" - "$work/lines" <<'P'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
for r in rows:
    if r["what"] == "build":
        print("%s: index of %d images built in %.0f s" % (r["program"], r["images"], r["seconds"]))
print("%-44s %8s %8s %8s %8s %8s %9s %8s %8s" % ("", "cold ms", "p50 ms", "p99 ms", "q/s", "batch", "recall@10", "bytes", "MiB"))
for r in rows:
    if r["what"] == "search" and "p50_ms" not in r:
        print("%-44s %.1f s, %.1f queries/s, %d MiB" % (r["program"], r["seconds"], r["together"], r["peak_mib"]))
    elif r["what"] == "search":
        print("%-44s %8.0f %8.1f %8.1f %8.1f %8s %9.4f %8.0f %8d%s" % (
            r["program"], r["cold_ms"], r["p50_ms"], r["p99_ms"], r["queries_per_s"], "%.1f" % r["together"] if "together" in r else "",
            r["recall"], r["bytes_per_image"], r["peak_mib"],
            "   scored %.0f, best score %.3f" % (r["scored"], r["top"]) if "scored" in r else ""))
P
