#!/usr/bin/env bash
# A server under pictures and words at once: 1, 2, 4 and 8 clients that put a picture and search by it, in turn, beside one that searches by words.
# Answers a second, p50 and p99 of each kind, processors used in user code and in the system. Without SOURCE the index begins with examples/pairs.
#   bench/uploads.sh [SECONDS [SOURCE]]
set -eu
seconds=${1:-15} source=$(realpath "${2:-$(dirname "$0")/../examples/pairs}")
cd "$(dirname "$0")/.."
. bench/java.sh
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
echo "load average $(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null || echo unknown)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench_java dev.filip.cli.Main index create "$work/index" --model models/collages-late >/dev/null
bench_java dev.filip.cli.Main index add "$work/index" "$source" >/dev/null
bench_java dev.filip.bench.UploadBench "$work/index" docs/images/collage.png "$seconds"
