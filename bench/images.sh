#!/usr/bin/env bash
# Decode + resize + crop beside Pillow, images a second of processor time, both in one run, in turns.
# bench/images.sh [SIDE [ROUNDS]]    PYTHON names a Python with Pillow and NumPy (default python3)
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
side=${1:-224}
rounds=${2:-5}
python=${PYTHON:-python3}
"$here/filip" --version >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" "$here/bench/images_peer.py" make "$work"
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
for home in /usr/lib/jvm/*25*; do if [ -x "$home/bin/java" ]; then java="$home/bin/java"; fi; done
ours() {
  "$java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Dfilip.tuneProcess=true -Dorg.bytedeco.javacpp.nopointergc=true -cp "$(echo "$here"/filip-app/target/filip-app-*.jar):$(cat "$here/filip-app/target/classpath")" \
    "$here/filip-bench/src/main/java/dev/filip/bench/ImageBench.java" "$work" "$side" "$rounds" 2>/dev/null
}
for turn in 1 2 3; do
  ours >>"$work/ours"
  "$python" "$here/bench/images_peer.py" run "$work" "$side" "$rounds" >>"$work/theirs"
done
"$python" - "$work" <<'E2'
import json, sys
best = {who: {k: max(json.loads(l)[k] for l in open(f"{sys.argv[1]}/{who}")) for k in ("decode", "decode_resize_crop", "decode_resize_crop_normalise")}
        for who in ("ours", "theirs")}
for k, v in best["ours"].items():
    print(f"{k:30} ours {v:7.0f}/s  Pillow {best['theirs'][k]:7.0f}/s  ratio {v / best['theirs'][k]:.2f}")
E2
