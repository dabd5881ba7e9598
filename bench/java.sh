# Sourced by the scripts beside it, from the root: builds filip-bench and defines bench_java MAIN ARGUMENTS...
unset OPENBLAS_CORETYPE
export OMP_WAIT_POLICY=PASSIVE
./build -q -B -pl filip-bench -am -Dmaven.test.skip=true -Dspotless.check.skip=true package
bench_jdk=$(for home in "${JAVA_HOME:-/nowhere}" /usr/lib/jvm/*25* "$HOME"/.sdkman/candidates/java/25*; do
  if "$home/bin/java" -version 2>&1 | grep -q '"25'; then echo "$home"; break; fi
done)
bench_java() {
  "$bench_jdk/bin/java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.nopointergc=true -Xmx1g \
    -cp "filip-bench/target/classes:$(cat filip-bench/target/classpath)" "$@"
}
