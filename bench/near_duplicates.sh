#!/usr/bin/env bash
# How many near duplicates by tokens the codes find, beside all pairs: bench/near_duplicates.sh MODEL QUERIES SOURCE...
# Needs the classes of filip-curate's tests (./build -o -q -pl filip-curate -am test-compile) and a built filip.
set -eu
cd "$(dirname "$0")/.."
. ./.jdk25; find_jdk25 bench/near_duplicates.sh
model=$(cd "$1" && pwd) queries=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'undecodable: on\nnear_duplicates: {distance: 3, model: "%s", similarity: 0.95}\n' "$model" > "$work/rules.yaml"
for source in "$@"; do
  echo "$source"
  for stage in --judge --encode; do
    ./filip curate "$source" --rules "$work/rules.yaml" --out "$work/out" "$stage" 0/1 > /dev/null
  done
  set -- "$work"/out.partial/tokens/*.tokens
  "$JAVA_HOME/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Xmx6g \
    -cp "filip-curate/target/test-classes:filip-app/target/lib/*" dev.filip.curate.TwinRecall "$work/out.partial/tokens" $# "$queries"
  rm -r "$work/out.partial"
done
