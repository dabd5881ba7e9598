#!/usr/bin/env bash
# What filip serve adds to a search: milliseconds of a query over HTTP less those of the engine alone, in turn on one warm server, p50, p90, p99.
# Without INDEX 2,000 made-up images for models/collages-late, of which the engine has little to do. QUERIES is a file of texts, one a line.
#   bench/serve.sh [INDEX QUERIES]
set -eu
[ $# -eq 0 ] || set -- "$(realpath "$1")" "$(realpath "$2")"
cd "$(dirname "$0")/.."
. bench/java.sh
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
echo "load average $(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null || echo unknown)"
if [ $# -eq 0 ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  bench_java dev.filip.bench.MadeIndex models/collages-late "$work/index" 2000 36 >/dev/null
  printf '%s\n' "teapot left of otter" "flying saucer right of ribbon" "red ball" "two cats below a waffle" "shark" > "$work/queries"
  set -- "$work/index" "$work/queries"
fi
bench_java dev.filip.bench.ServeBench "$@"
