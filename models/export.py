#!/usr/bin/env python3
"""Exports a Mask2Former checkpoint to one ONNX file for all input sizes.

The file holds everything that inference needs to know: labels with their ADE20K indices, normalisation, size policy, source
and licence, precision, and the agreement with torch that was measured before the file was accepted.

    python models/export.py --checkpoint facebook/mask2former-swin-tiny-ade-semantic
    python models/export.py --checkpoint path/to/folder --output models/my-model.onnx --precision fp16
"""

import argparse
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from PIL import Image
from transformers import Mask2FormerForUniversalSegmentation

from export_patch import traceable_mask2former
from onnx_metadata import attach, describe
from precision import halve_weights, quantize_products
from verify import Agreement, compare

OPSET = 17
TRACED_SIZE = (160, 352)
"""A size at which every stage that can need padding to whole windows of 7, 8 or 12 does: Swin crops the padding off again
under a Python condition, which the tracer freezes, and the crop is harmless where there is nothing to crop."""
VERIFIED_SIZES = ((192, 256), (256, 192), (256, 256), (224, 384), (384, 288), (384, 512))
"""Heights and widths at which the exported file is compared with torch; none is the traced one."""
LEAST_AGREEMENT = {"fp32": 0.999, "fp16": 0.995, "int8": 0.95}
"""Share of equal labels below which an export is refused, by precision."""


class Outputs(torch.nn.Module):
    """The network with a tensor in and the contract's two tensors out."""

    def __init__(self, network: Mask2FormerForUniversalSegmentation):
        super().__init__()
        self.network = network

    def forward(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        outputs = self.network(pixel_values=pixel_values, output_auxiliary_logits=False)
        return outputs.class_queries_logits, outputs.masks_queries_logits


def checkpoint_folder(checkpoint: str) -> Path:
    """The folder of the checkpoint: as given, or fetched from the hub by name."""
    folder = Path(checkpoint)
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(checkpoint, allow_patterns=["*.json", "*.safetensors", "pytorch_model*.bin"]))


def trace(network: Mask2FormerForUniversalSegmentation, target: Path) -> None:
    """Writes the fp32 graph with dynamic batch, height and width."""
    axes = {0: "batch", 2: "height", 3: "width"}
    with traceable_mask2former(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every shape check inside the library
        torch.onnx.export(
            Outputs(network).eval(),
            (torch.zeros(1, 3, *TRACED_SIZE),),
            str(target),
            dynamo=False,
            opset_version=OPSET,
            input_names=["pixel_values"],
            output_names=["class_queries_logits", "masks_queries_logits"],
            dynamic_axes={
                "pixel_values": axes,
                "class_queries_logits": {0: "batch"},
                "masks_queries_logits": {0: "batch", 2: "mask_height", 3: "mask_width"},
            },
        )


def probe_pictures(folder: Path | None, metadata: dict) -> list[np.ndarray]:
    """Normalised inputs at every verified size: photos of `folder` where given, else smooth random colour fields."""
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in {".jpg", ".png"}) if folder else []
    random = np.random.default_rng(0)
    mean, std = np.array(metadata["mean"], np.float32), np.array(metadata["std"], np.float32)
    pictures = []
    for index, (height, width) in enumerate(VERIFIED_SIZES):
        if paths:
            picture = Image.open(paths[index * len(paths) // len(VERIFIED_SIZES)]).convert("RGB")
        else:
            picture = Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)
        values = (np.asarray(picture, np.float32) * np.float32(metadata["rescale"]) - mean) / std
        pictures.append(np.ascontiguousarray(values.transpose(2, 0, 1)[None]))
    return pictures


def write_precision(precision: str, traced: Path, target: Path) -> None:
    """Writes the traced graph in the wanted precision."""
    if precision == "int8":
        quantize_products(traced, target)
        return
    model = onnx.load(traced)
    if precision == "fp16":
        halve_weights(model)
    onnx.save(model, target)


def export(checkpoint: str, target: Path, precision: str, licence: str, source: str | None, photos: Path | None) -> Agreement:
    """Exports, verifies and writes `target`; a file that disagrees with torch is not written."""
    folder = checkpoint_folder(checkpoint)
    network = Mask2FormerForUniversalSegmentation.from_pretrained(folder, local_files_only=True).eval()
    metadata = describe(folder, network.config, source or checkpoint, licence)
    with tempfile.TemporaryDirectory() as scratch:
        traced, small = Path(scratch) / "traced.onnx", Path(scratch) / "precision.onnx"
        trace(network, traced)
        write_precision(precision, traced, small)
        session = onnxruntime.InferenceSession(small, providers=["CPUExecutionProvider"])
        agreement = compare(network, session, probe_pictures(photos, metadata))
        if agreement.argmax < LEAST_AGREEMENT[precision]:
            raise SystemExit(f"{checkpoint}: refused, only {agreement.argmax:.2%} of labels agree with torch")
        model = onnx.load(small)
        attach(model, metadata | {"precision": precision, "agreement": agreement.as_metadata()})
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        onnx.save(model, partial)
        partial.replace(target)
    return agreement


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True, help="name on the hub, or folder with config and weights")
    parser.add_argument("--output", type=Path, help="file to write (default: models/NAME-PRECISION.onnx)")
    parser.add_argument("--precision", choices=["fp32", "fp16", "int8"], default="fp32")
    parser.add_argument("--licence", default="see the checkpoint's own page", help="licence of the weights")
    parser.add_argument("--source", help="name of the weights' origin for the metadata (default: the checkpoint)")
    parser.add_argument("--photos", type=Path, help="folder of pictures to measure the agreement on")
    arguments = parser.parse_args()
    name = Path(arguments.checkpoint).name
    target = arguments.output or Path(__file__).parent / f"{name}-{arguments.precision}.onnx"
    agreement = export(
        arguments.checkpoint, target, arguments.precision, arguments.licence, arguments.source, arguments.photos
    )
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, {arguments.precision}, {agreement.as_metadata()}")


if __name__ == "__main__":
    main()
