#!/bin/sh
# Renders many small photos without pixels of interest, measures them by their label maps as one run and as eight shards, as many
# at once as there are cores, and compares the two reports. Says how memory grows with the number of photos.
#
#   scripts/scale.sh BINARY OUT [COUNT]
#
# Fitting boxes takes nearly all of the time, under 8 ms of one core a photo.
set -eu
# The program takes these for options.
unset MEASURE_MODEL M2F_LONG_SIDE MEASURE_CAMERA_HEIGHT_CM MEASURE_CEILING_HEIGHT_CM MEASURE_DEFAULT_FOV_DEG

binary=$1
out=$2
count=${3:-10000}
shards=8

mkdir -p "$out"
rooms=$out/rooms-$count
[ -f "$rooms/ground_truth.json" ] || "$binary" rooms "$rooms" --count "$count" --seed 77 --size 128x96 --labels-only

measure() {
    "$binary" --no-config --dir "$rooms" --labels "$rooms/labels" --ground-truth "$rooms/ground_truth.json" \
        --max-errors 100% --quiet "$@" >/dev/null
}
seconds() {
    date +%s
}

if [ "${SCALE_SHARD:-}" ]; then # One of those that xargs starts below.
    measure --shard "$SCALE_SHARD/$shards" --save "$out/part-$SCALE_SHARD.json"
    exit
fi

started=$(seconds)
measure --save "$out/whole.json"
whole=$(($(seconds) - started))
started=$(seconds)
seq $shards | xargs -P "$(getconf _NPROCESSORS_ONLN)" -I{} env SCALE_SHARD={} "$0" "$binary" "$out" "$count"
parts=$(($(seconds) - started))
started=$(seconds)
"$binary" merge --no-config "$out"/part-?.json --max-errors 100% --save "$out/merged.json" >/dev/null
merging=$(($(seconds) - started))

python3 - "$out" "$whole" "$parts" "$merging" <<'PYTHON'
import json, sys

out, *times = sys.argv[1:]
read = lambda name: json.load(open(f"{out}/{name}.json"))
whole, merged = read("whole"), read("merged")

def bare(report):
    """The report without times, memory, processes, and what follows from them."""
    for result in report["results"]:
        for name in ("timingsMs", "rssMb"):
            result.pop(name, None)
    for name in ("timingsMs", "memoryMb", "wallSeconds", "photosPerSecond", "peakRssMb", "processors", "workers"):
        report["metrics"].pop(name, None)
    report.pop("generatedAt")
    return report

total = whole["metrics"]["total"]
print(f"{total} photos\n\n{'':<22}{'seconds':>10}{'photos/s':>10}{'peak MB':>10}")
for name, report, seconds in [("one run", whole, times[0]), ("eight shards", merged, times[1])]:
    rate = total / max(1, int(seconds))
    print(f"{name:<22}{seconds:>10}{rate:>10.0f}{report['metrics']['peakRssMb']:>10.0f}")
print(f"{'merging':<22}{times[2]:>10}")

held = [r["rssMb"]["measure"] for r in whole["results"] if r.get("rssMb", {}).get("measure")]
print(f"\n{'photos of the one run':<22}{'MB while measuring':>20}")
for tenth in range(10):
    part = held[len(held) * tenth // 10 : len(held) * (tenth + 1) // 10]
    if part:
        print(f"{f'tenth {tenth + 1}':<22}{sum(part) / len(part):>20.1f}")
if bare(whole) != bare(merged):
    sys.exit("\nthe merged report DIFFERS from that of the single run")
print("\nthe merged report is that of the single run")
PYTHON
