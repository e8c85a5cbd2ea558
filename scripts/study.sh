#!/bin/sh
# Renders 100 fresh rooms and measures them twice: with the network, and with their true labels. The first report's error is that
# of the whole, the second one's that of the geometry alone.
#
#   scripts/study.sh BINARY OUT [SEED]
set -eu

binary=$1
out=$2
seed=${3:-2026}

mkdir -p "$out"
"$binary" rooms "$out/rooms" --count 100 --seed "$seed"
measure() {
    name=$1
    shift
    printf '\n%s\n' "$name"
    "$binary" --dir "$out/rooms" --ground-truth "$out/rooms/ground_truth.json" --save "$out/$name.json" "$@" |
        sed -n '/photos:/,$p'
}
measure network
measure true-labels --labels "$out/rooms/labels"
measure predecessor --labels "$out/rooms/labels" --estimator predecessor
