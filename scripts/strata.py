#!/usr/bin/env python3
"""Renders 300 rooms of each scenario of the metrology study and measures them with the network and with their true labels.

    python3 scripts/strata.py target/release/measure-bench bench-out/study/strata [--rooms 300] [--seed 4300]

Prints a table in Markdown, and leaves the reports of each scenario in its folder. A folder that is there already is not rendered anew.
"""

import argparse
import json
import subprocess
from pathlib import Path

SCENARIOS = ("nominal", "tall", "wild", "furnished", "cut", "attic", "corner")
SIZE = "512x384"


def measured(binary: Path, rooms: Path, name: str, *more: str) -> dict:
    """The report of one run over a folder of rooms, which stays there as `name`.json."""
    report = rooms / f"{name}.json"
    command = [binary, "--dir", rooms, "--ground-truth", rooms / "ground_truth.json", "--save", report, "--summary", "json"]
    command += ["--no-config", "--quiet", "--max-errors", "100%", *more]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return json.loads(report.read_text())


def column(report: dict, side: str) -> str:
    """MAPE (median) of one side, and the share of the intervals that hold it, percent; one that was not measured is off by 100 %."""
    photos = [r for r in report["results"] if r.get(f"expected{side}Cm")]
    errors = []
    held = given = 0
    for photo in photos:
        truth, cm, interval = photo[f"expected{side}Cm"], photo.get(f"wall{side}Cm"), photo.get(f"{side.lower()}IntervalCm")
        errors.append(100 * abs(cm / truth - 1) if cm else 100.0)
        if interval:
            given += 1
            held += interval[0] <= truth <= interval[1]
    errors.sort()
    mean, median = sum(errors) / len(errors), errors[len(errors) // 2]
    return f"{mean:.1f} ({median:.1f}), {100 * held / max(given, 1):.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rooms", type=int, default=300)
    parser.add_argument("--seed", type=int, default=4300)
    arguments = parser.parse_args()

    print("| scenario | network: width | height | true labels: width | height |")
    print("|---|---:|---:|---:|---:|")
    for number, scenario in enumerate(SCENARIOS):
        rooms = arguments.folder / scenario
        # ground_truth.json is written last, so it marks a finished folder.
        if not (rooms / "ground_truth.json").exists():
            command = [arguments.binary, "rooms", rooms, "--count", str(arguments.rooms), "--size", SIZE]
            command += ["--seed", str(arguments.seed + number), "--scenario", scenario]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        reports = [measured(arguments.binary, rooms, "network"), measured(arguments.binary, rooms, "true-labels", "--labels", rooms / "labels")]
        cells = [column(report, side) for report in reports for side in ("Width", "Height")]
        print(f"| {scenario} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
