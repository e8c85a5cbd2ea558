"""Makes transformers' Mask2Former traceable for every input size.

Three places of the pixel decoder and one position embedding turn a shape into a Python number while tracing, so that the
exported graph is right at the traced size only, silently. Each is replaced here by the same computation on traced shapes:

* reference points: `torch.linspace(.., height)` freezes the height (and makes ONNX Runtime fail on a double GridSample);
  `arange + 0.5` does not;
* the offset normaliser of deformable attention, which is built from Python integers;
* the sine position embedding, whose cache hands out the tensor of an earlier size.

Padding masks are left out: one picture, or a batch of pictures of one size, has no padding.
"""

from contextlib import contextmanager

import torch
import torch.nn.functional as F
from transformers.models.mask2former import modeling_mask2former as reference


def _as_tensor(extent) -> torch.Tensor:
    """A traced extent as a scalar float tensor that stays part of the graph; outside of tracing extents are integers."""
    return extent.to(torch.float32) if isinstance(extent, torch.Tensor) else torch.tensor(float(extent))


def _reference_points(spatial_shapes_list, valid_ratios, device) -> torch.Tensor:
    """Centres of all cells of all levels in [0, 1] x [0, 1]: [1, cells, levels, 2]."""
    points = []
    for height, width in spatial_shapes_list:
        y = (torch.arange(height, device=device, dtype=torch.float32) + 0.5) / _as_tensor(height)
        x = (torch.arange(width, device=device, dtype=torch.float32) + 0.5) / _as_tensor(width)
        grid_y, grid_x = torch.meshgrid(y, x, indexing="ij")
        points.append(torch.stack((grid_x.reshape(-1), grid_y.reshape(-1)), -1))
    levels = len(spatial_shapes_list)
    return torch.cat(points)[None, :, None, :].expand(1, -1, levels, 2)


def _deformable_attention(
    self,
    hidden_states,
    attention_mask=None,
    encoder_hidden_states=None,
    encoder_attention_mask=None,
    position_embeddings=None,
    reference_points=None,
    spatial_shapes_list=None,
    level_start_index=None,
    output_attentions=False,
):
    """Deformable attention without a padding mask; `reference_points` are centres of cells, in two coordinates."""
    batch, cells, _ = hidden_states.shape
    heads, levels, points = self.n_heads, self.n_levels, self.n_points
    queries = hidden_states + position_embeddings
    value = self.value_proj(encoder_hidden_states).view(batch, cells, heads, self.d_model // heads)
    offsets = self.sampling_offsets(queries).view(batch, cells, heads, levels, points, 2)
    weights = self.attention_weights(queries).view(batch, cells, heads, levels * points)
    weights = F.softmax(weights, -1).view(batch, cells, heads, levels, points)
    extents = torch.stack([torch.stack((_as_tensor(w), _as_tensor(h))) for h, w in spatial_shapes_list])
    locations = reference_points[:, :, None, :, None, :] + offsets / extents[None, None, None, :, None, :]
    output = reference.multi_scale_deformable_attention(value, spatial_shapes_list, locations, weights)
    return self.output_proj(output), weights


def _sine_position_embedding(self, shape, device, dtype, mask=None) -> torch.Tensor:
    """DETR's sine embedding, normalised to the picture: [batch, 2 * features, height, width]."""
    batch, _, height, width = shape
    scale = self.scale if self.normalize else 1.0
    index = torch.arange(self.num_position_features, device=device, dtype=torch.float32)
    period = self.temperature ** (2 * torch.floor(index / 2) / self.num_position_features)

    def encode(extent) -> torch.Tensor:
        position = torch.arange(extent, device=device, dtype=torch.float32) + 1.0
        if self.normalize:
            position = position / (_as_tensor(extent) + 1e-6) * scale
        angle = position[:, None] / period
        return torch.stack((angle[:, 0::2].sin(), angle[:, 1::2].cos()), 2).flatten(1)

    y = encode(height)[:, None, :].expand(-1, width, -1)
    x = encode(width)[None, :, :].expand(height, -1, -1)
    return torch.cat((y, x), 2).permute(2, 0, 1)[None].expand(batch, -1, -1, -1).to(dtype)


@contextmanager
def traceable_mask2former():
    """While active, Mask2Former models compute from traced shapes; the library is restored afterwards."""
    replacements = (
        (reference.Mask2FormerPixelDecoderEncoderOnly, "get_reference_points", staticmethod(_reference_points)),
        (
            reference.Mask2FormerPixelDecoderEncoderMultiscaleDeformableAttention,
            "forward",
            _deformable_attention,
        ),
        (reference.Mask2FormerSinePositionEmbedding, "forward", _sine_position_embedding),
    )
    originals = [(owner, name, owner.__dict__[name]) for owner, name, _ in replacements]
    for owner, name, replacement in replacements:
        setattr(owner, name, replacement)
    try:
        yield
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)
