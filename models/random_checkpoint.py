#!/usr/bin/env python3
"""Writes a checkpoint folder in the published form, of a published architecture, with random weights.

Where the published weights cannot be fetched, such a folder stands in for them: the exporter, its speed and the cost of its
precisions can be tried on it. The two heads are centred and scaled on a few pictures, so that masks cross zero as a trained
network's do. Queries still say much the same of every pixel: the signs of masks tell more of such a network than its labels.

    python models/random_checkpoint.py tiny out/mask2former-swin-tiny-ade-semantic
"""

import argparse
import json
from pathlib import Path

import torch
from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, SwinConfig

from network import preprocessor_config
from pictures import normalised, photos

ROOT = Path(__file__).resolve().parents[1]
CLASSES = 150
ARCHITECTURES = {
    # embedding, depths, heads, window: facebook/mask2former-swin-{name}-ade-semantic
    "tiny": (96, [2, 2, 6, 2], [3, 6, 12, 24], 7),
    "small": (96, [2, 2, 18, 2], [3, 6, 12, 24], 7),
    "base": (128, [2, 2, 18, 2], [4, 8, 16, 32], 12),
    "large": (192, [2, 2, 18, 2], [6, 12, 24, 48], 12),
}
SIZES = {"tiny": (512, 2048), "small": (512, 2048), "base": (640, 2560), "large": (640, 2560)}
"""Shortest and longest edge."""
IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
"""The published checkpoints' normalisation."""
CLASS_LOGIT_STD = 8.0
MASK_LOGIT_STD = 5.0
PROBE_SIZE = (192, 256)


def build(name: str, seed: int) -> Mask2FormerForUniversalSegmentation:
    """The architecture with random weights, and heads whose outputs have a trained network's spread."""
    torch.manual_seed(seed)
    embedding, depths, heads, window = ARCHITECTURES[name]
    backbone = SwinConfig(
        embed_dim=embedding,
        depths=depths,
        num_heads=heads,
        window_size=window,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    network = Mask2FormerForUniversalSegmentation(Mask2FormerConfig(backbone_config=backbone, num_labels=CLASSES))
    spread_heads(network.eval())
    return network


@torch.no_grad()
def spread_heads(network: Mask2FormerForUniversalSegmentation) -> None:
    """Centres and scales what the heads put out over a few pictures."""
    pictures = normalised(photos(ROOT / "fixtures")[:4], [PROBE_SIZE] * 4, preprocessor_config(512, 2048, **IMAGENET))
    projection = network.model.pixel_level_module.decoder.mask_projection
    outputs = [network(pixel_values=torch.from_numpy(picture), output_hidden_states=True) for picture in pictures]
    projection.bias -= torch.cat([output.pixel_decoder_last_hidden_state for output in outputs]).mean((0, 2, 3))
    outputs = [network(pixel_values=torch.from_numpy(picture)) for picture in pictures]
    scale = MASK_LOGIT_STD / torch.cat([output.masks_queries_logits for output in outputs]).std()
    projection.weight *= scale
    projection.bias *= scale
    logits = torch.cat([output.class_queries_logits for output in outputs])
    head = network.class_predictor
    scale = CLASS_LOGIT_STD / (logits - logits.mean((0, 1))).std()
    head.weight *= scale
    head.bias.copy_((head.bias - logits.mean((0, 1))) * scale)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("architecture", choices=sorted(ARCHITECTURES))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    network = build(arguments.architecture, arguments.seed)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    network.save_pretrained(arguments.folder)
    preprocessor = preprocessor_config(*SIZES[arguments.architecture], **IMAGENET)
    (arguments.folder / "preprocessor_config.json").write_text(json.dumps(preprocessor, indent=2) + "\n")
    parameters = sum(weight.numel() for weight in network.parameters())
    print(f"{arguments.folder}: {parameters / 1e6:.1f} million parameters")


if __name__ == "__main__":
    main()
