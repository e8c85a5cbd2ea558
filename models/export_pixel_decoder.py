"""The pixel decoder as it is exported: multi-scale deformable attention over three levels, then the finest features.

Against the published implementation, with the same results but for rounding:

* shapes stay traced: reference points from `arange` (`linspace` freezes its length), and extents as tensors;
* sampling offsets are scaled to the grid's [-1, 1] in the weights of their projection, not in every offset;
* every level is sampled, weighted and summed by itself, points before cells, so that the sum runs over long rows and no
  tensor of all levels' samples is ever put together;
* the projection of the finest features to mask features is left to the query decoder, which can fold it into the queries.
"""

from types import SimpleNamespace

import torch
from torch import nn


def extent_tensor(extent) -> torch.Tensor:
    """A traced extent as a scalar float tensor that stays part of the graph; outside of tracing extents are integers."""
    return extent.to(torch.float32) if isinstance(extent, torch.Tensor) else torch.tensor(float(extent))


def sine_position_embedding(self, shape, device, dtype, mask=None) -> torch.Tensor:
    """DETR's sine embedding, normalised to the picture: [1, 2 * features, height, width]."""
    _, _, height, width = shape
    scale = self.scale if self.normalize else 1.0
    index = torch.arange(self.num_position_features, device=device, dtype=torch.float32)
    period = self.temperature ** (2 * torch.floor(index / 2) / self.num_position_features)

    def encode(extent) -> torch.Tensor:
        position = torch.arange(extent, device=device, dtype=torch.float32) + 1.0
        if self.normalize:
            position = position / (extent_tensor(extent) + 1e-6) * scale
        angle = position[:, None] / period
        return torch.stack((angle[:, 0::2].sin(), angle[:, 1::2].cos()), 2).flatten(1)

    y = encode(height)[:, None, :].expand(-1, width, -1)
    x = encode(width)[None, :, :].expand(height, -1, -1)
    return torch.cat((y, x), 2).permute(2, 0, 1)[None].to(dtype)


def _cell_centres(shapes) -> torch.Tensor:
    """Centres of all cells of all levels, x and y in the sampling grid's [-1, 1]: [cells, 2]."""
    centres = []
    for height, width in shapes:
        y = (torch.arange(height, dtype=torch.float32) + 0.5) * (2.0 / extent_tensor(height)) - 1.0
        x = (torch.arange(width, dtype=torch.float32) + 0.5) * (2.0 / extent_tensor(width)) - 1.0
        grid_y, grid_x = torch.meshgrid(y, x, indexing="ij")
        centres.append(torch.stack((grid_x.reshape(-1), grid_y.reshape(-1)), -1))
    return torch.cat(centres)


def _cell_sizes(shapes) -> torch.Tensor:
    """Width and height of a cell of each level, in the sampling grid's [-1, 1]: [levels, 2]."""
    sizes = [torch.stack((2.0 / extent_tensor(width), 2.0 / extent_tensor(height))) for height, width in shapes]
    return torch.stack(sizes)


def _level_first(weight: torch.Tensor, heads: int, levels: int, rest: int) -> torch.Tensor:
    """The rows of a projection, which are sorted by head, level, point, sorted by level first."""
    return weight.view(heads, levels, rest, -1).transpose(0, 1).reshape(levels * heads * rest, -1)


def _deformable_attention(attention, hidden_states, positions, centres, sizes, shapes) -> torch.Tensor:
    """Deformable attention of all cells to all levels: [batch, cells, channels]."""
    batch, cells, channels = hidden_states.shape
    heads, levels, points = attention.n_heads, attention.n_levels, attention.n_points
    queries = (hidden_states + positions).reshape(-1, channels)

    rows = (levels, heads, points, 2)
    scale = sizes[:, None, None, :].expand(rows).reshape(-1, 1)
    projection = attention.sampling_offsets
    offset_weight = _level_first(projection.weight, heads, levels, points * 2) * scale
    offset_bias = _level_first(projection.bias[:, None], heads, levels, points * 2) * scale
    offsets = nn.functional.linear(queries, offset_weight, offset_bias.view(-1))
    # [batch, cells, level, head, point, 2] -> [level, batch, head, point, cells, 2]
    offsets = offsets.view(batch, cells, *rows).permute(2, 0, 3, 4, 1, 5)
    grids = (offsets + centres).reshape(levels, batch * heads, points, cells, 2)

    weights = attention.attention_weights(queries).view(batch, cells, heads, levels * points).softmax(-1)
    weights = weights.view(batch, cells, heads, levels, points).permute(3, 0, 2, 4, 1)
    weights = weights.reshape(levels, batch * heads, 1, points, cells)

    values = attention.value_proj(hidden_states).transpose(1, 2).reshape(batch * heads, channels // heads, cells)
    total, start = None, 0
    for level, (height, width) in enumerate(shapes):
        plane = values[:, :, start : start + height * width].reshape(batch * heads, channels // heads, height, width)
        sampled = nn.functional.grid_sample(
            plane, grids[level], mode="bilinear", padding_mode="zeros", align_corners=False
        )
        part = (sampled * weights[level]).sum(2)
        total = part if total is None else total + part
        start = start + height * width
    return attention.output_proj(total.reshape(batch, channels, cells).transpose(1, 2))


def encoder_layer(self, hidden_states, positions, centres, sizes, shapes) -> torch.Tensor:
    """Attention and two linear layers, each with its residual and a norm after it."""
    attended = _deformable_attention(self.self_attn, hidden_states, positions, centres, sizes, shapes)
    hidden_states = self.self_attn_layer_norm(hidden_states + attended)
    return self.final_layer_norm(hidden_states + self.fc2(self.activation_fn(self.fc1(hidden_states))))


def pixel_decoder(self, features, **_) -> SimpleNamespace:
    """Backbone features to three levels of features and the finest ones, not yet projected to mask features."""
    coarse_first = features[::-1][: self.num_feature_levels]
    inputs = [projection(x) for projection, x in zip(self.input_projections, coarse_first)]
    shapes = [(x.shape[2], x.shape[3]) for x in inputs]
    positions = [
        self.position_embedding(x.shape, x.device, x.dtype).flatten(2).transpose(1, 2) + self.level_embed[level]
        for level, x in enumerate(inputs)
    ]
    positions = torch.cat(positions, 1)
    hidden_states = torch.cat([x.flatten(2).transpose(1, 2) for x in inputs], 1)
    centres, sizes = _cell_centres(shapes), _cell_sizes(shapes)
    for layer in self.encoder.layers:
        hidden_states = layer(hidden_states, positions, centres, sizes, shapes)

    by_channel = hidden_states.transpose(1, 2)
    levels, start = [], 0
    for height, width in shapes:
        plane = by_channel[:, :, start : start + height * width]
        levels.append(plane.reshape(plane.shape[0], -1, height, width))
        start = start + height * width
    finest = levels[-1]
    for index, feature in enumerate(features[: self.num_fpn_levels][::-1]):
        lateral = self.lateral_convolutions[index](feature)
        coarser = nn.functional.interpolate(finest, size=lateral.shape[-2:], mode="bilinear", align_corners=False)
        finest = self.output_convolutions[index](lateral + coarser)
    return SimpleNamespace(
        mask_features=(self.mask_projection, finest), multi_scale_features=tuple(levels), attentions=None
    )
