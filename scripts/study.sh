#!/bin/sh
# Three studies of accuracy.
#
# 100 fresh rooms of all kinds are rendered and measured three times: with the network, with their true labels, and by the predecessor's
# formula. The first report's error is that of the whole, the second one's that of the geometry alone.
#
# The same, but for the formula, is done with 300 rooms of each scenario (strata.py).
#
# Then the geometry alone, on label maps of 300 rooms a stratum: study.md is the table, study.svg the plot of errors against
# intervals and of the intervals' calibration.
#
#   scripts/study.sh BINARY OUT [SEED]
set -eu
# The program takes these for options.
unset MEASURE_MODEL M2F_LONG_SIDE MEASURE_CAMERA_HEIGHT_CM MEASURE_CEILING_HEIGHT_CM MEASURE_DEFAULT_FOV_DEG

binary=$1
out=$2
seed=${3:-2026}

mkdir -p "$out"
"$binary" rooms "$out/rooms" --count 100 --seed "$seed"
measure() {
    name=$1
    shift
    printf '\n%s\n' "$name"
    # Not through a pipe, which would hide a failure.
    status=0
    "$binary" --no-config --dir "$out/rooms" --ground-truth "$out/rooms/ground_truth.json" --save "$out/$name.json" "$@" \
        >"$out/$name.txt" || status=$?
    sed -n '/photos:/,$p' "$out/$name.txt"
    return "$status"
}
measure network
measure true-labels --labels "$out/rooms/labels"
measure predecessor --labels "$out/rooms/labels" --estimator predecessor

printf '\n'
python3 scripts/strata.py "$binary" "$out/strata"

printf '\n'
"${CARGO:-cargo}" run --release --locked --quiet --example study -- --rooms 300 --seed 41000 --kind plain --save "$out"
