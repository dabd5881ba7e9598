#!/usr/bin/env bash
# An index's own plan (one-bit codes, then exact scores, above 5,000 images) beside an exact scan of it, on the caption queries of a file:
# one by one, then all together.
#   bench/search.sh INDEX QUERIES.txt
set -eu
index=$(realpath "$1") queries=$(realpath "$2")
cd "$(dirname "$0")/.."
. bench/java.sh
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
bench_java dev.filip.bench.SearchBench "$index" "$queries"
