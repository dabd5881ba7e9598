#!/usr/bin/env bash
# ImageNet at its size: `filip eval suite` on IMAGES generated pictures in ImageNet's layout x 1,000 classes x the paper's 30 prompts, a late
# model beside a global one, each a whole process. Towers are tiny and random (the pictures are encoded in minutes), tokens have vit-b-32's
# form: 49 patches of 256 numbers. The first pass keeps the image tokens, the second is what is timed. Peak memory is the process's: all
# resident pages, and those that are no mapped file (which the system may drop).
#   bench/imagenet.sh [IMAGES [HEAP]]           HEAP: the JVM's, 2g as on a machine of 8 GiB
set -eu
cd "$(dirname "$0")/.."
images=${1:-50000} heap=${2:-2g}
. bench/java.sh
./filip --version >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export FILIP_JAVA_OPTS="-Xmx$heap"
bench_java dev.filip.bench.PictureSets imagenet "$work" "$images" 64
cat >"$work/config.yaml" <<C
model:
  image_size: 224
  patch_size: 32
  vision: {width: 64, layers: 1, heads: 1}
  text: {width: 64, layers: 1, heads: 1, context: 77}
  embed_dim: 256
interaction: late
data: {train: $work/captions}
tokenizer: {train: 6000}
batch: 16
steps: 1
C
./filip train "$work/config.yaml" --out "$work/late" >"$work/log" 2>&1 || { tail -3 "$work/log" >&2; exit 1; }
./filip train "$work/config.yaml" --out "$work/global" --set interaction=global >"$work/log" 2>&1 || { tail -3 "$work/log" >&2; exit 1; }
suite() { # MODE PROMPTS
  ./filip eval suite "$work/$1/model" --data "$work/sets" --cache "$work/tokens" --prompts "$2" --out "$work/$1-$2" >"$work/log" 2>&1 &
  local pid=$! all=0 own=0 line
  while kill -0 $pid 2>/dev/null; do
    while read -r key value _; do
      case $key in
        VmHWM:) all=$value ;;
        RssAnon:) own=$((value > own ? value : own)) ;;
      esac
    done </proc/$pid/status || true
    sleep 0.2
  done 2>/dev/null
  wait $pid || { tail -3 "$work/log" >&2; exit 1; }
  line=$(tr -d ' \n' <"$work/$1-$2/suite.json")
  printf '%-7s %-7s %9s %9s %9s %8d %8d\n' "$1" "$2" "$(number encoded "$line")" "$(number encoding "$line")" "$(number matching "$line")" \
    $((all / 1024)) $((own / 1024))
}
number() { sed -E "s/.*\"$1\":([0-9.]+).*/\1/" <<<"$2" | cut -c1-8; }
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
echo "$images images, 1,000 classes, 30 prompts (paper) or 1 (single); texts and pairs are matched in 'matching', with the encoding of the prompts"
printf '%-7s %-7s %9s %9s %9s %8s %8s\n' model prompts encoded "images s" "match s" "peak MiB" "own MiB"
for mode in late global; do
  suite $mode single
  suite $mode paper
done
