#!/usr/bin/env python3
"""What a model costs with its weights mapped into memory from a file beside it, instead of packed for the processor.

    python perf/mapped_weights.py MODEL.onnx [--size 384x512]

Weights can be used where they lie in the file only if they are not packed, so that a pass takes longer. Each way runs in a process of
its own; prints memory in MB (`own`: of the process alone; `file`: pages that the system may drop, and that processes share) and
seconds of processor time of one thread.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

ROUNDS = 4


def memory() -> str:
    """What the kernel says of this process."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own, mapped, peak = (int(lines[key].split()[0]) // 1024 for key in ("RssAnon", "RssFile", "VmHWM"))
    return f"own {own}, file {mapped}, peak {peak}"


def measure(model: Path, packed: bool, size: list[int]) -> None:
    """Loads and runs, in this process."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.disable_prepacking", str(int(not packed)))
    start = time.process_time()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    print(f"  loaded in {time.process_time() - start:.1f} s: {memory()}")
    picture = np.random.default_rng(0).standard_normal((1, 3, *size), np.float32)
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        session.run(None, {"pixel_values": picture})
        seconds.append(time.process_time() - start)
    print(f"  a pass {min(seconds[1:]):.2f} s: {memory()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--size", default="384x512", help="rows x columns")
    parser.add_argument("--way", choices=["packed", "mapped"], help="measure this one here; both, each in its process, without it")
    arguments = parser.parse_args()
    if arguments.way:
        measure(arguments.model, arguments.way == "packed", [int(side) for side in arguments.size.split("x")])
        return
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder) / "model.onnx"
        onnx.save(onnx.load(arguments.model), beside, save_as_external_data=True, location="weights")
        for way, model in (("packed", arguments.model), ("mapped", beside)):
            print(f"{way}:", flush=True)
            subprocess.run([sys.executable, __file__, model, "--way", way, "--size", arguments.size], check=True)


if __name__ == "__main__":
    main()
