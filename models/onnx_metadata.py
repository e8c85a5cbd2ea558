"""The custom metadata that lets an exported model explain itself; every value is JSON."""

import hashlib
import json
from pathlib import Path

from network import LABELS_FILE, SIZE_DIVISOR

ADE20K_CLASS_COUNT = 150


def read_labels(folder: Path, config) -> list[dict]:
    """Name and ADE20K index of every output of the checkpoint, in output order.

    A checkpoint with 150 labels numbers them as ADE20K does; one with a selection of them says which in labels.json.
    """
    own = folder / LABELS_FILE
    if own.exists():
        return json.loads(own.read_text())
    if config.num_labels != ADE20K_CLASS_COUNT:
        raise ValueError(
            f"{folder}: {config.num_labels} labels, expected ADE20K's {ADE20K_CLASS_COUNT}; "
            f"a checkpoint with other labels needs a {LABELS_FILE}: [{{\"name\": .., \"adeIndex\": ..}}, ..]"
        )
    return [{"name": config.id2label[index].strip(), "adeIndex": index} for index in range(ADE20K_CLASS_COUNT)]


def read_size_policy(preprocessor: dict) -> dict:
    """The checkpoint's own rule from picture size to input size; older files give a bare number and `max_size`."""
    divisor = preprocessor.get("size_divisor", preprocessor.get("size_divisibility", SIZE_DIVISOR))
    size = preprocessor.get("size", 800)
    if isinstance(size, int):
        size = {"shortest_edge": size, "longest_edge": preprocessor.get("max_size", 1333)}
    if "height" in size:
        return {"height": size["height"], "width": size["width"], "divisor": divisor}
    return {
        "shortestEdge": size["shortest_edge"],
        "longestEdge": size.get("longest_edge", preprocessor.get("max_size")),
        "divisor": divisor,
    }


def weights_hash(folder: Path) -> str:
    """SHA-256 over the folder's weight files, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.safetensors"), *folder.glob("pytorch_model*.bin")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_preprocessor(folder: Path) -> dict:
    """preprocessor_config.json of a checkpoint."""
    return json.loads((folder / "preprocessor_config.json").read_text())


def describe(folder: Path, config, preprocessor: dict, source: str, licence: str) -> dict:
    """All metadata of the contract but `precision` and `agreement`, which the exporter adds when it has measured them."""
    return {
        "labels": read_labels(folder, config),
        "mean": preprocessor["image_mean"],
        "std": preprocessor["image_std"],
        "rescale": preprocessor.get("rescale_factor", 1 / 255),
        "size": read_size_policy(preprocessor),
        "resample": "bilinear",
        "source": {"checkpoint": source, "sha256": weights_hash(folder)},
        "licence": licence,
    }


def attach(model, values: dict) -> None:
    """Sets the metadata of an ONNX model; earlier values of the same keys are replaced."""
    kept = [(p.key, p.value) for p in model.metadata_props if p.key not in values]
    del model.metadata_props[:]
    for key, value in [*kept, *((key, json.dumps(value)) for key, value in values.items())]:
        model.metadata_props.add(key=key, value=value)
