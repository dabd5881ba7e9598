#!/usr/bin/env bash
# torchrun as the launcher: it sets the variables, keeps the store and starts filip, which is no Python.
#   examples/launch/torchrun.sh 2 configs/scenes.yaml runs/scenes
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
processes=${1:?usage: torchrun.sh PROCESSES CONFIG OUT [filip train options]}
config=${2:?usage: torchrun.sh PROCESSES CONFIG OUT [filip train options]}
out=${3:?usage: torchrun.sh PROCESSES CONFIG OUT [filip train options]}
shift 3
exec "${TORCHRUN:-torchrun}" --nproc-per-node "$processes" --no-python "$here/filip" train "$config" --out "$out" "$@"
