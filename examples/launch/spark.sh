#!/usr/bin/env bash
# Spark as the launcher: one barrier stage, a task a rank, each starts filip as a child process.
#   examples/launch/spark.sh 2 configs/scenes.yaml runs/scenes                      # here, in local[2]
#   SPARK_HOME=... MASTER=spark://node-0:7077 examples/launch/spark.sh 8 CONFIG OUT # with spark-submit, Spark 4.x for Scala 2.13
# On a cluster this repository (built), the data and the run folder lie at the same path on every executor.
set -eu
usage="usage: spark.sh RANKS CONFIG OUT [filip train options]"
ranks=${1:?$usage} config=${2:?$usage} out=${3:?$usage}
shift 3
. "$(dirname "$0")/.spark"
run_spark dev.filip.spark.SparkTrain "$ranks" "$ranks" "$here/filip" train "$config" --out "$out" "$@"
