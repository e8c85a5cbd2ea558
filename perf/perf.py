#!/usr/bin/env python3
"""Measures the speed and memory that docs/speed.md tells, and prints them as its table.

    python perf/perf.py target/release/measure-bench bench-out/perf [--large] [--only NAME...]

Everything that is compared is measured in this one run, on this machine: the forward pass against torch, whole photos against
what the replaced service did (predecessor.py), the pipeline against its own decoding and inference, memory over many photos,
and the start. --large adds photos of 24.5 MP: the service's batch needs 16 GB for them. Weights are random, in Swin-tiny's
architecture: what the network sees does not change how long it takes. `--only large` measures the memory of Swin-large, whose
export takes long and 910 MB. Results are kept in OUT/perf.json and joined there.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
"""Cores that this process may use: a part of a machine that does other work can be set apart with `taskset`."""
SIZES = {"12 MP": "4000x3000", "24.5 MP": "5712x4284"}
RENDERED = 4
"""Different photos of a size."""
LONG_RUN = 500
"""Photos over which memory has to stay flat."""
LONG_RUN_SIZE = "640x480"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MEASURE_", "M2F_"))}
"""Without what the program takes for options: figures are not to depend on it."""
PROC = Path("/proc")


def call(*command, **options) -> subprocess.CompletedProcess:
    """Runs a command; its standard output as text."""
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE, env=ENVIRONMENT, **options)


class Bench:
    """The binary, the models and the photos that all measurements share."""

    def __init__(self, binary: Path, out: Path):
        self.binary, self.out = binary.resolve(), out.resolve()
        self.out.mkdir(parents=True, exist_ok=True)

    def checkpoint(self, architecture: str = "tiny") -> Path:
        folder = self.out / f"mask2former-swin-{architecture}-random"
        if not (folder / "preprocessor_config.json").exists():
            call(PYTHON, ROOT / "models/random_checkpoint.py", architecture, folder)
        return folder

    def model(self, precision: str, architecture: str = "tiny") -> Path:
        target = self.out / f"{architecture}-{precision}.onnx"
        if not target.exists():
            export = (PYTHON, ROOT / "models/export.py", "--checkpoint", self.checkpoint(architecture))
            call(*export, "--precision", precision, "--output", target)
        return target

    def photos(self, size: str, count: int) -> Path:
        """A folder of `count` photos; few are rendered, which is slow, and stand in it under several names."""
        folder = self.out / f"photos-{size}-{count}"
        rendered = min(count, RENDERED)
        if not (folder / "ground_truth.json").exists():
            call(self.binary, "rooms", folder, "--count", rendered, "--seed", 31, "--size", size, "--scenario", "furnished")
        for place in (folder, folder / "labels"):
            originals = sorted(place.glob("room_*"))
            for index in range(rendered, count):
                original = originals[index % rendered]
                copy = place / f"copy_{index:05}{original.suffix}"
                if not copy.exists():
                    copy.hardlink_to(original)
        return folder

    def measure(self, *arguments) -> dict:
        """The report of a run, with the seconds that the whole process took."""
        start = time.perf_counter()
        ran = call(self.binary, "--no-config", "--quiet", "--summary", "json", *arguments)
        return json.loads(ran.stdout) | {"processSeconds": time.perf_counter() - start}


def first(folder: Path, count: int) -> list[Path]:
    return sorted(folder.glob("*.jpg"))[:count]


def forward(bench: Bench) -> dict:
    """Torch eager against the exported files."""
    models = [bench.model(precision) for precision in ("fp32", "int8")]
    script = (PYTHON, ROOT / "perf/forward.py", "--checkpoint", bench.checkpoint(), "--threads", CORES)
    return json.loads(call(*script, *models).stdout)


def service(bench: Bench, size: str = "12 MP", photos: int = 2, rounds: int = 2) -> dict:
    """Whole photos: what the service did, in both of its ways, against the binary, in turns."""
    paths = first(bench.photos(SIZES[size], 20 if size == "12 MP" else photos), photos)
    model = bench.model("fp32")
    found: dict[str, list[dict]] = {"four": [], "batch": [], "binary": []}
    for _ in range(rounds):
        for mode in ("four", "batch"):
            script = (PYTHON, ROOT / "perf/predecessor.py", mode, "--checkpoint", bench.checkpoint())
            found[mode].append(json.loads(call(*script, *paths).stdout))
        metrics = bench.measure(*paths, "--model", model, "--long-side", 704, "--warmup", 0)["metrics"]
        found["binary"].append(
            {"secondsPerPhoto": metrics["wallSeconds"] / photos, "peakMb": round(metrics["peakRssMb"])}
        )
    median = lambda way, key: statistics.median(sample[key] for sample in found[way])  # noqa: E731
    seconds = {way: round(median(way, "secondsPerPhoto"), 3) for way in found}
    return {
        "photo": size,
        "secondsPerPhoto": seconds,
        "peakMb": {way: median(way, "peakMb") for way in found},
        "batchToFour": round(seconds["batch"] / seconds["four"], 2),
        "timesFour": round(seconds["four"] / seconds["binary"], 1),
        "timesBatch": round(seconds["batch"] / seconds["binary"], 1),
    }


def overhead(bench: Bench) -> dict:
    """What all but inference adds to a run over 20 photos of 12 MP."""
    folder = bench.photos(SIZES["12 MP"], 20)
    report = bench.measure("--dir", folder, "--model", bench.model("fp32"), "--long-side", 704, "--warmup", 0)
    inference = sum(result["timingsMs"].get("inference", 0) for result in report["results"]) / 1e3
    wall = report["metrics"]["wallSeconds"]
    return {"wallSeconds": wall, "inferenceSeconds": round(inference, 2), "addedPct": round(100 * (wall / inference - 1), 1)}


def throughput(bench: Bench) -> dict:
    """The bundled model on 12 MP: photos a second of the whole, of all but the network, and of the network alone."""
    folder = bench.photos(SIZES["12 MP"], 20)
    whole, decoding, network = [], [], []
    for _ in range(3):
        whole.append(bench.measure("--dir", folder)["metrics"]["photosPerSecond"])
        decoding.append(bench.measure("--dir", folder, "--labels", folder / "labels")["metrics"]["photosPerSecond"])
        alone = bench.measure(*first(folder, 1), "--repeat", 20)
        network.append(1e3 / alone["metrics"]["timingsMs"]["inference"]["median"])
    a, b, both = (statistics.median(rates) for rates in (decoding, network, whole))
    serial = 1 / (1 / a + 1 / b)
    return {
        "photosPerSecond": round(both, 2),
        "withoutNetwork": round(a, 2),
        "networkAlone": round(b, 2),
        "shareOfSerialPct": round(100 * both / serial),
    }


def resident_kib(process: int) -> float:
    """Memory that a process holds; none where it is not there any more."""
    try:
        pages = int((PROC / f"{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def children(process: int) -> list[int]:
    """Processes that a process has started and that are still there."""
    try:
        return [int(child) for path in PROC.glob(f"{process}/task/*/children") for child in path.read_text().split()]
    except OSError:  # a thread that has ended meanwhile
        return []


def memory(bench: Bench) -> dict:
    """Resident memory over many photos: slope of a line through the second half of the run, KB a photo. That of the decoding
    processes is in it; pages that they share with the program count several times."""
    folder = bench.photos(LONG_RUN_SIZE, LONG_RUN)
    save = bench.out / "long.json"
    journal = save.with_name("long.json.journal.jsonl")
    command = [bench.binary, "--no-config", "--quiet", "--dir", folder, "--save", save]
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    samples, own_peak = [], 0.0
    while process.poll() is None:
        time.sleep(0.2)
        own = resident_kib(process.pid)
        together = own + sum(resident_kib(child) for child in children(process.pid))
        try:
            # The first line is the header.
            photos = journal.read_bytes().count(b"\n") - 1
        except FileNotFoundError:
            continue  # not started yet, or just ended
        if own:
            samples.append((photos, together))
            own_peak = max(own_peak, own)
    if process.returncode not in (0, 1):
        raise SystemExit(f"the run over {LONG_RUN} photos ended with {process.returncode}")
    late = [(photos, kib) for photos, kib in samples if photos >= LONG_RUN // 2]
    slope, _ = statistics.linear_regression(*zip(*late))
    return {
        "photos": LONG_RUN,
        "size": LONG_RUN_SIZE,
        "slopeKbPerPhoto": round(slope, 1),
        "peakMb": round(max(kib for _, kib in samples) / 1024),
        "peakMbWithoutDecoders": round(own_peak / 1024),
    }


def start(bench: Bench) -> dict:
    """From the start of the process to the end of one photo, bundled model."""
    (photo,) = first(bench.photos("1024x768", 1), 1)
    seconds = [bench.measure(photo, "--warmup", 0)["processSeconds"] for _ in range(7)]
    return {"secondsToFirstResult": round(statistics.median(seconds), 3)}


def large(bench: Bench) -> dict:
    """Peak memory of one photo of 12 MP with Swin-large, at the model's own size."""
    (photo,) = first(bench.photos(SIZES["12 MP"], 20), 1)
    report = bench.measure(photo, "--model", bench.model("fp32", "large"), "--warmup", 0)
    return {"seconds": round(report["processSeconds"], 2), "peakMb": round(report["metrics"]["peakRssMb"])}


