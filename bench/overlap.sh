#!/usr/bin/env bash
# Gradient sums during the backward pass against after it: seconds a step of two ranks on this machine, in turns.
#   bench/overlap.sh [MODEL [BATCH [STEPS [ROUNDS]]]]      default: vit-b-32 32 6 2; RANKS=2
set -eu
cd "$(dirname "$0")/.."
model=${1:-vit-b-32} batch=${2:-32} steps=${3:-6} rounds=${4:-2} ranks=${RANKS:-2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./filip --version >/dev/null 2>&1
./filip data scenes --out "$work/scenes" --train 1000 >/dev/null 2>&1
printf 'model: %s\ndata: {train: %s}\n' "$model" "$work/scenes/train" >"$work/run.yaml"
grep -m1 'model name' /proc/cpuinfo || true
for round in $(seq "$rounds"); do
  for overlap in never always; do
    FILIP_JAVA_OPTS="-Xmx1g ${FILIP_JAVA_OPTS:-}" ./filip train "$work/run.yaml" --out "$work/run" --force --nproc "$ranks" --log-every 1 \
      --set batch="$batch" --set steps="$steps" --set checkpoint.every=0 --set distributed.overlap="$overlap" >/dev/null 2>"$work/err" ||
      { tail -n 2 "$work/err" >&2; exit 1; }
    awk -v o="$overlap" -v r="$round" '
      function value(key) { return match($0, "\"seconds_" key "\" *: *[0-9.eE-]+") ? substr($0, RSTART + length(key) + 11, RLENGTH - length(key) - 11) + 0 : 0 }
      NR > 2 && /"loss"/ { n++; backward += value("backward"); split("data towers loss backward optimizer", s, " "); for (i in s) all += value(s[i]) }
      END { printf "round %d, overlap %-6s: backward and sum %.3f s, step %.3f s (mean of %d)\n", r, o, backward / n, all / n, n }' "$work/run/metrics.jsonl"
  done
done
