#!/usr/bin/env bash
# Both towers, training step (forward, backward) and encoding: ours beside open_clip, one after the other, same sizes, threads, precision.
#   bench/towers.sh [PRESET [BATCH [PRECISION [TEXT_LENGTH [STEPS [THREADS]]]]]]    PYTHON=python of a venv with torch and open_clip;
#   PEER=plain takes the same towers in plain PyTorch (shorter texts cost it less, too)
set -eu
cd "$(dirname "$0")/.."
preset=${1:-vit-tiny-84} batch=${2:-64} precision=${3:-fp32} length=${4:-32} steps=${5:-30} threads=${6:-2}
unset OPENBLAS_CORETYPE
export OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads MKL_NUM_THREADS=$threads
./build -q -B -pl filip-bench -am -Dmaven.test.skip=true -Dspotless.check.skip=true package
java=$(ls -d "${JAVA_HOME:-/nowhere}" /usr/lib/jvm/*25* 2>/dev/null | while read -r h; do
  "$h/bin/java" -version 2>&1 | grep -q '"25' && echo "$h/bin/java" && break; done)
classes="filip-bench/target/classes:$(echo filip-app/target/filip-app-*.jar):$(cat filip-app/target/classpath)"
ours=$("$java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -Dfilip.tuneProcess=true -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.nopointergc=true -Xmx3g \
  -cp "$classes" dev.filip.bench.TowerBench "$preset" "$batch" "$precision" "$length" "$steps" 2>/dev/null)
peer=$("${PYTHON:-python3}" bench/towers_peer.py "$preset" "$batch" "$precision" "$length" "$steps" ${PEER:-} 2>/dev/null)
grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
echo "$ours"
echo "$peer"
"${PYTHON:-python3}" - "$ours" "$peer" <<'P'
import json, sys
ours, peer = map(json.loads, sys.argv[1:])
for what in ("train", "encode_image", "encode_text", "packed_image", "packed_text"):
    theirs = what.replace("packed", "encode")
    print("  %-13s ours is %.2fx faster by the clock, %.2fx by CPU time" % (
        what, peer[theirs + "_ms"] / ours[what + "_ms"], peer[theirs + "_cpu_ms"] / ours[what + "_cpu_ms"]))
P
