#!/usr/bin/env bash
# Curation on Spark: SHARES tasks judge the shards of SOURCE, SHARES tasks each encode and score where the rules ask models, SHARES tasks write what stays, each starts filip as a child process. The same
# bytes as `filip curate` on one machine; given again, it goes on.
#   examples/launch/spark-curate.sh 2 data/openclipart/train configs/curate-small.yaml data/curated              # here, in local[2]
#   SPARK_HOME=... MASTER=spark://node-0:7077 examples/launch/spark-curate.sh 64 SOURCE RULES OUT [filip curate options]
# On a cluster this repository (built), the rules, OUT, and a SOURCE that lies in no store (s3://, https://, hdfs://) lie at the same path on every executor.
set -eu
usage="usage: spark-curate.sh SHARES SOURCE RULES OUT [filip curate options]"
shares=${1:?$usage} source=${2:?$usage} rules=${3:?$usage} out=${4:?$usage}
shift 4
. "$(dirname "$0")/.spark"
run_spark dev.filip.spark.SparkCurate "$shares" "$shares" "$here/filip" curate "$source" --rules "$rules" --out "$out" "$@"
