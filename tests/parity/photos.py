#!/usr/bin/env python3
"""Masks of the binary against those of transformers, on 20 rendered photos of all shapes.

    python tests/parity/photos.py target/release/measure-bench OUT
    python tests/parity/photos.py target/release/measure-bench OUT --model FILE.onnx --checkpoint FOLDER

The reference is transformers' image processor, then the network (the exported file run by ONNX Runtime, or torch with
`--checkpoint`), then transformers' semantic post-processing with its 384 x 384 intermediate. The binary runs with
`--post-processing reference` and with its default. Only masks that cover 2-98 % of the reference's picture count: IoU of less
says little. Ends with 1 when a mask of the reference way falls below 99 %.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import torch
from PIL import Image, ImageOps

from record_reference import image_processor

ROOT = Path(__file__).resolve().parents[2]
MASKS = {"wall": [0], "floor": [3, 28], "ceiling": [5], "window": [8, 58, 63]}
SIZES = ["1024x768", "1200x800", "1280x720", "900x900", "1600x700", "640x480", "333x517", "2000x1500", "815x611", "1000x420"]
"""Two photos of each, some of them portrait; odd sides and long ones among them."""
COVERED = (0.02, 0.98)
LEAST_IOU = 0.99


def rendered(binary: Path, out: Path) -> list[Path]:
    """The photos; rendered once."""
    for seed, size in enumerate(SIZES):
        folder = out / "photos" / size
        if not (folder / "ground_truth.json").exists():
            subprocess.run(
                [binary, "rooms", folder, "--count", "2", "--seed", str(7000 + seed), "--size", size, "--format", "png"],
                check=True,
                stderr=subprocess.DEVNULL,
            )
    return sorted(path for size in SIZES for path in (out / "photos" / size).glob("*.png"))


class Reference:
    """What transformers makes of a picture: a map of ADE20K labels at its size."""

    def __init__(self, model: Path, checkpoint: Path | None):
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        metadata = {key: json.loads(value) for key, value in session.get_modelmeta().custom_metadata_map.items()}
        self.ade_indices = np.array([label["adeIndex"] for label in metadata["labels"]], np.uint8)
        self.processor = image_processor(metadata)
        names = ["class_queries_logits", "masks_queries_logits"]
        if checkpoint is None:
            self.network = lambda values: map(torch.from_numpy, session.run(names, {"pixel_values": values.numpy()}))
        else:
            from transformers import Mask2FormerForUniversalSegmentation

            network = Mask2FormerForUniversalSegmentation.from_pretrained(checkpoint).eval()

            def run(values):
                with torch.no_grad():
                    outputs = network(pixel_values=values)
                return outputs.class_queries_logits, outputs.masks_queries_logits

            self.network = run

    def labels(self, picture: Image.Image) -> np.ndarray:
        values = self.processor(picture, return_tensors="pt")["pixel_values"]
        class_logits, mask_logits = self.network(values)
        outputs = SimpleNamespace(class_queries_logits=class_logits, masks_queries_logits=mask_logits)
        size = (picture.height, picture.width)
        return self.ade_indices[self.processor.post_process_semantic_segmentation(outputs, target_sizes=[size])[0].numpy()]


def masks_of(binary: Path, photo: Path, out: Path, way: str, model: Path) -> dict[str, np.ndarray]:
    """The four masks that the binary writes."""
    out.mkdir(parents=True, exist_ok=True)
    command = [binary, photo, "--debug-dir", out, "--post-processing", way, "--model", model, "--no-config", "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (folder,) = [path for path in out.iterdir() if path.is_dir()]
    return {name: np.asarray(Image.open(folder / f"{name}.png")) > 0 for name in MASKS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "measure-bench-rooms.onnx")
    parser.add_argument("--checkpoint", type=Path, help="the model's own checkpoint: torch computes the reference")
    arguments = parser.parse_args()
    reference = Reference(arguments.model, arguments.checkpoint)
    found = {"reference": [], "default": []}
    for index, path in enumerate(rendered(arguments.binary, arguments.out)):
        # The reference is given the photo upright: its image processor knows nothing of EXIF.
        wanted = reference.labels(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
        for way, scores in found.items():
            folder = arguments.out / "masks" / str(index) / way
            for name, mask in masks_of(arguments.binary, path, folder, way, arguments.model).items():
                own = np.isin(wanted, MASKS[name])
                if COVERED[0] <= own.mean() <= COVERED[1]:
                    scores.append(((own & mask).sum() / (own | mask).sum(), f"{path.parent.name}/{path.name} {name}"))
    for way, scores in found.items():
        values = np.array([iou for iou, _ in scores])
        worst = min(scores)
        print(
            f"{way}: {len(scores)} masks, IoU mean {values.mean():.2%}, median {np.median(values):.2%}, "
            f"lowest {worst[0]:.2%} ({worst[1]}), {np.mean(values >= LEAST_IOU):.0%} at {LEAST_IOU:.0%} or more"
        )
    # `bool`: for numpy's own, `sys.exit` prints them and ends with 1.
    sys.exit(bool(min(found["reference"])[0] < LEAST_IOU))


if __name__ == "__main__":
    main()
