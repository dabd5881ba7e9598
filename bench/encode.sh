#!/usr/bin/env bash
# Encoding speed of vit-b-32: ours beside transformers and ONNX Runtime, one after the other, same weights and threads; best of STEPS.
#   bench/encode.sh [BATCH [TEXT_LENGTH [STEPS [THREADS]]]]      PYTHON=python of a venv with torch, transformers, onnx, onnxruntime
set -eu
cd "$(dirname "$0")/.."
batch=${1:-32} length=${2:-77} steps=${3:-5} threads=${4:-2}
export OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads MKL_NUM_THREADS=$threads
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
. bench/java.sh
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" bench/encode_peer.py make "$work/model" 2>/dev/null
bench_java dev.filip.bench.EncodeBench "$work/model" onnx "$work/onnx" 2>/dev/null
for precision in fp32 bf16 int8; do
  bench_java dev.filip.bench.EncodeBench "$work/model" "$precision" "$batch" "$length" "$steps" 2>/dev/null >>"$work/lines"
done
"$python" bench/encode_peer.py run "$work/model" "$work/onnx" "$batch" "$length" "$steps" 2>"$work/errors" >>"$work/lines" ||
  { tail -5 "$work/errors" >&2; exit 1; }
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
"$python" - "$work/lines" "$batch" <<'P'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
batch = int(sys.argv[2])
print("%-13s %-5s %10s %10s %8s %8s %9s %9s" % ("program", "", "images/s", "texts/s", "cpu ms", "cpu ms", "cosine", "cosine"))
for r in rows:
    print("%-13s %-5s %10.1f %10.1f %8.0f %8.0f %9.5f %9.5f" % (
        r["program"], r["precision"], 1000 * batch / r["image_ms"], 1000 * batch / r["text_ms"], r["image_cpu_ms"],
        r["text_cpu_ms"], r["image_cosine"], r["text_cosine"]))
peers = [r for r in rows if r["program"] != "ours"]
for what in ("image", "text"):
    for r in rows[:3]:
        same = min(p[what + "_ms"] for p in peers if p["precision"] == r["precision"])
        fp32 = min(p[what + "_ms"] for p in peers if p["precision"] == "fp32")
        print("  %s %s: %.2fx the best peer in %s, %.2fx the best in fp32" % (
            what, r["precision"], same / r[what + "_ms"], r["precision"], fp32 / r[what + "_ms"]))
P
