#!/usr/bin/env bash
# What pooled rows cost: recall, bytes and milliseconds of copies of an index (with captions) with fewer rows an image, in a FOLDER that is made.
#   bench/pool.sh INDEX QUERIES.txt FOLDER 24 12
set -eu
index=$(realpath "$1") queries=$(realpath "$2") folder=$(realpath "$3")
shift 3
cd "$(dirname "$0")/.."
. bench/java.sh
bench_java dev.filip.bench.PoolBench "$index" "$queries" "$folder" "$@"
