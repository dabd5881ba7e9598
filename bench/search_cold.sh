#!/usr/bin/env bash
# How long one search takes from a cold JVM, as a user waits for it: the whole process of ./filip search, least and median of ROUNDS, with the start-up cache
# and without. Indexes: one given as INDEX; without it 20,000 made-up images of 36 rows for models/collages-late and, where MODEL=folder is set, of PATCHES (49) rows for that model.
#   bench/search_cold.sh [INDEX]      ROUNDS=20 QUERY="teapot left of otter" MODEL= PATCHES=49 PYTHON=python3
set -eu
here=$PWD
cd "$(dirname "$0")/.."
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
./filip --version >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
indexes=()
if [ $# -gt 0 ]; then
  indexes+=("$(cd "$here" && realpath "$1")")
else
  . bench/java.sh
  bench_java dev.filip.bench.MadeIndex models/collages-late "$work/collages" 20000 36 >/dev/null
  indexes+=("$work/collages")
  if [ -n "${MODEL:-}" ]; then
    bench_java dev.filip.bench.MadeIndex "$(cd "$here" && realpath "$MODEL")" "$work/model" 20000 "${PATCHES:-49}" >/dev/null
    indexes+=("$work/model")
  fi
fi
"${PYTHON:-python3}" - "${ROUNDS:-20}" "${QUERY:-teapot left of otter}" "${indexes[@]}" <<'P'
import json, os, resource, subprocess, sys, time
rounds, query, indexes = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
def run(index, options):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    done = subprocess.run(["./filip", "search", index, query, "--json"], env={**os.environ, "FILIP_JAVA_OPTS": options}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wall, after = time.time() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or done.stderr:
        sys.exit("filip search said: %s" % done.stderr.decode())
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, json.loads(done.stdout)
print("load average %.1f" % os.getloadavg()[0])
print("%-34s %-8s %18s %18s" % ("images, rows, width, plan", "cache", "wall s", "processor s"))
for index in indexes:
    info = json.loads(subprocess.run(["./filip", "index", "info", index, "--json"], stdout=subprocess.PIPE, check=True).stdout)
    times = {"with": [], "without": []}
    for _ in range(rounds):
        for cache, options in (("with", ""), ("without", "-XX:AOTMode=off")):
            wall, cpu, answer = run(index, options)
            times[cache].append((wall, cpu))
    name = "%d, %.0f, %d, %s" % (info["items"], info["tokens"] / max(1, info["items"]), info["width"], answer["plan"])
    for cache, rows in times.items():
        wall, cpu = (sorted(column) for column in zip(*rows))
        print("%-34s %-8s %8.2f %9.2f %8.2f %9.2f" % (name, cache, wall[0], wall[len(rows) // 2], cpu[0], cpu[len(rows) // 2]))
P
