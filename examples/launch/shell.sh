#!/usr/bin/env bash
# One rank of a run by hand. On every machine, with its own RANK and the same MASTER_ADDR (the machine of rank 0):
#   RANK=0 WORLD_SIZE=2 MASTER_ADDR=node-0 examples/launch/shell.sh configs/scenes.yaml runs/scenes
#   RANK=1 WORLD_SIZE=2 MASTER_ADDR=node-0 examples/launch/shell.sh configs/scenes.yaml runs/scenes
# Two ranks on one machine: LOCAL_RANK=0 and 1, LOCAL_WORLD_SIZE=2, so that they share its cores.
# With no RANK given it starts both of two ranks here.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
config=${1:?usage: shell.sh CONFIG OUT [filip train options]}
out=${2:?usage: shell.sh CONFIG OUT [filip train options]}
shift 2
export MASTER_ADDR=${MASTER_ADDR:-127.0.0.1} MASTER_PORT=${MASTER_PORT:-29500}
if [ -n "${RANK:-}" ]; then
  exec "$here/filip" train "$config" --out "$out" "$@"
fi
export WORLD_SIZE=2 LOCAL_WORLD_SIZE=2
RANK=1 LOCAL_RANK=1 "$here/filip" train "$config" --out "$out" "$@" &
other=$!
status=0
RANK=0 LOCAL_RANK=0 "$here/filip" train "$config" --out "$out" "$@" || status=$?
wait "$other" || status=$?
exit "$status"
