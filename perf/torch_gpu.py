#!/usr/bin/env python3
"""Torch's forward pass on a GPU: eager fp32, autocast to fp16, and torch.compile with it.

    python perf/torch_gpu.py --checkpoint FOLDER --size 512x704

Prints one JSON object of median milliseconds, interleaved in one run. Needs a build of torch with CUDA.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import torch
from transformers import Mask2FormerForUniversalSegmentation

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "models"))

from export import checkpoint_folder  # noqa: E402

WARM_UP = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--size", default="512x704", help="rows x columns")
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("torch sees no CUDA device: install a build of torch with CUDA into .venv")
    size = [int(side) for side in arguments.size.split("x")]
    network = Mask2FormerForUniversalSegmentation.from_pretrained(checkpoint_folder(arguments.checkpoint)).eval().cuda()
    compiled = torch.compile(network)
    picture = torch.randn(1, 3, *size, device="cuda")

    def run(module, half: bool) -> None:
        with torch.inference_mode(), torch.autocast("cuda", torch.float16, enabled=half):
            module(pixel_values=picture)
        torch.cuda.synchronize()

    ways = {
        "eager": lambda: run(network, False),
        "eager fp16": lambda: run(network, True),
        "compiled fp16": lambda: run(compiled, True),
    }
    for way in ways.values():
        for _ in range(WARM_UP):
            way()
    times = {name: [] for name in ways}
    for _ in range(arguments.rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            times[name].append(1e3 * (time.perf_counter() - start))
    medians = {name: round(statistics.median(samples), 2) for name, samples in times.items()}
    print(json.dumps({"gpu": torch.cuda.get_device_name(), "size": size, "milliseconds": medians}))


if __name__ == "__main__":
    main()
