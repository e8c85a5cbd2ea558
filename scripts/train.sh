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

# A folder's name says what is in it, so that another COUNT is rendered anew and trained from the start; ground_truth.json is
# written last, so it marks a finished folder.
render() {
    folder=$1-$2-seed$3
    [ -f "$folder/ground_truth.json" ] || "$binary" rooms "$folder" --count "$2" --seed "$3" --size "$4"
}

mkdir -p "$out"
render "$out/train" "$count" 2000 432x324
rooms=$folder
render "$out/heldout" 300 910000 512x384
heldout=$folder
plain=$out/plain
run=$out/run-$count
"$python" models/train.py --data "$rooms" --output "$run" --minutes "$minutes"
"$python" models/plain_rooms.py --output "$plain" --count 200
"$python" models/export.py --checkpoint "$run/checkpoint" --photos "$heldout" --precision fp16 --output "$out/rooms.onnx"
for scored in "$heldout" "$plain"; do
    echo "$scored:"
    "$python" models/evaluate.py --model "$out/rooms.onnx" --data "$scored"
done
echo "to bundle it: make bundle CHECKPOINT=$run/checkpoint PHOTOS=$heldout"
