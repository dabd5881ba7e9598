#!/usr/bin/env bash
# Late matching of IMAGES images with TEXTS texts and the ranks of both directions: our kernel beside a plain PyTorch loop, each a fresh
# process on the same files (random unit vectors, texts near their image's patches). PyTorch first tries block sizes on a part and takes
# its best, in fp32 and in bf16.
#   bench/retrieval.sh [IMAGES [TEXTS [PATCHES [WORDS [WIDTH]]]]]      PYTHON=python of a venv with torch, numpy
set -eu
cd "$(dirname "$0")/.."
. bench/java.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-python3}
bench_java dev.filip.bench.RetrievalBench make "$work" "${1:-5000}" "${2:-25000}" "${3:-49}" "${4:-16}" "${5:-256}"
bench_java dev.filip.bench.RetrievalBench run "$work" >>"$work/lines"
for precision in fp32 bf16; do
  "$python" bench/retrieval_peer.py "$work" $precision >>"$work/lines"
done
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
"$python" - "$work/lines" "$work/about.json" <<'P'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
about = json.load(open(sys.argv[2]))
print("%d images of %d patches, %d texts of %d to %d tokens, width %d" % (
    about["images"], about["patches"], about["texts"], min(about["lengths"]), max(about["lengths"]), about["width"]))
print("%-9s %-5s %10s %10s %9s %9s %9s" % ("program", "", "seconds", "match s", "peak MiB", "t2i R@1", "i2t R@1"))
for r in rows:
    print("%-9s %-5s %10.1f %10.1f %9d %9.4f %9.4f" % (
        r["program"], r["precision"], r["seconds"], r["matching_seconds"], r["peak_mib"], r["text_to_image_r1"], r["image_to_text_r1"]))
for r in rows[1:]:
    print("  ours: %.2fx PyTorch in %s" % (r["seconds"] / rows[0]["seconds"], r["precision"]))
P
