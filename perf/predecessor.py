#!/usr/bin/env python3
"""What the replaced service did with a photo, re-created: to measure against, not to use.

`four`: the client asked for wall, floor, ceiling and window in turn. Each request decoded the photo, scaled it to the service's
long side, ran the network, took labels at that size and sent one mask of the photo's size.
`batch`: one request, one run of the network, labels at the photo's full size (150 class maps of it), four masks.
Masks travel as base64 of PNG inside JSON, as they did. Prints one JSON object: seconds a photo, seconds in the network, peak memory.

    python perf/predecessor.py four --checkpoint FOLDER PHOTO...
"""

import argparse
import base64
import io
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import Mask2FormerForUniversalSegmentation
from transformers.models.mask2former.image_processing_pil_mask2former import Mask2FormerImageProcessorPil

LONG_SIDE = 768
MASKS = {"wall": [0], "floor": [3, 28], "ceiling": [5], "window": [8, 58, 63]}


class Service:
    """The network with its processor, loaded once, as the service held them."""

    def __init__(self, checkpoint: Path):
        self.processor = Mask2FormerImageProcessorPil.from_pretrained(checkpoint)
        self.network = Mask2FormerForUniversalSegmentation.from_pretrained(checkpoint).eval()
        self.network_seconds = 0.0

    def labels(self, picture: Image.Image) -> np.ndarray:
        """ADE20K labels of the picture at its own size."""
        inputs = self.processor(images=picture, return_tensors="pt")
        start = time.perf_counter()
        with torch.no_grad():
            outputs = self.network(**inputs)
        self.network_seconds += time.perf_counter() - start
        size = (picture.height, picture.width)
        return self.processor.post_process_semantic_segmentation(outputs, target_sizes=[size])[0].numpy()

    def four(self, photo: bytes) -> dict[str, str]:
        """Four requests, one a mask."""
        answers = {}
        for name, classes in MASKS.items():
            picture = Image.open(io.BytesIO(photo)).convert("RGB")
            full = picture.size
            picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
            mask = Image.fromarray(np.isin(self.labels(picture), classes).astype(np.uint8) * 255)
            answers[name] = encoded(mask.resize(full, Image.Resampling.NEAREST))
        return answers

    def batch(self, photo: bytes) -> dict[str, str]:
        """One request for all masks."""
        labels = self.labels(Image.open(io.BytesIO(photo)).convert("RGB"))
        masks = {name: np.isin(labels, classes).astype(np.uint8) * 255 for name, classes in MASKS.items()}
        return {name: encoded(Image.fromarray(mask)) for name, mask in masks.items()}


def encoded(mask: Image.Image) -> str:
    """Base64 of PNG."""
    buffer = io.BytesIO()
    mask.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["four", "batch"])
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--threads", type=int, help="threads of torch (default: its own choice)")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    service = Service(arguments.checkpoint)
    start = time.perf_counter()
    for path in arguments.photos:
        json.dumps(getattr(service, arguments.mode)(path.read_bytes()))
    seconds = time.perf_counter() - start
    count = len(arguments.photos)
    print(
        json.dumps(
            {
                "secondsPerPhoto": round(seconds / count, 3),
                "networkSecondsPerPhoto": round(service.network_seconds / count, 3),
                # macOS counts in bytes, Linux in KiB.
                "peakMb": round(
                    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
                ),
            }
        )
    )


if __name__ == "__main__":
    main()
