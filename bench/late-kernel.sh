#!/bin/bash
# Compiles the fused loss's kernels (filip-train/src/main/resources/dev/filip/loss/late.cu) for
# sm_80 and sm_90 with NVRTC, which needs no GPU, through the classes that do it on one.
#
#   python3 -m venv VENV && VENV/bin/pip install nvidia-cuda-nvrtc-cu12
#   bench/late-kernel.sh "$(find VENV -name 'libnvrtc.so.*')"
#
# Exit 0 and one line where all of them compile.
set -eu
cd "$(dirname "$0")/.."
[ $# -eq 1 ] && [ -f "$1" ] || { echo "usage: bench/late-kernel.sh LIBNVRTC" >&2; exit 2; }
FILIP_NVRTC=$(realpath "$1") ./build -o -q -pl filip-train -am -Dspotless.check.skip=true \
  -Dtest=LateKernelCodeTest -Dsurefire.failIfNoSpecifiedTests=false test
echo "late.cu compiles for sm_80 and sm_90, bf16 and fp16, winners of one and two bytes"