MEASUREMENTS = {
    "forward": forward,
    "service": service,
    "overhead": overhead,
    "throughput": throughput,
    "memory": memory,
    "start": start,
    "large": large,
}


def table(results: dict) -> str:
    """The results as Markdown."""
    rows = ["| what | measured |", "|---|---|"]
    put = lambda what, value: rows.append(f"| {what} | {value} |")  # noqa: E731
    if "forward" in results:
        rows_of = results["forward"]["forward"]
        put("sgemm on this machine", f"{results['forward']['sgemmGflops']} GFLOP/s; the pass has {results['forward']['gflop']} GFLOP")
        height, width = results["forward"]["size"]
        for name, row in rows_of.items():
            put(
                f"forward pass {height} x {width}, {name}",
                f"{row['wall']:.2f} s, {row['wallRatio']} x torch ({row['processorRatio']} x in processor time), "
                f"{row['sgemmShare']:.0%} of sgemm's rate, equal mask signs {row['equalMaskSigns']:.2%}",
            )
    for key in ("service", "service24"):
        if key in results:
            row = results[key]
            ways = ", ".join(
                f"{way} {row['secondsPerPhoto'][way]:.2f} s and {row['peakMb'][way]:.0f} MB" for way in row["secondsPerPhoto"]
            )
            put(f"a {row['photo']} JPEG: the service's four inferences, its batch, this binary", ways)
            put(f"{row['photo']}: throughput against four inferences, batch", f"{row['timesFour']} x, {row['timesBatch']} x")
    if "overhead" in results:
        put("20 photos of 12 MP, tiny: all but inference adds", f"{results['overhead']['addedPct']} %")
    if "throughput" in results:
        row = results["throughput"]
        put(
            "12 MP, bundled model: photos a second",
            f"{row['photosPerSecond']}; without network {row['withoutNetwork']}, network alone {row['networkAlone']}: "
            f"{row['shareOfSerialPct']} % of 1 / (1/A + 1/B)",
        )
    if "size" in results.get("memory", {}):  # Kept ones without it counted the program alone.
        row = results["memory"]
        put(
            f"memory over {row['photos']} photos of {row['size']}, decoding processes included",
            f"{row['slopeKbPerPhoto']} KB a photo, peak {row['peakMb']} MB ({row['peakMbWithoutDecoders']} MB without them)",
        )
    if "start" in results:
        put("start to first result, bundled model", f"{results['start']['secondsToFirstResult']} s")
    if "large" in results:
        row = results["large"]
        put("a 12 MP JPEG with Swin-large, whole process", f"{row['seconds']} s, {row['peakMb']} MB")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--large", action="store_true", help="photos of 24.5 MP, too; needs 16 GB of free memory")
    parser.add_argument("--only", nargs="+", choices=list(MEASUREMENTS), default=[name for name in MEASUREMENTS if name != "large"])
    arguments = parser.parse_args()
    if "memory" in arguments.only and not (PROC / "self/statm").exists():
        print("memory: NOT measured, it takes Linux's /proc", file=sys.stderr)
        arguments.only = [name for name in arguments.only if name != "memory"]
    bench = Bench(arguments.binary, arguments.out)
    kept = bench.out / "perf.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    for name in arguments.only:
        print(f"measuring: {name}", file=sys.stderr)
        results[name] = MEASUREMENTS[name](bench)
        results[name]["load"] = os.getloadavg()[0]
        kept.write_text(json.dumps(results, indent=2) + "\n")
    if arguments.large:
        results["service24"] = service(bench, "24.5 MP", photos=1, rounds=1)
        kept.write_text(json.dumps(results, indent=2) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
