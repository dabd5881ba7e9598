# Sourced by the scripts beside it, from the root: builds filip-bench and defines bench_java MAIN ARGUMENTS...
unset OPENBLAS_CORETYPE
export OMP_WAIT_POLICY=PASSIVE
./build -q -B -pl filip-bench -am -Dmaven.test.skip=true -Dspotless.check.skip=true package
. ./.jdk25
find_jdk25 bench
bench_java() {
  "$JAVA_HOME/bin/java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Dfilip.tuneProcess=true -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.nopointergc=true -Xmx1g \
    -cp "filip-bench/target/classes:$(cat filip-bench/target/classpath)" "$@"
}
