"""Makes transformers' Mask2Former traceable for every input size, and its graph cheap to run.

The published implementation turns shapes into Python numbers at several places, so that an exported graph is right at the
traced size only, silently; and it computes much that inference does not need. While `traceable_mask2former` is active, the
forward functions below compute the same from traced shapes. `export_pixel_decoder`, `export_query_decoder` and `export_swin`
tell what each one saves. Padding masks are left out everywhere: one picture, or a batch of pictures of one size, has no
padding. The exporter compares every file with the untouched network before it accepts it.
"""

from contextlib import contextmanager

import torch
from torch import nn
from transformers.models.mask2former import modeling_mask2former as mask2former
from transformers.models.swin import modeling_swin as swin

import export_pixel_decoder
import export_query_decoder
import export_swin


def _linear(self, values: torch.Tensor) -> torch.Tensor:
    """A linear layer on a matrix: ONNX Runtime has one kernel for product and bias only where both are of rank two."""
    if values.dim() == 2:
        return nn.functional.linear(values, self.weight, self.bias)
    flat = nn.functional.linear(values.reshape(-1, self.in_features), self.weight, self.bias)
    return flat.view(*values.shape[:-1], self.out_features)


REPLACEMENTS = (
    (nn.Linear, "forward", _linear),
    (mask2former.Mask2FormerSinePositionEmbedding, "forward", export_pixel_decoder.sine_position_embedding),
    (mask2former.Mask2FormerPixelDecoder, "forward", export_pixel_decoder.pixel_decoder),
    (mask2former.Mask2FormerPixelDecoderEncoderLayer, "forward", export_pixel_decoder.encoder_layer),
    (mask2former.Mask2FormerTransformerModule, "forward", export_query_decoder.transformer_module),
    (swin.SwinStage, "forward", export_swin.stage),
)


@contextmanager
def traceable_mask2former():
    """While active, Mask2Former models compute from traced shapes; the library is restored afterwards."""
    originals = [(owner, name, owner.__dict__[name]) for owner, name, _ in REPLACEMENTS]
    for owner, name, replacement in REPLACEMENTS:
        setattr(owner, name, replacement)
    try:
        yield
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)
