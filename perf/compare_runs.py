#!/usr/bin/env python3
"""Masks and inference times of several runs over the same photos against the first of them.

    python perf/compare_runs.py OUT/cpu OUT/cuda ...

Each argument is a `--debug-dir`, with the run's report beside it as NAME.json.
"""

import json
import statistics
import sys
from pathlib import Path

import numpy as np
from PIL import Image

MASKS = ("wall", "floor", "ceiling", "window")
COVERED = (0.02, 0.98)
"""Share of the picture that a mask has to cover for its IoU to mean anything."""


def ious(base: Path, other: Path) -> list[float]:
    """IoU of every mask of every photo that covers enough."""
    found = []
    for folder in sorted(path for path in base.iterdir() if path.is_dir()):
        for name in MASKS:
            first = np.asarray(Image.open(folder / f"{name}.png")) > 0
            second = np.asarray(Image.open(other / folder.name / f"{name}.png")) > 0
            if COVERED[0] <= first.mean() <= COVERED[1]:
                found.append(float((first & second).sum() / (first | second).sum()))
    return found


def main() -> None:
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    base, *others = [Path(argument) for argument in sys.argv[1:]]
    for run in (base, *others):
        report = json.loads(run.with_name(f"{run.name}.json").read_text())
        times = [result["timingsMs"].get("inference", 0) for result in report["results"] if result["status"] != "error"]
        environment = report["environment"]
        found = ious(base, run)
        agreement = f"IoU mean {statistics.mean(found):.3%}, lowest {min(found):.3%}" if found else "no mask covers enough"
        print(
            f"{run.name}: {environment.get('device')}, inference median {statistics.median(times):.1f} ms, {agreement}, "
            f"on the processor: {environment.get('operatorsOnCpu', {})}"
        )


if __name__ == "__main__":
    main()
