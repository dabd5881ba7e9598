#!/usr/bin/env bash
# How the rules on texts grow with the number of captions, in a heap of 2 GiB: bench/curate.sh [ROWS...]
# Rows are made here as a table of CC12M's form (URL, tab, caption); 5 % of the captions stand in many rows.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/rules.yaml" <<'RULES'
clean: on
meaningless: on
length: on
sensitive: on
repetition: {max_images: 10}
persons: on
RULES
for rows in "${@:-100000}"; do
  mkdir -p "$work/$rows"
  python3 - "$rows" > "$work/$rows/cc12m.tsv" <<'PYTHON'
import random, sys
random.seed(1)
words = "red blue old small dog cat house tree beach street man woman child car boat river mountain wall night light".split()
write = sys.stdout.write
for i in range(int(sys.argv[1])):
    text = "a %s %s by the %s, number %d" % (random.choice(words), random.choice(words), random.choice(words), i)
    if random.random() < 0.05:
        text = "a common phrase, number %d" % random.randrange(500)
    write("http://example.org/%d.jpg\t%s\n" % (i, text))
PYTHON
  start=$(date +%s.%N)
  FILIP_JAVA_OPTS="-Xmx2g ${FILIP_JAVA_OPTS:-}" ./filip curate "cc12m:$work/$rows" --rules "$work/rules.yaml" --dry-run --json > "$work/answer.json" 2> "$work/log" || { cat "$work/log"; exit 1; }
  end=$(date +%s.%N)
  python3 -c "
import json, sys
a = json.load(open('$work/answer.json')); s = $end - $start
print('%d rows, %.1f s with the start, %.0f rows/s, kept %d' % (a['read'], s, a['read'] / s, a['kept']), a['rules'])"
  rm -r "$work/$rows"
done
