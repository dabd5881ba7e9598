#!/usr/bin/env bash
# Peak memory and seconds a step of training at large batches on generated images, a process each, one pass or micro-batches.
#   bench/large_batch.sh [MODEL [STEPS [BATCH:MICRO_BATCH...]]]     default: vit-b-32 2 256:none 256:32 512:32 1024:32; 4096:32 takes long
#   HEAP=2g (the Java heap, 3g for 4096), SETS="precision=fp32 gradient_checkpointing=true"
set -eu
cd "$(dirname "$0")/.."
model=${1:-vit-b-32} steps=${2:-2}
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- 256:none 256:32 512:32 1024:32
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
most=0
for pair in "$@"; do batch=${pair%%:*}; most=$((batch > most ? batch : most)); done
./filip --version >/dev/null 2>&1
./filip data scenes --out "$work/scenes" --train $((most > 512 ? most : 512)) >/dev/null 2>&1 || { echo "filip data scenes failed" >&2; exit 1; }
grep -m1 'model name' /proc/cpuinfo || true
for pair in "$@"; do
  batch=${pair%%:*} micro=${pair##*:} sets=()
  for s in ${SETS:-}; do sets+=(--set "$s"); done
  printf 'model: %s\ndata: {train: %s}\n' "$model" "$work/scenes/train" >"$work/run.yaml"
  FILIP_JAVA_OPTS="-Xmx${HEAP:-2g} ${FILIP_JAVA_OPTS:-}" ./filip train "$work/run.yaml" --out "$work/run" --force --log-every 1 --set batch="$batch" \
    --set micro_batch="$micro" --set steps="$steps" --set checkpoint.every=0 "${sets[@]}" >"$work/out" 2>"$work/err" &
  pid=$! peak=0
  while kill -0 $pid 2>/dev/null; do
    now=$(awk '/VmHWM/ {print $2}' /proc/$pid/status 2>/dev/null || true)
    peak=${now:-$peak}
    sleep 0.1
  done
  if ! wait $pid; then echo "batch $batch micro_batch $micro: $(tail -n 1 "$work/err")"; continue; fi
  awk -v b="$batch" -v m="$micro" -v p="$peak" -v est="$(grep -ho 'memory: at most about [0-9.]* [GM]iB' "$work/out" "$work/err" | head -n 1)" '
    { for (i = split("data towers loss backward optimizer", s, " "); i > 0; i--) if (match($0, "\"seconds_" s[i] "\" *: *[0-9.eE-]+")) {
        v = substr($0, RSTART, RLENGTH); sub(/.*: */, "", v); t += v } n++ }
    END { printf "batch %d micro_batch %s: peak %.2f GiB, %.1f s a step (%s)\n", b, m, p / 1048576, t / n, est }' "$work/run/metrics.jsonl"
done
