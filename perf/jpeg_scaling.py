#!/usr/bin/env python3
"""What JPEG decoding at a fraction of the size, in the frequency domain, would save and what it would do to the masks.

    python perf/jpeg_scaling.py target/release/measure-bench OUT PHOTO.jpg...

The binary decodes in full. Here libjpeg-turbo (in Pillow) decodes the same photos in full, at 1/2 and at 1/4, and the binary measures
what comes of it. The row in full says how far another decoder of the same pixels moves the masks: no less can be asked of a scaled one.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

MASKS = {"wall": [0], "floor": [3, 28], "ceiling": [5], "window": [8, 58, 63]}
COVERED = (0.02, 0.98)
"""Share of the picture that a mask has to cover for its IoU to mean anything."""
UNCHANGED = 0.995
"""IoU from which on a mask counts as the same."""
DIVISORS = (1, 2, 4)
ROUNDS = 3
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MEASURE_", "M2F_"))}
"""Without what the program takes for options: figures are not to depend on it."""


def decoded(path: Path, divisor: int) -> tuple[Image.Image, float]:
    """The photo as stored, and the seconds of processor time that it took."""
    start = time.thread_time()
    picture = Image.open(path)
    if divisor > 1:
        picture.draft("RGB", (picture.width // divisor, picture.height // divisor))
    picture.load()
    return picture, time.thread_time() - start


def measured(binary: Path, photos: Path) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Of a folder: the label map of every photo, at the network's resolution, and the widths."""
    out = photos.with_name(f"{photos.name}-measured")
    command = [binary, "--no-config", "--quiet", "--dir", photos, "--debug-dir", out, "--summary", "json"]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=ENVIRONMENT).stdout)
    labels = {folder.name: np.asarray(Image.open(folder / "labels.png")) for folder in out.iterdir()}
    widths = {result["file"]: result["wallWidthCm"] for result in report["results"] if result.get("wallWidthCm")}
    return labels, widths


def ious(wanted: np.ndarray, found: np.ndarray) -> list[float]:
    """IoU of every mask that covers enough."""
    pairs = [(np.isin(wanted, classes), np.isin(found, classes)) for classes in MASKS.values()]
    return [float((a & b).sum() / (a | b).sum()) for a, b in pairs if COVERED[0] <= a.mean() <= COVERED[1]]


def main() -> None:
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    binary, out, *photos = (Path(argument) for argument in sys.argv[1:])
    own = out / "own"
    own.mkdir(parents=True, exist_ok=True)
    for photo in photos:
        # The binary goes by a file's bytes, not by its name; with one name everywhere results are easily matched.
        (own / f"{photo.stem}.png").write_bytes(photo.read_bytes())
    wanted_labels, wanted_widths = measured(binary.resolve(), own)
    print("| decoded | ms a photo | masks: mean IoU | lowest | below 99.5 % | width, median change | in the worst tenth |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    seconds = {divisor: [] for divisor in DIVISORS}
    for _ in range(ROUNDS):
        for photo in photos:
            for divisor in DIVISORS:
                seconds[divisor].append(decoded(photo, divisor)[1])
    for divisor in DIVISORS:
        folder = out / f"scaled-{divisor}"
        folder.mkdir(exist_ok=True)
        for photo in photos:
            picture = ImageOps.exif_transpose(decoded(photo, divisor)[0])
            picture.save(folder / f"{photo.stem}.png", compress_level=1, exif=picture.getexif())
        labels, widths = measured(binary.resolve(), folder)
        found = [iou for name, wanted in wanted_labels.items() for iou in ious(wanted, labels[name])]
        changes = [100 * abs(widths[name] / width - 1) for name, width in wanted_widths.items() if name in widths]
        print(
            f"| 1/{divisor} | {1e3 * statistics.median(seconds[divisor]):.0f} | {statistics.mean(found):.2%} | {min(found):.2%} "
            f"| {sum(iou < UNCHANGED for iou in found)} of {len(found)} | {statistics.median(changes):.1f} % "
            f"| {np.quantile(changes, 0.9):.1f} % |"
        )


if __name__ == "__main__":
    main()
