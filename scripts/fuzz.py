"""Fuzzes what reads strangers' files, guided by coverage, with libFuzzer under the address sanitizer.

    python3 scripts/fuzz.py TARGET|all [--minutes M] [--out FOLDER] [--minimise]

Each target runs for M minutes of processor time on one core, or until its first finding: that lies in fuzz/artifacts/TARGET, and the
exit code is 1. It starts from the corpus in the repository and from what earlier runs left in FOLDER/TARGET. --minimise then
puts a small selection of both that reaches much of the same into fuzz/corpus/TARGET, for the tests (`tests/fuzz.rs`).
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUZZ = ROOT / "fuzz"
TARGET_DIR = ROOT / "target/fuzz"
# The decoders' small test photos are seeds as well.
PHOTOS = ROOT / "tests/data/tiny"
SEEDED_WITH_PHOTOS = {"exif", "photo", "heic"}
# What is long is slow, and hardly more diverse.
LONGEST = 1 << 16
# Of a minimised corpus: small enough to be looked after in a repository.
MOST_KEPT, LONGEST_KEPT = 40, 4096


def environment():
    return os.environ | {
        # Nightly's flags on the stable toolchain, which comes with the sanitizer's runtime as well.
        "RUSTC_BOOTSTRAP": "1",
        "CARGO_PROFILE_RELEASE_LTO": "off",
        # Readable stacks.
        "CARGO_PROFILE_RELEASE_STRIP": "none",
        "CARGO_PROFILE_RELEASE_DEBUG": "line-tables-only",
        "CC": "clang",
        "CXX": "clang++",
        "CMAKE_TOOLCHAIN_FILE": str(FUZZ / "instrumented.cmake"),
        # libheif's codecs are registered once and kept; an allocation that fails is the decoders' to handle.
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
    } | ({"TMPDIR": "/dev/shm"} if Path("/dev/shm").is_dir() else {})  # Targets write their input to a file again and again.


def build():
    """Builds all targets; the folder that holds them."""
    program = ROOT / "vendor/cargo-fuzz/bin/cargo-fuzz"
    command = [program, "build", "--codegen-units", "16", "--target-dir", TARGET_DIR]
    subprocess.run(command, cwd=ROOT, env=environment(), check=True)
    host = re.search(r"^host: (\S+)$", subprocess.check_output(["rustc", "-vV"], text=True), re.M).group(1)
    return TARGET_DIR / host / "release"


def processor_seconds(pid):
    """Processor time of a running process, `None` once it has ended."""
    listed = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    if not listed:
        return None
    days, _, clock = listed.rpartition("-")
    hours, minutes, seconds = (float(part) for part in ("0:0:" + clock).split(":")[-3:])
    return ((float(days or 0) * 24 + hours) * 60 + minutes) * 60 + seconds


def corpora(target, out):
    folders = [out / target, FUZZ / "corpus" / target]
    return folders + [PHOTOS] * (target in SEEDED_WITH_PHOTOS)


def fuzz(program, target, seconds, out):
    """Runs a target; its log, its processor time, and whether it ended without a finding."""
    for folder in corpora(target, out):
        folder.mkdir(parents=True, exist_ok=True)
    artifacts = FUZZ / "artifacts" / target
    artifacts.mkdir(parents=True, exist_ok=True)
    log = out / f"{target}.log"
    options = [f"-artifact_prefix={artifacts}/", f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1"]
    with log.open("w") as sink:
        process = subprocess.Popen(
            [program, *corpora(target, out), *options], env=environment(), stdout=sink, stderr=subprocess.STDOUT
        )
        used, asked = 0.0, False
        try:
            while process.poll() is None:
                time.sleep(1)
                used = processor_seconds(process.pid) or used
                if used >= seconds and not asked:
                    process.send_signal(signal.SIGUSR1)  # libFuzzer's wish to end in good order
                    asked = True
        finally:
            process.kill()  # Where we are interrupted it would go on; one that has ended is left alone.
    return log.read_text(errors="replace"), used, asked and process.returncode == 0


def minimise(program, target, out):
    """Small inputs that reach most of what all together reach, into the repository, in place of those of the last time."""
    small = out / f"{target}.small"
    shutil.rmtree(small, ignore_errors=True)
    small.mkdir()
    command = [program, "-merge=1", f"-max_len={LONGEST_KEPT}", "-rss_limit_mb=2048", small, *corpora(target, out)]
    subprocess.run(command, env=environment(), check=True, stderr=subprocess.DEVNULL)
    kept = sorted(small.iterdir(), key=lambda path: (path.stat().st_size, path.name))
    corpus = FUZZ / "corpus" / target
    for old in corpus.glob("[0-9a-f]" * 16):  # Seeds have names.
        old.unlink()
    for path in kept[:: max(1, -(-len(kept) // MOST_KEPT))]:
        shutil.copy(path, corpus / path.name[:16])


def statistic(log, name):
    found = re.search(rf"^stat::{name}: *(\d+)$", log, re.M)
    return int(found.group(1)) if found else None


def main():
    targets = [binary["name"] for binary in tomllib.loads((FUZZ / "Cargo.toml").read_text())["bin"]]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=["all", *targets])
    parser.add_argument("--minutes", type=float, default=20, help="of processor time, for each target")
    parser.add_argument("--out", type=Path, default=ROOT / "bench-out/fuzz")
    parser.add_argument("--minimise", action="store_true")
    arguments = parser.parse_args()
    folder = build()
    print(f"{'target':<16}{'inputs':>12}{'CPU minutes':>14}{'coverage':>10}{'peak MB':>9}  outcome", flush=True)
    clean = True
    for target in targets if arguments.target == "all" else [arguments.target]:
        log, used, good = fuzz(folder / target, target, 60 * arguments.minutes, arguments.out)
        clean &= good
        covered = re.findall(r"cov: (\d+)", log)
        outcome = "no finding" if good else f"FINDING, see {arguments.out / target}.log"
        print(
            f"{target:<16}{statistic(log, 'number_of_executed_units') or '-':>12}{used / 60:>14.1f}"
            f"{covered[-1] if covered else '-':>10}{statistic(log, 'peak_rss_mb') or '-':>9}  {outcome}",
            flush=True,
        )
        if arguments.minimise and good:
            minimise(folder / target, target, arguments.out)
    sys.exit(not clean)


main()
