"""The bundled network: a small Mask2Former, and the folder form in which it is kept.

A checkpoint folder has the layout of the published ones (config.json, preprocessor_config.json, model.safetensors) and
two files more: labels.json, because its labels are a selection of ADE20K's, and training.json, how it was trained.
"""

import json
from pathlib import Path

import torch
from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation

from backbone import IMAGE_MEAN, IMAGE_STD, backbone_config, load_published
from classes import ROOM_CLASSES, label_records

SIZE_DIVISOR = 32
"""Sides are multiples of the backbone's largest stride."""
LABELS_FILE = "labels.json"
PROVENANCE_FILE = "training.json"
LICENCE = "MIT AND Apache-2.0"
"""Of trained weights: the backbone began as published ones, see NOTICE; the rest is ours."""


def room_config() -> Mask2FormerConfig:
    """Configuration of the bundled network.

    3.7 million parameters, 3.0 of them in the backbone: in half precision they fit the nine megabytes of the bundled file.
    One query a class: training pairs query i with class i, see loss.py.
    """
    return Mask2FormerConfig(
        backbone_config=backbone_config(),
        feature_size=96,
        mask_feature_size=96,
        hidden_dim=96,
        encoder_feedforward_dim=384,
        dim_feedforward=384,
        encoder_layers=1,
        decoder_layers=4,
        num_attention_heads=4,
        num_queries=len(ROOM_CLASSES),
        id2label={index: room_class.name for index, room_class in enumerate(ROOM_CLASSES)},
        label2id={room_class.name: index for index, room_class in enumerate(ROOM_CLASSES)},
    )


def build_network() -> Mask2FormerForUniversalSegmentation:
    """The bundled network before its training: a published backbone, and random weights from there on."""
    network = Mask2FormerForUniversalSegmentation(room_config())
    load_published(network)
    return network


def load_network(folder: Path) -> Mask2FormerForUniversalSegmentation:
    """The network of a checkpoint folder, computing in fp32 whatever its weights are stored in."""
    return Mask2FormerForUniversalSegmentation.from_pretrained(folder, local_files_only=True, dtype=torch.float32)


def preprocessor_config(
    shortest_edge: int,
    longest_edge: int,
    mean: tuple[float, float, float] = IMAGE_MEAN,
    std: tuple[float, float, float] = IMAGE_STD,
) -> dict:
    """preprocessor_config.json in the published form: how a picture becomes `pixel_values`."""
    return {
        "image_processor_type": "Mask2FormerImageProcessor",
        "do_resize": True,
        "size": {"shortest_edge": shortest_edge, "longest_edge": longest_edge},
        "size_divisor": SIZE_DIVISOR,
        "resample": 2,  # PIL's bilinear
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": list(mean),
        "image_std": list(std),
        "ignore_index": 255,
        "do_reduce_labels": False,
    }


def save_checkpoint(
    network: Mask2FormerForUniversalSegmentation, folder: Path, size: tuple[int, int], provenance: dict
) -> None:
    """Writes a checkpoint folder; `size` is (shortest edge, longest edge), `provenance` is kept with the licence."""
    folder.mkdir(parents=True, exist_ok=True)
    network.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor_config(*size), indent=2) + "\n")
    (folder / LABELS_FILE).write_text(json.dumps(label_records(), indent=2) + "\n")
    (folder / PROVENANCE_FILE).write_text(json.dumps({"licence": LICENCE, **provenance}, indent=2) + "\n")


def read_provenance(folder: Path) -> dict:
    """How a checkpoint of ours was trained, and its licence; nothing for others."""
    path = folder / PROVENANCE_FILE
    return json.loads(path.read_text()) if path.exists() else {}
