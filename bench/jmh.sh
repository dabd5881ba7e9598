#!/usr/bin/env bash
# Our JMH benchmarks: bench/jmh.sh LateLossBench [JMH options]
set -eu
cd "$(dirname "$0")/.."
. bench/java.sh
bench_java org.openjdk.jmh.Main "$@"
