#!/usr/bin/env bash
# How many queries whose things are not in an index, and how many whose things are, have a hit above a probability. Makes COPY, an index without one in five words.
#   bench/no-match.sh INDEX COPY
set -eu
index=$(realpath "$1") copy=$(realpath "$2")
cd "$(dirname "$0")/.."
. bench/java.sh
bench_java dev.filip.bench.NoMatchBench "$index" "$copy"
