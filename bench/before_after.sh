#!/usr/bin/env bash
# Whether an older commit was faster: its build and this tree's timed in turn on one machine, the towers (bench/towers.sh's measure,
# without the peer) and the quickstart, medians and their ratio.
#   bench/before_after.sh COMMIT [ROUNDS]      c9cfa266 is the last commit before images went to a device as bytes
#   TOWERS="PRESET BATCH PRECISION TEXT_LENGTH STEPS"   default "vit-tiny-84 64 fp32 32 30"; several, parted by commas; empty: none
#   QUICKSTART="--scenes 32000 --test 1000 --steps 1000" the whole one; default a tenth of its steps; empty: none
#   WORK=FOLDER   for the older build and the runs' folders: kept; otherwise a folder of its own, which is removed
set -eu
cd "$(dirname "$0")/.."
here=$PWD
commit=$(git rev-parse --short "$1^{commit}") rounds=${2:-3}
towers=${TOWERS-vit-tiny-84 64 fp32 32 30} quickstart=${QUICKSTART---scenes 8000 --test 200 --steps 100}
kept=${WORK:-} work=${WORK:-$(mktemp -d)}
mkdir -p "$work"
work=$(cd "$work" && pwd)
case "$work/" in "$here/"*) echo "before_after.sh: WORK must lie outside the tree, got $work" >&2; exit 2 ;; esac
older=$work/before-$commit
ended() { rm -rf "$work/runs"; [ -n "$kept" ] || { git worktree remove --force "$older" 2>/dev/null || true; rm -rf "$work"; }; }
trap ended EXIT
[ -d "$older" ] || git worktree add -q --detach "$older" "$commit"

. "$here/.jdk25"
find_jdk25 before_after.sh
for tree in "$older" "$here"; do
  echo "building $tree" >&2
  (cd "$tree" && ./filip --version >/dev/null &&
    ./build -q -B -pl filip-bench -am -Dmaven.test.skip=true -Dspotless.check.skip=true package)
done

bench() { # TREE PRESET BATCH ...: the towers' JSON
  local tree=$1
  shift
  (cd "$tree" && unset OPENBLAS_CORETYPE && OMP_WAIT_POLICY=PASSIVE "$JAVA_HOME/bin/java" --add-modules=jdk.incubator.vector \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Dfilip.tuneProcess=true \
    -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.nopointergc=true -Xmx3g \
    -cp "filip-bench/target/classes:$(echo filip-app/target/filip-app-*.jar):$(cat filip-app/target/classpath)" \
    dev.filip.bench.TowerBench "$@" 2>/dev/null)
}
quick() { # TREE: seconds by the clock and of processors
  local tree=$1
  rm -rf "$work/runs"
  TIMEFORMAT='%R %U %S'
  # shellcheck disable=SC2086 # several words
  { time "$tree/filip" quickstart $quickstart --out "$work/runs" >/dev/null 2>"$work/quickstart.log"; } 2>&1 |
    awk '{print "{\"quickstart_s\":" $1 ",\"quickstart_cpu_s\":" $2 + $3 "}"}'
}

out=$work/times.jsonl
: >"$out"
for round in $(seq "$rounds"); do
  order="before after"
  [ $((round % 2)) = 1 ] || order="after before" # what comes first finds a cooler machine
  for which in $order; do
    tree=$older
    [ "$which" = before ] || tree=$here
    echo "round $round of $rounds: $which" >&2
    IFS=,
    for sizes in $towers; do
      IFS=' '
      # shellcheck disable=SC2086 # several words
      echo "{\"which\":\"$which\",\"of\":\"$sizes\",\"found\":$(bench "$tree" $sizes)}" >>"$out"
    done
    unset IFS
    [ -z "$quickstart" ] || echo "{\"which\":\"$which\",\"of\":\"quickstart\",\"found\":$(quick "$tree")}" >>"$out"
  done
done

grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
echo "before $commit, after $(git rev-parse --short HEAD)$([ -z "$(git status --porcelain)" ] || echo ' with changes'), $rounds rounds in turn, medians"
"${PYTHON:-python3}" - "$out" <<'P'
import json, statistics, sys
times = {}
for line in open(sys.argv[1]):
    row = json.loads(line)
    for name, value in row["found"].items():
        if name.endswith(("_ms", "_s")) and isinstance(value, (int, float)):
            times.setdefault((row["of"], name), {}).setdefault(row["which"], []).append(value)
for (of, name), both in times.items():
    before, after = (statistics.median(both[which]) for which in ("before", "after"))
    print("  %-32s %-24s before %10.2f  after %10.2f  after/before %.3f" % (of, name, before, after, after / before))
P
