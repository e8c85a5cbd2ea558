#!/usr/bin/env python3
"""Records what transformers makes of a few pictures with the bundled model, for the parity tests.

    python tests/parity/record_reference.py

The image processor and the semantic post-processing (with its 384 x 384 intermediate) are those of transformers; the network
between them is the exported file itself, run by ONNX Runtime, whose agreement with torch the exporter has measured. Pictures
are every .png of `cases/` that is not itself a recording; README.md beside this script tells the form of what is written.
"""

import argparse
import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import torch
from PIL import Image
from transformers.models.mask2former.image_processing_pil_mask2former import Mask2FormerImageProcessorPil

HERE = Path(__file__).parent
LABELS_SUFFIX = ".labels.png"


def image_processor(metadata: dict) -> Mask2FormerImageProcessorPil:
    """The reference's processor, set up by what the model's metadata says."""
    size = metadata["size"]
    if "height" in size:
        edges = {"height": size["height"], "width": size["width"]}
    else:
        edges = {"shortest_edge": size["shortestEdge"], "longest_edge": size["longestEdge"]}
    return Mask2FormerImageProcessorPil(
        size=edges,
        size_divisor=size["divisor"],
        rescale_factor=metadata["rescale"],
        image_mean=metadata["mean"],
        image_std=metadata["std"],
    )


def record(picture_path: Path, session, processor, ade_indices: np.ndarray) -> dict:
    """Writes the reference's label map of one picture and returns its entry of cases.json."""
    picture = Image.open(picture_path).convert("RGB")
    values = processor(picture, return_tensors="pt")["pixel_values"]
    class_logits, mask_logits = session.run(
        ["class_queries_logits", "masks_queries_logits"], {"pixel_values": values.numpy()}
    )
    outputs = SimpleNamespace(
        class_queries_logits=torch.from_numpy(class_logits), masks_queries_logits=torch.from_numpy(mask_logits)
    )
    target = (picture.height, picture.width)
    segmentation = processor.post_process_semantic_segmentation(outputs, target_sizes=[target])[0]
    labels_path = picture_path.with_name(picture_path.stem + LABELS_SUFFIX)
    Image.fromarray(ade_indices[segmentation.numpy()]).save(labels_path, optimize=True)
    return {
        "picture": picture_path.name,
        "labels": labels_path.name,
        "inputHeight": values.shape[2],
        "inputWidth": values.shape[3],
        "inputMean": round(float(values.mean()), 5),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=HERE.parents[1] / "models" / "measure-bench-rooms.onnx")
    parser.add_argument("--cases", type=Path, default=HERE / "cases")
    arguments = parser.parse_args()
    session = onnxruntime.InferenceSession(arguments.model, providers=["CPUExecutionProvider"])
    metadata = {key: json.loads(value) for key, value in session.get_modelmeta().custom_metadata_map.items()}
    ade_indices = np.array([label["adeIndex"] for label in metadata["labels"]], np.uint8)
    processor = image_processor(metadata)
    pictures = sorted(p for p in arguments.cases.glob("*.png") if not p.name.endswith(LABELS_SUFFIX))
    cases = {
        "modelSha256": hashlib.sha256(arguments.model.read_bytes()).hexdigest(),
        "cases": [record(path, session, processor, ade_indices) for path in pictures],
    }
    (arguments.cases / "cases.json").write_text(json.dumps(cases, indent=2) + "\n")
    print(f"{len(pictures)} cases recorded in {arguments.cases}")


if __name__ == "__main__":
    main()
