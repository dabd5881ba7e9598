#!/usr/bin/env bash
# An index filled on Spark: a task a part of the source, each a filip process with a model of its own; then the index adopts the parts.
#   examples/launch/spark_index.sh 4 pictures.index data/collages/train parts                   # here, in local[2]
#   SPARK_HOME=... MASTER=spark://node-0:7077 examples/launch/spark_index.sh 64 INDEX SOURCE PARTS  # with spark-submit, Spark 4.x for Scala 2.13
# On a cluster this repository (built), index, model, source and the folder of parts lie at the same path on every executor. A task that has a whole executor to
# itself (CONF="spark.task.cpus=8") keeps one model in its memory. Begun again, parts that are there are not made again.
set -eu
usage="usage: spark_index.sh PARTS INDEX SOURCE FOLDER [filip index part options]"
here=$(cd "$(dirname "$0")/../.." && pwd)
parts=${1:?$usage} index=${2:?$usage} source=${3:?$usage} folder=${4:?$usage}
shift 4
target="$here/filip-spark/target"
if [ -z "$(ls "$target"/filip-spark-*.jar 2>/dev/null)" ] || [ ! -f "$target/classpath" ]; then
  (cd "$here" && ./build -q -B -pl filip-spark -Dmaven.test.skip=true -Dspotless.check.skip=true package >&2)
fi
jar=$(echo "$target"/filip-spark-*.jar)
"$here/filip" --version >&2       # builds once, before many tasks would
set -- "$parts" "$here/filip" index part "$index" "$source" --out "$folder" "$@"
if [ -n "${SPARK_HOME:-}" ]; then
  "$SPARK_HOME/bin/spark-submit" --master "${MASTER:-local[2]}" ${CONF:+--conf "$CONF"} --class dev.filip.spark.SparkParts "$jar" "$@"
else
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
    if [ -n "$home" ] && "$home/bin/javac" -version 2>&1 | grep -q '^javac 25'; then java="$home/bin/java"; break; fi
  done
  [ -n "${java:-}" ] || { echo "spark_index.sh: no JDK 25 found: set JAVA_HOME" >&2; exit 2; }
  # spark-submit opens these packages by itself
  opens=
  for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent \
      java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.util.calendar; do
    opens="$opens --add-opens=java.base/$package=ALL-UNNAMED"
  done
  # shellcheck disable=SC2086
  "$java" $opens --add-modules=jdk.incubator.vector --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
    -Dspark.master="${MASTER:-local[2]}" -Dspark.ui.enabled=false -Dio.netty.tryReflectionSetAccessible=true ${CONF:+-D"$CONF"} \
    -cp "$jar:$(cat "$target/classpath")" dev.filip.spark.SparkParts "$@"
fi
exec "$here/filip" index adopt "$index" "$folder"
