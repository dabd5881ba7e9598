#!/usr/bin/env bash
# Fine-tuning on an artist never seen with three captions an image: zero-shot, one caption drawn each time, all as positives. Same images and steps for both.
#   bench/finetune_captions.sh [OUT]      SEEDS="1 2 3"  RATES="1e-3" (first to last)  DATA=data/artist-captions (made where it is missing: npm)
# OUT/WAY-RATE-SEED.json are the answers of `filip eval retrieval` on collages that no run saw; what is there is not run again. Ends with a table.
set -eu
cd "$(dirname "$0")/.."
out=${1:-runs/finetune-captions} data=${DATA:-data/artist-captions}
[ -d "$data" ] || ./filip data emoji --out "$data" --collages 100 --test 9000 --image-size 112 --captions 3 --test-captions 3
mkdir -p "$out"
judge() { # MODEL ANSWER
  ./filip eval retrieval "$1" "$data/test-unseen/000002.tar" --json > "$2.part"
  mv "$2.part" "$2"
}
[ -f "$out/zero-shot.json" ] || judge models/collages-late "$out/zero-shot.json"
for rate in ${RATES:-1e-3}; do
  for seed in ${SEEDS:-1 2 3}; do
    for way in one all; do
      name=$way-$rate-$seed
      [ -f "$out/$name.json" ] && continue
      single=()
      [ $way = one ] && single=(--set data.captions_per_image=1 --set loss.positives=own --set batch=64)
      begun=$(date +%s)
      ./filip train configs/finetune-captions.yaml --out "$out/$name" --force --set seed="$seed" --set optimizer.lr="$rate" \
        --set "data.train=[$data/test-unseen/000000.tar, $data/test-unseen/000001.tar]" "${single[@]}" > "$out/$name.txt" 2>&1
      echo $(($(date +%s) - begun)) > "$out/$name.seconds"
      judge "$out/$name/model" "$out/$name.json"
    done
  done
done
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
"${PYTHON:-python3}" - "$out" <<'P'
import glob, json, os, sys
from collections import defaultdict
rows = defaultdict(list)
for path in sorted(glob.glob(sys.argv[1] + "/*.json")):
    name = os.path.basename(path)[:-5]
    rows[name if name == "zero-shot" else name.rsplit("-", 1)[0]].append((json.load(open(path)), path[:-5] + ".seconds"))
print("| | text to image R@1 | R@5 | image to text R@1 | R@5 | rsum | seconds |\n|---|---|---|---|---|---|---|")
for name, runs in sorted(rows.items(), key=lambda row: (row[0] != "zero-shot", row[0].split("-")[1:], row[0] != "one")):
    cells = []
    for way, k in (("text_to_image", "r1"), ("text_to_image", "r5"), ("image_to_text", "r1"), ("image_to_text", "r5"), (None, "rsum")):
        values = [run[way][k] if way else run[k] for run, _ in runs]
        form = "%.3f" if way else "%.1f"
        spread = " (" + form + " to " + form + ")" if len(values) > 1 else ""
        cells.append((form % (sum(values) / len(values))) + (spread % (min(values), max(values)) if spread else ""))
    seconds = [int(open(s).read()) for _, s in runs if os.path.exists(s)]
    print("| %s, %d | %s | %s |" % (name, len(runs), " | ".join(cells), " to ".join(map(str, sorted({min(seconds), max(seconds)}))) if seconds else ""))
P
