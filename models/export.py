#!/usr/bin/env python3
"""Exports a Mask2Former checkpoint to one ONNX file for all input sizes.

The file holds everything that inference needs to know: labels with their ADE20K indices, normalisation, size policy, source
and licence, precision, and the agreement with torch that was measured before the file was accepted.

    python models/export.py --checkpoint facebook/mask2former-swin-tiny-ade-semantic
    python models/export.py --checkpoint path/to/folder --output models/my-model.onnx --precision fp16

Precisions: fp32; fp16 stores halved weights and computes in fp32; fp16-gpu computes in fp16 too, which CPUs do slowly; int8
multiplies in 8 bits in the backbone and the pixel decoder, calibrated on the pictures of --photos.
"""

import argparse
import hashlib
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from transformers import Mask2FormerForUniversalSegmentation

from export_patch import traceable_mask2former
from network import load_network, read_provenance
from onnx_metadata import attach, describe, read_preprocessor
from pictures import normalised, photos
from precision import compute_in_half, halve_weights, quantize_products
from verify import Agreement, compare

OPSET = 17
TRACED_SIZE = (160, 352)
"""Sides that no window of 7, 8 or 12 divides evenly at any stage, so that nothing about padding is left out of the trace."""
VERIFIED_SIZES = ((192, 256), (256, 192), (256, 256), (224, 384), (384, 288), (384, 512))
"""Heights and widths at which the exported file is compared with torch; none is the traced one."""
CALIBRATED_SIZES = ((256, 352), (352, 256)) * 4
"""Heights and widths of the pictures on which the ranges of 8-bit activations are measured."""
LEAST_SIGNS = {"fp32": 0.999, "fp16": 0.995, "fp16-gpu": 0.99, "int8": 0.985}
"""Share of equal mask signs below which an export is refused, by precision."""
LEAST_LABELS = {"fp32": 0.999, "fp16": 0.995, "fp16-gpu": 0.99, "int8": 0.95}
"""Share of equal labels below which an export is refused, by precision."""
UNKNOWN_LICENCE = "see the checkpoint's own page"
PICTURES = Path(__file__).resolve().parents[1] / "fixtures"
"""Rendered rooms, to calibrate and to compare on where no others are named."""


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

    try:
        return Path(snapshot_download(checkpoint, allow_patterns=["*.json", "*.safetensors", "pytorch_model*.bin"]))
    except Exception as error:  # Of its own and of its HTTP library's kinds: no such name, no access, no network.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise SystemExit(f"{checkpoint}: no such folder here, and the hub does not give it by this name: {reason}") from None


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


def write_precision(precision: str, traced: Path, target: Path, pictures: list[np.ndarray]) -> None:
    """Writes the traced graph in the wanted precision; 8-bit ranges are those on `pictures`."""
    if precision == "int8":
        quantize_products(traced, target, pictures)
        return
    model = onnx.load(traced)
    if precision == "fp16":
        halve_weights(model)
    elif precision == "fp16-gpu":
        model = compute_in_half(model)
    onnx.save(model, target)


def session_options(precision: str) -> onnxruntime.SessionOptions:
    """How the written graph is run for the comparison: as the program runs it, but for fp16 computation.

    On a processor, fp16 is converted to and fro around most operators, and ONNX Runtime 1.32 crashes (in native code) while it
    fuses what comes of that; the fusions serve speed alone.
    """
    options = onnxruntime.SessionOptions()
    if precision == "fp16-gpu":
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return options


def export(
    checkpoint: str, target: Path, precision: str, licence: str | None, source: str | None, folder_of_pictures: Path
) -> Agreement:
    """Exports, verifies and writes `target`; a file that disagrees with torch is not written."""
    folder = checkpoint_folder(checkpoint)
    licence = licence or read_provenance(folder).get("licence", UNKNOWN_LICENCE)
    network = load_network(folder).eval()
    preprocessor = read_preprocessor(folder)
    metadata = describe(folder, network.config, preprocessor, source or checkpoint, licence)
    paths = photos(folder_of_pictures)
    # What 8 bits were fitted to says little of how well they fit.
    calibrating, comparing = (paths[::2], paths[1::2]) if len(paths) > 1 else (paths, paths)
    with tempfile.TemporaryDirectory() as scratch:
        traced, small = Path(scratch) / "traced.onnx", Path(scratch) / "precision.onnx"
        trace(network, traced)
        write_precision(precision, traced, small, normalised(calibrating, list(CALIBRATED_SIZES), preprocessor))
        session = onnxruntime.InferenceSession(small, session_options(precision), providers=["CPUExecutionProvider"])
        agreement = compare(network, session, normalised(comparing, list(VERIFIED_SIZES), preprocessor))
        if agreement.argmax < LEAST_LABELS[precision] or agreement.mask_signs < LEAST_SIGNS[precision]:
            raise SystemExit(
                f"{checkpoint}: refused, only {agreement.argmax:.2%} of labels and {agreement.mask_signs:.2%} of mask signs "
                f"agree with torch, and {precision} needs {LEAST_LABELS[precision]:.1%} and {LEAST_SIGNS[precision]:.1%}"
            )
        model = onnx.load(small)
        attach(model, metadata | {"precision": precision, "agreement": agreement.as_metadata()})
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        onnx.save(model, partial)
        partial.replace(target)
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        target.with_name(f"{target.name}.sha256").write_text(f"{digest}  {target.name}\n")
    return agreement


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True, help="name on the hub, or folder with config and weights")
    parser.add_argument("--output", type=Path, help="file to write (default: models/NAME-PRECISION.onnx)")
    parser.add_argument("--precision", choices=list(LEAST_SIGNS), default="fp32")
    parser.add_argument("--licence", help="licence of the weights (default: what the checkpoint's training wrote)")
    parser.add_argument("--source", help="name of the weights' origin for the metadata (default: the checkpoint)")
    parser.add_argument(
        "--photos", type=Path, default=PICTURES, help="folder of pictures to calibrate and to compare on (default: fixtures)"
    )
    arguments = parser.parse_args()
    name = Path(arguments.checkpoint).name
    target = arguments.output or Path(__file__).parent / f"{name}-{arguments.precision}.onnx"
    agreement = export(
        arguments.checkpoint, target, arguments.precision, arguments.licence, arguments.source, arguments.photos
    )
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, {arguments.precision}, {agreement.as_metadata()}")


if __name__ == "__main__":
    main()
