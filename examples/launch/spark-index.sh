#!/usr/bin/env bash
# An index filled on Spark: a task a part of the source, each a filip process with a model of its own; then the index adopts the parts.
#   examples/launch/spark-index.sh 4 pictures.index data/collages/train parts                   # here, in local[4]
#   SPARK_HOME=... MASTER=spark://node-0:7077 examples/launch/spark-index.sh 64 INDEX SOURCE FOLDER [filip index part options]
# On a cluster this repository (built), index, model, source and FOLDER, where the parts go, lie at the same path on every executor.
# Begun again, parts that are there are not made again.
set -eu
usage="usage: spark-index.sh PARTS INDEX SOURCE FOLDER [filip index part options]"
parts=${1:?$usage} index=${2:?$usage} source=${3:?$usage} folder=${4:?$usage}
shift 4
. "$(dirname "$0")/.spark"
(run_spark dev.filip.spark.SparkParts "${SLOTS:-$parts}" "$parts" "$here/filip" index part "$index" "$source" --out "$folder" "$@")
exec "$here/filip" index adopt "$index" "$folder"
