#!/usr/bin/env python3
"""One forward pass: torch eager against exported files, interleaved in one run, so that other work on the machine hits all alike.

    python perf/forward.py --checkpoint FOLDER --size 512x704 MODEL.onnx...

Prints one JSON object. `wall` is seconds by the clock, `processor` seconds of processor time over all threads, which says
less of waiting and more of work where the machine is shared. Agreement is with torch, on a rendered room. `sgemm` is the
machine's own rate at a large matrix product, measured between the passes; `sgemmShare` the share of it that each run reaches
with the operations that torch counts in the published code, whether the run needs them or not.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import onnxruntime
import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import Mask2FormerForUniversalSegmentation

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "models"))

from onnx_metadata import read_preprocessor  # noqa: E402
from pictures import normalised, photos  # noqa: E402
from verify import label_map  # noqa: E402

MATRIX_SIDE = 2048
"""Side of the square matrices whose product tells the machine's rate: far beyond the caches, and done in well under a second."""


def operations(run, picture) -> int:
    """Additions and multiplications of products and convolutions in one pass of torch."""
    with FlopCounterMode(display=False) as counter:
        run(picture)
    return counter.get_total_flops()


def sgemm_rate(matrix: torch.Tensor) -> float:
    """Operations a second of one product of the matrix with itself."""
    start = time.perf_counter()
    matrix @ matrix
    return 2 * MATRIX_SIDE**3 / (time.perf_counter() - start)


def torch_forward(checkpoint: Path, threads: int):
    """Torch's own run of the checkpoint, fp32, eager."""
    torch.set_num_threads(threads)
    network = Mask2FormerForUniversalSegmentation.from_pretrained(checkpoint).eval()

    def run(picture):
        with torch.no_grad():
            outputs = network(pixel_values=torch.from_numpy(picture))
        return outputs.class_queries_logits.numpy(), outputs.masks_queries_logits.numpy()

    return run


def exported_forward(path: Path, threads: int):
    """ONNX Runtime's run of a file."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = ["class_queries_logits", "masks_queries_logits"]
    return lambda picture: session.run(names, {"pixel_values": picture})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--size", default="512x704", help="rows x columns")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    size = tuple(int(side) for side in arguments.size.split("x"))
    (picture,) = normalised(photos(ROOT / "fixtures")[:1], [size], read_preprocessor(arguments.checkpoint))
    runs = {"torch": torch_forward(arguments.checkpoint, arguments.threads)}
    runs |= {path.stem: exported_forward(path, arguments.threads) for path in arguments.models}
    outputs = {name: run(picture) for name, run in runs.items()}  # warms up, too
    work = operations(runs["torch"], picture)
    matrix = torch.rand(MATRIX_SIDE, MATRIX_SIDE)
    sgemm_rate(matrix)  # warms up
    rates = []
    times = {name: ([], []) for name in runs}
    for _ in range(arguments.rounds):
        rates.append(sgemm_rate(matrix))
        for name, run in runs.items():
            wall, processor = time.perf_counter(), time.process_time()
            run(picture)
            times[name][0].append(time.perf_counter() - wall)
            times[name][1].append(time.process_time() - processor)
    wanted_class, wanted_masks = outputs["torch"]
    wanted_labels = label_map(wanted_class, wanted_masks)
    result = {}
    base = [statistics.median(samples) for samples in times["torch"]]
    sgemm = statistics.median(rates)
    for name, (wall, processor) in times.items():
        class_logits, mask_logits = outputs[name]
        result[name] = {
            "wall": round(statistics.median(wall), 3),
            "processor": round(statistics.median(processor), 3),
            "wallRatio": round(base[0] / statistics.median(wall), 2),
            "processorRatio": round(base[1] / statistics.median(processor), 2),
            "sgemmShare": round(work / statistics.median(wall) / sgemm, 3),
            "equalMaskSigns": round(float(((mask_logits < 0) == (wanted_masks < 0)).mean()), 5),
            "equalLabels": round(float((label_map(class_logits, mask_logits) == wanted_labels).mean()), 5),
        }
    measured = {"gflop": round(work / 1e9, 1), "sgemmGflops": round(sgemm / 1e9, 1), "forward": result}
    print(json.dumps({"size": list(size), "threads": arguments.threads, "rounds": arguments.rounds} | measured))


if __name__ == "__main__":
    main()
