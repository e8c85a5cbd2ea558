#!/bin/sh
# Renders the training and held-out rooms, trains the bundled model on them, exports it and scores it. Interrupted, it goes on
# where it stopped: a finished folder of renders is kept, and the training continues from its last saved state.
#
#   scripts/train.sh BINARY OUT [MINUTES] [COUNT]
#
# MINUTES (default 145) is the time to train, COUNT (default 8000) the number of rooms to train on.
set -eu

binary=$1
out=$2
minutes=${3:-145}
count=${4:-8000}
python=.venv/bin/python

# ground_truth.json is written last, so it marks a finished folder.
render() {
    folder=$1
    shift
    [ -f "$folder/ground_truth.json" ] || "$binary" rooms "$folder" "$@"
}

mkdir -p "$out"
render "$out/train" --count "$count" --seed 2000 --size 320x240
render "$out/heldout" --count 300 --seed 910000 --size 384x288
"$python" models/train.py --data "$out/train" --output "$out/run" --minutes "$minutes"
"$python" models/export.py --checkpoint "$out/run/checkpoint" --photos "$out/heldout" --precision fp16 --licence MIT \
    --source "measure-bench rooms, trained on the project's own renders" --output "$out/measure-bench-rooms.onnx"
"$python" models/evaluate.py --model "$out/measure-bench-rooms.onnx" --data "$out/heldout"
echo "to bundle it: copy $out/measure-bench-rooms.onnx to models/, run tests/parity/record_reference.py, update models/SHA256SUMS"
