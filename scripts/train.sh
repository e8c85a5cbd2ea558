#!/bin/sh
# Renders the training and held-out rooms, trains a model on them, exports it and scores it, on rooms of another style too.
# Interrupted, it goes on where it stopped: a finished folder of renders is kept, and the training continues from its last
# saved state.
#
#   scripts/train.sh BINARY OUT [MINUTES] [COUNT]
#
# MINUTES (default 125) is the time to train, COUNT (default 5000) the number of rooms to train on.
set -eu

binary=$1
out=$2
minutes=${3:-125}
count=${4:-5000}
python=.venv/bin/python

# ground_truth.json is written last, so it marks a finished folder.
render() {
    folder=$1
    shift
    [ -f "$folder/ground_truth.json" ] || "$binary" rooms "$folder" "$@"
}

mkdir -p "$out"
render "$out/train" --count "$count" --seed 2000 --size 432x324
render "$out/heldout" --count 300 --seed 910000 --size 512x384
"$python" models/train.py --data "$out/train" --output "$out/run" --minutes "$minutes"
"$python" models/plain_rooms.py --output "$out/plain" --count 200
"$python" models/export.py --checkpoint "$out/run/checkpoint" --photos "$out/heldout" --precision fp16 --output "$out/rooms.onnx"
for rooms in heldout plain; do
    echo "$rooms:"
    "$python" models/evaluate.py --model "$out/rooms.onnx" --data "$out/$rooms"
done
echo "to bundle it: make bundle CHECKPOINT=$out/run/checkpoint PHOTOS=$out/heldout"
