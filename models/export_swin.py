"""The Swin backbone's windowed attention as it is exported.

Against the published implementation, with the same results but for rounding:

* padding, cyclic shift and the cut into windows are one gathering of rows by an index, and putting windows back is another,
  instead of some six copies each way;
* queries, keys and values come from one product;
* the position bias is a constant, and the mask of shifted windows is computed once a stage.
"""

import torch
from torch import nn


def _window_rows(block, height, width) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """For every slot of every window the row that belongs into it; for every row its slot; and the shifted windows' mask.

    A slot outside of the picture takes row height * width, which holds zeros. The mask is [windows, 1, slots, slots].
    """
    window, shift = block.window_size, block.shift_size
    padded_height = (height + window - 1) // window * window
    padded_width = (width + window - 1) // window * window
    across = padded_width // window

    def slots(extent) -> torch.Tensor:
        return torch.arange(extent).view(-1, window)

    shifted_y, shifted_x = slots(padded_height), slots(padded_width)
    y, x = (shifted_y + shift) % padded_height, (shifted_x + shift) % padded_width
    # [window row, window column, row inside, column inside]
    rows = y[:, None, :, None] * width + x[None, :, None, :]
    inside = (y < height)[:, None, :, None] & (x < width)[None, :, None, :]
    rows = torch.where(inside, rows, height * width + torch.zeros_like(rows)).reshape(-1)

    own_y = (torch.arange(height) - shift + padded_height) % padded_height
    own_x = (torch.arange(width) - shift + padded_width) % padded_width
    places = (own_y // window * across)[:, None] + (own_x // window)[None, :]
    places = places * (window * window) + (own_y % window * window)[:, None] + (own_x % window)[None, :]

    mask = None
    if shift > 0:
        # Three regions along each axis; a slot attends to its own region alone.
        def region(slot, extent) -> torch.Tensor:
            return (slot >= extent - window).float() + (slot >= extent - shift).float()

        regions = region(shifted_y, padded_height)[:, None, :, None] * 3 + region(shifted_x, padded_width)[None, :, None, :]
        regions = regions.reshape(-1, window * window)
        apart = regions[:, :, None] != regions[:, None, :]
        mask = torch.where(apart, torch.tensor(-100.0), torch.tensor(0.0))[:, None]
    return rows, places.reshape(-1), mask


def stage(self, hidden_states, input_dimensions, output_hidden_states_before_downsampling=False, **_):
    """The blocks of one resolution, every second one with shifted windows, and the merging of patches after them."""
    height, width = input_dimensions
    cuts = {block.shift_size: _window_rows(block, height, width) for block in self.blocks}
    for block in self.blocks:
        hidden_states = _block(block, hidden_states, *cuts[block.shift_size])
    before = hidden_states
    if self.downsample is not None:
        hidden_states = self.downsample(before, input_dimensions)
    features = self.get_reshaped_hidden_states(
        hidden_states, before, height, width, output_hidden_states_before_downsampling
    )
    return hidden_states, features, None


def _block(block, hidden_states, rows, places, mask) -> torch.Tensor:
    """Windowed attention and two linear layers, each with a norm before it and its residual."""
    batch, _, channels = hidden_states.shape
    normed = block.layernorm_before(hidden_states)
    normed = torch.cat((normed, torch.zeros(1, 1, channels).expand(batch, -1, -1)), 1)
    windows = normed.index_select(1, rows).reshape(-1, block.window_size * block.window_size, channels)
    attended = _attention(block.attention, windows, mask, batch).reshape(batch, -1, channels)
    hidden_states = hidden_states + attended.index_select(1, places)
    return hidden_states + block.mlp(block.layernorm_after(hidden_states))


def _attention(attention, hidden_states, mask, batch) -> torch.Tensor:
    """Attention inside windows, [batch * windows, slots, channels]."""
    windows, slots, channels = hidden_states.shape
    heads = attention.num_attention_heads
    projections = (attention.q_proj, attention.k_proj, attention.v_proj)
    scales = (attention.scaling, 1.0, 1.0)
    weight = torch.cat([p.weight * scale for p, scale in zip(projections, scales)])
    bias = torch.cat([p.bias * scale for p, scale in zip(projections, scales)]) if attention.q_proj.bias is not None else None
    joined = nn.functional.linear(hidden_states.reshape(-1, channels), weight, bias)
    query, key, value = joined.view(windows, slots, 3, heads, channels // heads).permute(2, 0, 3, 1, 4).unbind(0)
    scores = query @ key.transpose(2, 3) + attention.relative_position_bias()
    if mask is not None:
        count = mask.shape[0]
        scores = (scores.view(batch, count, heads, slots, slots) + mask).view(windows, heads, slots, slots)
    attended = (scores.softmax(-1) @ value).transpose(1, 2).reshape(windows, slots, channels)
    return attention.o_proj(attended)
