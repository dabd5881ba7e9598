#!/usr/bin/env bash
# The linear probe at one C beside scikit-learn's LogisticRegression: same files, C, type, tolerance, threads; the two alternate, each in a
# fresh process. Prints every run as JSON, ours first.
#   bench/probe.sh [N [WIDTH [CLASSES [C [TOLERANCE [RUNS [THREADS]]]]]]]    PYTHON=python of a venv with scikit-learn
set -eu
cd "$(dirname "$0")/.."
n=${1:-50000} width=${2:-768} classes=${3:-100} c=${4:-1} tolerance=${5:-1e-4} runs=${6:-3} threads=${7:-2}
. bench/java.sh
export OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads
grep -m1 "model name" /proc/cpuinfo || true
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
"${PYTHON:-python}" bench/probe_peer.py make "$folder" "$n" "$width" "$classes"
for ((run = 0; run < runs; run++)); do
  bench_java dev.filip.bench.ProbeBench "$folder" "$c" "$tolerance"
  "${PYTHON:-python}" bench/probe_peer.py fit "$folder" "$c" "$tolerance"
done
