#!/bin/sh
# Renders many small photos without pixels of interest, measures them by their label maps as one run and as eight shards, and
# compares the two reports. Says how memory grows with the number of photos.
#
#   scripts/scale.sh BINARY OUT [COUNT]
set -eu

binary=$1
out=$2
count=${3:-10000}

mkdir -p "$out"
rooms=$out/rooms-$count
[ -f "$rooms/ground_truth.json" ] || "$binary" rooms "$rooms" --count "$count" --seed 77 --size 128x96 --labels-only

measure() {
    "$binary" --no-config --dir "$rooms" --labels "$rooms/labels" --ground-truth "$rooms/ground_truth.json" \
        --max-errors 100% --quiet "$@" >/dev/null
}

measure --save "$out/whole.json"
for shard in 1 2 3 4 5 6 7 8; do
    measure --shard "$shard/8" --save "$out/part-$shard.json"
done
"$binary" merge --no-config "$out"/part-?.json --max-errors 100% --save "$out/merged.json" >/dev/null

python3 - "$out" <<'PYTHON'
import json, sys

out = sys.argv[1]
read = lambda name: json.load(open(f"{out}/{name}.json"))
whole, merged = read("whole"), read("merged")

def bare(report):
    """The report without times, memory, and what follows from them."""
    for result in report["results"]:
        for name in ("timingsMs", "rssMb"):
            result.pop(name, None)
    for name in ("timingsMs", "memoryMb", "wallSeconds", "photosPerSecond", "peakRssMb", "processors"):
        report["metrics"].pop(name, None)
    report.pop("generatedAt")
    return report

metrics = whole["metrics"]
held = [r["rssMb"]["measure"] for r in whole["results"] if r.get("rssMb", {}).get("measure")]
tenth = max(1, len(held) // 10)
mean = lambda values: sum(values) / len(values)
print(f"{metrics['total']} photos: {metrics['wallSeconds']:.0f} s, {metrics['photosPerSecond']:.0f} photos/s")
print(f"peak memory: whole {metrics['peakRssMb']:.0f} MB, largest shard {merged['metrics']['peakRssMb']:.0f} MB")
print(f"memory while measuring: {mean(held[:tenth]):.0f} MB in the first tenth of the photos, {mean(held[-tenth:]):.0f} MB in the last")
if bare(whole) != bare(merged):
    sys.exit("the merged report differs from that of the single run")
print("the merged report is that of the single run")
PYTHON
