#!/usr/bin/env python3
"""Makes a trained checkpoint the bundled model: weights in half precision in models/checkpoint, the ONNX file, its checksum.

    python models/bundle.py --checkpoint bench-out/train/run-5000/checkpoint --photos bench-out/train/heldout-300-seed910000

The folder models/checkpoint is what the ONNX file is exported from, so that anyone can export it again or train on from it. All
three stay as they are where the export is refused.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from safetensors.torch import load_file, save_file

from export import export

MODELS = Path(__file__).parent
CHECKPOINT = MODELS / "checkpoint"
MODEL = MODELS / "measure-bench-rooms.onnx"
WEIGHTS = "model.safetensors"
SOURCE = "measure-bench rooms, trained on the project's own renders from a published EfficientNet-Lite0 backbone"


def halve(source: Path, target: Path) -> None:
    """Copies a checkpoint folder with its matrices in fp16; vectors (biases, normalisations and their statistics) stay fp32."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("*.json")):
        shutil.copyfile(path, target / path.name)
    weights = load_file(source / WEIGHTS)
    halved = {name: value.half() if value.is_floating_point() and value.dim() > 1 else value for name, value in weights.items()}
    save_file(halved, target / WEIGHTS, metadata={"format": "pt"})
    (target / WEIGHTS).chmod(0o644)  # it comes private


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder that train.py wrote")
    parser.add_argument("--photos", type=Path, required=True, help="renders on which the export is compared with torch")
    arguments = parser.parse_args()
    # In models/, so that its files move without a copy; and the checkpoint may be the bundled one itself.
    with tempfile.TemporaryDirectory(dir=MODELS) as scratch:
        checkpoint, model = Path(scratch) / CHECKPOINT.name, Path(scratch) / MODEL.name
        halve(arguments.checkpoint, checkpoint)
        agreement = export(str(checkpoint), model, "fp16", None, SOURCE, arguments.photos)
        CHECKPOINT.mkdir(exist_ok=True)
        for path in sorted(checkpoint.iterdir()):
            path.replace(CHECKPOINT / path.name)
        model.replace(MODEL)
        model.with_name(f"{MODEL.name}.sha256").replace(MODELS / "SHA256SUMS")
    print(f"{MODEL}: {MODEL.stat().st_size} bytes, {agreement.as_metadata()}")


if __name__ == "__main__":
    main()
