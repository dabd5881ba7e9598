#!/usr/bin/env bash
# The late loss over batch and patches, a Markdown table: ours (the precision that auto takes, and fp32) beside dense PyTorch where its
# block fits in 6 GiB, same threads.
#   bench/loss_curve.sh [THREADS [STEPS]]      PYTHON=python of a venv with torch; BATCHES="32 128 512" PATCHES="49 196 256" PRECISIONS="fp32 bf16"
set -eu
cd "$(dirname "$0")/.."
threads=${1:-2} steps=${2:-2} m=32 d=256
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
export OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads
. bench/java.sh
python=${PYTHON:-python3}
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
echo "| b | n | features | ours, ms | forward, share of fp32 GEMM | grown, MiB | PyTorch: precision, ms, faster by the clock (CPU time), memory |"
echo "|---|---|---|---|---|---|---|"
for n in ${PATCHES:-49 196 256}; do
  for b in ${BATCHES:-32 64 128 256 512}; do
    ours=() peers=()
    for precision in auto fp32; do
      ours+=("$(bench_java dev.filip.bench.LossProcess late "$b" "$n" "$m" "$d" "$threads" "$steps" "$precision" 2>/dev/null)")
      case ${ours[0]} in *'"features":"fp32"'*) break ;; esac # auto is fp32 here
    done
    for precision in ${PRECISIONS:-fp32 bf16}; do
      if [ $((b * b * n * m * 12)) -le $((6 << 30)) ]; then
        peers+=("$("$python" bench/loss_peer.py "$precision" "$b" "$n" "$m" "$d" "$threads" "$steps")")
      fi
    done
    "$python" - "${#ours[@]}" "${ours[@]}" "${peers[@]}" <<'P'
import json, sys
count = int(sys.argv[1])
every = list(map(json.loads, sys.argv[2:]))
peers = every[count:]
for o in every[:count]:
    b, n = o["shape"].split("x")[:2]
    other = "; ".join("%s %.0f, %.1fx (%.1fx), 1/%.0f" % (
        p["form"].split()[-1], p["wall_ms"], p["wall_ms"] / o["wall_ms"], p["cpu_ms"] / o["cpu_ms"],
        p["grew_mib"] / max(o["grew_mib"], 1)) for p in peers)
    print("| %s | %s | %s | %.1f | %.0f %% | %.0f | %s |" % (
        b, n, o["features"], o["wall_ms"], 100 * o["forward_share_of_gemm"], o["grew_mib"], other or "block does not fit"), flush=True)
P
  done
done
