#!/usr/bin/env bash
# Spark as the launcher: one barrier stage, a task a rank, each starts filip as a child process.
#   examples/launch/spark.sh 2 configs/scenes.yaml runs/scenes                      # here, in local[2]
#   SPARK_HOME=... MASTER=spark://node-0:7077 examples/launch/spark.sh 8 CONFIG OUT # with spark-submit, Spark 4.x for Scala 2.13
# On a cluster this repository (built), the data and the run folder lie at the same path on every executor.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
ranks=${1:?usage: spark.sh RANKS CONFIG OUT [filip train options]}
config=${2:?usage: spark.sh RANKS CONFIG OUT [filip train options]}
out=${3:?usage: spark.sh RANKS CONFIG OUT [filip train options]}
shift 3
target="$here/filip-spark/target"
if [ -z "$(ls "$target"/filip-spark-*.jar 2>/dev/null)" ] || [ ! -f "$target/classpath" ]; then
  (cd "$here" && ./build -q -B -pl filip-spark -Dmaven.test.skip=true -Dspotless.check.skip=true package >&2)
fi
jar=$(echo "$target"/filip-spark-*.jar)
"$here/filip" --version >&2       # builds once, before many tasks would
set -- "$ranks" "$here/filip" train "$config" --out "$out" "$@"
if [ -n "${SPARK_HOME:-}" ]; then
  exec "$SPARK_HOME/bin/spark-submit" --master "${MASTER:-local[$ranks]}" --class dev.filip.spark.SparkTrain "$jar" "$@"
fi
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
  if [ -n "$home" ] && "$home/bin/javac" -version 2>&1 | grep -q '^javac 25'; then java="$home/bin/java"; break; fi
done
[ -n "${java:-}" ] || { echo "spark.sh: no JDK 25 found: set JAVA_HOME" >&2; exit 2; }
# spark-submit opens these packages by itself
opens=
for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent \
    java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.util.calendar; do
  opens="$opens --add-opens=java.base/$package=ALL-UNNAMED"
done
# shellcheck disable=SC2086
exec "$java" $opens --add-modules=jdk.incubator.vector --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
  -Dspark.master="${MASTER:-local[$ranks]}" -Dspark.ui.enabled=false -Dio.netty.tryReflectionSetAccessible=true \
  -cp "$jar:$(cat "$target/classpath")" dev.filip.spark.SparkTrain "$@"
