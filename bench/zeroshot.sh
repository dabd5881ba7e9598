#!/usr/bin/env bash
# Zero-shot evaluation end to end, whole processes: `filip eval` beside CLIP_benchmark on the same IMAGES pictures (500 x 375 JPEG, in its
# webdataset layout), class names, templates and weights (vit-b-32 by open_clip, random: speed does not depend on them). At equal precision
# (fp32) and each at its defaults (ours: --precision auto; there: mixed precision, 64 images a batch, 4 workers), cold (nothing kept) and again.
#   bench/zeroshot.sh [IMAGES [CLASSES]]      PYTHON=python of a venv with clip_benchmark, open_clip_torch, webdataset, requests
set -eu
cd "$(dirname "$0")/.."
images=${1:-2000} classes=${2:-47}
. bench/java.sh
python=${PYTHON:-python3}
./filip --version >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" bench/zeroshot_peer.py make "$work" 2>/dev/null
bench_java dev.filip.bench.PictureSets webdataset "$work/sets/dtd" "$images" 500 375 "$classes" "$work/templates.txt"
./filip import "$work/vit.pt" --activation gelu --tokenizer "$work/vocabulary.txt.gz" --out "$work/model" >"$work/log" 2>&1 ||
  { tail -3 "$work/log" >&2; exit 1; }
line() { # PROGRAM PRECISION WHICH SECONDS FILE
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$(tr -d ' \n' <"$5" | sed -E 's/.*"(acc1|top1)":([0-9.]+).*/\2/')" >>"$work/lines"
}
timed() { # runs the rest; sets seconds
  local start=$EPOCHREALTIME end
  "$@" >"$work/log" 2>&1 || { tail -5 "$work/log" >&2; exit 1; }
  end=$EPOCHREALTIME
  seconds=$(((${end/[.,]/} - ${start/[.,]/}) / 1000))
}
for precision in fp32 auto; do
  timed ./filip eval suite "$work/model" --data "$work/sets" --prompts clip --precision $precision --cache "$work/tokens" --out "$work/$precision"
  line filip $precision cold $seconds "$work/$precision/suite.json"
  timed ./filip eval suite "$work/model" --data "$work/sets" --prompts clip --precision $precision --cache "$work/tokens" --out "$work/$precision-2"
  line filip $precision kept $seconds "$work/$precision-2/suite.json"
  peer=(eval --model ViT-B-32 --pretrained "$work/vit.pt" --dataset wds/dtd --dataset_root "$work/sets/dtd"
    --task zeroshot_classification --output "$work/peer.json")
  if [ $precision = fp32 ]; then peer+=(--no_amp); fi
  timed "$python" bench/zeroshot_peer.py run "${peer[@]}"
  line clip_benchmark $precision cold $seconds "$work/peer.json"
done
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
"$python" bench/zeroshot_peer.py table "$work/lines" "$images"
