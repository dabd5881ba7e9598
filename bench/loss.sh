#!/usr/bin/env bash
# The late loss, value and gradient, as a whole process: ours beside the dense formula in PyTorch, one after the other, same threads.
#   bench/loss.sh [B N M D [THREADS [STEPS]]]      PYTHON=python of a venv with torch; PRECISIONS="fp32 bf16" of the peer; OURS="auto fp32"
set -eu
cd "$(dirname "$0")/.."
b=${1:-512} n=${2:-49} m=${3:-32} d=${4:-256} threads=${5:-2} steps=${6:-3}
unset OPENBLAS_CORETYPE
export OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads
. bench/java.sh
ours=()
for precision in ${OURS:-auto fp32}; do
  ours+=("$(bench_java dev.filip.bench.LossProcess late "$b" "$n" "$m" "$d" "$threads" "$steps" "$precision" 2>/dev/null)")
done
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
printf '%s\n' "${ours[@]}"
for precision in ${PRECISIONS:-fp32 bf16}; do
  peer=$("${PYTHON:-python3}" bench/loss_peer.py "$precision" "$b" "$n" "$m" "$d" "$threads" "$steps")
  echo "$peer"
  "${PYTHON:-python3}" - "$peer" "${ours[@]}" <<'P'
import json, sys
peer, *ours = map(json.loads, sys.argv[1:])
for o in ours:
    print("  ours, features %s: %.1fx faster by the clock, %.1fx by CPU time, with 1/%.0f of the memory" % (
        o["features"], peer["wall_ms"] / o["wall_ms"], peer["cpu_ms"] / o["cpu_ms"], peer["grew_mib"] / max(o["grew_mib"], 1)))
P
done
