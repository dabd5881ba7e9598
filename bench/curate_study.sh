#!/usr/bin/env bash
# What filtering brings: train on all openclipart pairs, on those the rules choose, on the best half of these by a model's scores (s_image and
# s_text of models/collages-late, which never saw them), and on a half drawn by chance; equal steps, batches, tokenizer. Judged on openclipart
# pictures that nobody filtered (retrieval, R@1 of both directions) and on emoji drawings of names (zero-shot top-1).
#   bench/curate_study.sh [OUT]      SEEDS="1 2 3"  STEPS=1000  DATA=data/openclipart  EMOJI=data/emoji/openmoji (made where missing: npm)
# OUT/CHOICE-SEED.json are the answers; what is there is not run again. Ends with a table.
set -eu
cd "$(dirname "$0")/.."
out=${1:-runs/curate-study} data=${DATA:-data/openclipart} emoji=${EMOJI:-data/emoji/openmoji} steps=${STEPS:-1000}
[ -d "$data/train" ] || ./filip data openclipart --out "$data"
[ -d "$emoji" ] || ./filip data emoji --out "$(dirname "$emoji")"
mkdir -p "$out"
root=$PWD
{ cat configs/curate-small.yaml; echo "score: {model: $root/models/collages-late, keep: 0.5}"; } >"$out/scores.yaml"
cat >"$out/config.yaml" <<C
model: # as configs/emoji-openclipart.yaml
  image_size: 48
  patch_size: 16
  vision: {width: 96, layers: 3, heads: 3}
  text: {width: 64, layers: 2, heads: 2, context: 32}
  embed_dim: 64
interaction: late
data: {train: "$data/train", distinct: false} # a caption that stands beside every hundredth picture leaves no batch of distinct ones
tokenizer: "$out/tokenizer"
augment: {crop: [0.8, 1.0], flip: false, style: 0.2}
batch: 192
steps: $steps
optimizer: {name: adamw, lr: 3.0e-3, weight_decay: 0.2, betas: [0.9, 0.98], eps: 1.0e-6, clip: 1.0}
schedule: {warmup: 0.05, decay: cosine, floor: 0.01}
C
curated() { # NAME SOURCE RULES
  [ -d "$out/data-$1" ] || ./filip curate "$2" --rules "$3" --out "$out/data-$1" --shard-size 250 --json >"$out/$1.counts"
}
curated rules "$data/train" configs/curate-small.yaml
curated scores "$data/train" "$out/scores.yaml"
if [ ! -d "$out/data-chance" ]; then # as many shards of the rules' choice, in the order of their names' sums
  mkdir "$out/data-chance.part"
  half=$(ls "$out"/data-scores/*.tar | wc -l)
  for tar in $(for t in "$out"/data-rules/*.tar; do echo "$(basename "$t" | cksum | cut -d' ' -f1) $t"; done | sort -n | head -n "$half" | cut -d' ' -f2); do
    ln "$tar" "$out/data-chance.part/"
  done
  mv "$out/data-chance.part" "$out/data-chance"
fi
[ -d "$out/tokenizer" ] || ./filip tokenizer train "$data/train" --size 4000 --out "$out/tokenizer" >/dev/null
for seed in ${SEEDS:-1 2 3}; do
  for choice in all rules scores chance; do
    name=$choice-$seed
    [ -f "$out/$name.json" ] && continue
    source=$out/data-$choice
    [ $choice = all ] && source=$data/train
    ./filip train "$out/config.yaml" --out "$out/$name" --force --set seed="$seed" --set "data.train=$source" >"$out/$name.txt" 2>&1 || { tail -2 "$out/$name.txt" >&2; exit 1; }
    ./filip eval retrieval "$out/$name/model" "$data/validation" --json >"$out/$name.retrieval"
    ./filip eval zero-shot "$out/$name/model" "$emoji" --json >"$out/$name.zero-shot"
    printf '{"retrieval": %s, "zero_shot": %s}\n' "$(cat "$out/$name.retrieval")" "$(cat "$out/$name.zero-shot")" >"$out/$name.json.part"
    mv "$out/$name.json.part" "$out/$name.json"
  done
done
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
"${PYTHON:-python3}" - "$out" <<'P'
import glob, json, sys
out = sys.argv[1]
pairs = {}
for name in ("rules", "scores"):
    counts = json.load(open(out + "/%s.counts" % name))
    pairs["all"], pairs[name] = counts["read"], counts["kept"]
pairs["chance"] = sum(n for t in glob.glob(out + "/data-chance/*.tar")
                      for n in [json.load(open(out + "/data-rules/sizes.json"))[t.rsplit("/", 1)[1]]])
print("| trained on | pairs | text to image R@1 % | image to text R@1 % | emoji top-1 % |\n|---|---|---|---|---|")
for choice in ("all", "rules", "scores", "chance"):
    runs = [json.load(open(p)) for p in sorted(glob.glob(out + "/%s-*.json" % choice))]
    cells = []
    for get in (lambda r: r["retrieval"]["text_to_image"]["r1"], lambda r: r["retrieval"]["image_to_text"]["r1"], lambda r: r["zero_shot"]["top1"]):
        values = [100 * get(r) for r in runs]
        cells.append("%.1f (%.1f to %.1f)" % (sum(values) / len(values), min(values), max(values)))
    print("| %s | %s | %s |" % (choice, "{:,}".format(pairs[choice]), " | ".join(cells)))
P
