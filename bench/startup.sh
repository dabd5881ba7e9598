#!/usr/bin/env bash
# How long commands take to start, with and without the start-up cache, in turns: wall and processor seconds, least and median of ROUNDS.
#   bench/startup.sh [ROUNDS]      PYTHON=python3
set -eu
cd "$(dirname "$0")/.."
./filip --version >/dev/null
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
"${PYTHON:-python3}" - "${1:-10}" <<'P'
import os, resource, subprocess, sys, time
commands = {
    "filip --help": ["--help"],
    "filip train --help": ["train", "--help"],
    "filip model show": ["model", "show", "models/collages-late"],
    "filip similarity": ["similarity", "models/collages-late", "--image", "docs/images/collage.png", "--text", "a red apple"],
}
def run(arguments, options):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    done = subprocess.run(["./filip", *arguments], env={**os.environ, "FILIP_JAVA_OPTS": options}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wall, after = time.time() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or done.stderr:
        sys.exit("%s said: %s" % (arguments, done.stderr.decode()))
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print("%-20s %-8s %18s %18s" % ("", "cache", "wall s", "processor s"))
for name, arguments in commands.items():
    times = {"with": [], "without": []}
    for _ in range(int(sys.argv[1])):
        times["with"].append(run(arguments, ""))
        times["without"].append(run(arguments, "-XX:AOTMode=off"))
    for cache, rows in times.items():
        wall, cpu = (sorted(column) for column in zip(*rows))
        middle = len(rows) // 2
        print("%-20s %-8s %8.2f %9.2f %8.2f %9.2f" % (name, cache, wall[0], wall[middle], cpu[0], cpu[middle]))
P
