#!/usr/bin/env python3
"""Renders 300 rooms of each scenario of the metrology study and measures them with the network and with their true labels,
beside the formula of the service that the program replaces, with true labels, and a constant guess.

    python3 scripts/strata.py target/release/measure-bench bench-out/study/strata [--rooms 300] [--seed 4300]

Prints a table in Markdown, and leaves the reports of each scenario in its folder, FOLDER/SCENARIO-ROOMS-SEED. A folder that is there
already is not rendered anew.
"""

import argparse
import json
import os
import subprocess
from pathlib import Path

SCENARIOS = ("nominal", "tall", "wild", "furnished", "cut", "attic", "corner")
SIZE = "512x384"
SIDES = ("Width", "Height")
OPTION_VARIABLES = ("MEASURE_", "M2F_")
"""Beginnings of variables that the program takes for options: figures are not to depend on them."""


def environment() -> dict[str, str]:
    """This process's, without options for the program."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OPTION_VARIABLES)}


def measured(binary: Path, rooms: Path, name: str, *more: str) -> dict:
    """The report of one run over a folder of rooms, which stays there as `name`.json."""
    report = rooms / f"{name}.json"
    command = [binary, "--dir", rooms, "--ground-truth", rooms / "ground_truth.json", "--save", report, "--summary", "json"]
    command += ["--no-config", "--quiet", "--max-errors", "100%", *more]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment())
    return json.loads(report.read_text())


def errors(report: dict, side: str) -> list[float]:
    """Errors of one side in percent, sorted; one that was not measured is off by 100 %."""
    photos = [r for r in report["results"] if r.get(f"expected{side}Cm")]
    measured_cm = [(r.get(f"wall{side}Cm"), r[f"expected{side}Cm"]) for r in photos]
    return sorted(100 * abs(cm / truth - 1) if cm else 100.0 for cm, truth in measured_cm)


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def column(report: dict, side: str) -> str:
    """MAPE (median) of one side, and the share of the intervals that hold it, percent."""
    found = errors(report, side)
    given = [r for r in report["results"] if r.get(f"expected{side}Cm") and r.get(f"{side.lower()}IntervalCm")]
    held = 0
    for photo in given:
        low, high = photo[f"{side.lower()}IntervalCm"]
        held += low <= photo[f"expected{side}Cm"] <= high
    return f"{mean(found):.1f} ({found[len(found) // 2]:.1f}), {100 * held / max(len(given), 1):.0f}"


def beside(predecessor: dict) -> list[str]:
    """MAPE of the predecessor's formula and of the constant guess, width / height."""
    guess = predecessor["metrics"]["constantBaseline"]
    return [
        " / ".join(f"{mean(errors(predecessor, side)):.0f}" for side in SIDES),
        " / ".join(f"{guess[f'{side.lower()}Mape']:.1f}" for side in SIDES),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rooms", type=int, default=300)
    parser.add_argument("--seed", type=int, default=4300)
    arguments = parser.parse_args()

    print("| scenario | network: width | height | true labels: width | height | predecessor | constant guess |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for number, scenario in enumerate(SCENARIOS):
        seed = arguments.seed + number
        rooms = arguments.folder / f"{scenario}-{arguments.rooms}-{seed}"
        # ground_truth.json is written last, so it marks a finished folder.
        if not (rooms / "ground_truth.json").exists():
            command = [arguments.binary, "rooms", rooms, "--count", str(arguments.rooms), "--size", SIZE]
            command += ["--seed", str(seed), "--scenario", scenario]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        true_labels = ("--labels", rooms / "labels")
        reports = [measured(arguments.binary, rooms, "network"), measured(arguments.binary, rooms, "true-labels", *true_labels)]
        predecessor = measured(arguments.binary, rooms, "predecessor", *true_labels, "--estimator", "predecessor")
        cells = [column(report, side) for report in reports for side in SIDES] + beside(predecessor)
        print(f"| {scenario} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
