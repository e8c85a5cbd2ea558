"""The query decoder as it is exported: masked attention of the queries to three levels, then one mask a query.

Against the published implementation, with the same results but for rounding:

* between layers it needs masks at the resolution of a level only. Scaling down is linear, so the mask features are scaled down
  once and multiplied with the queries there, instead of multiplying at full resolution before every layer and scaling
  down the product;
* the 1 x 1 convolution that makes mask features is folded into the queries: q . (W f + b) = (W' q) . f + q . b;
* the mask of a level's attention is added once for all heads, and a query's row counts as empty by its largest logit
  rather than by a sum over all heads' rows;
* only the last layer's masks are put out.
"""

from types import SimpleNamespace

import torch
from torch import nn

CLOSED = -1e4
"""Added to an attention score that must not count: its exponential is zero, in half precision too."""


def _attend(queries, keys, values, heads: int, bias=None) -> torch.Tensor:
    """Softmax attention, [batch, queries, channels]; `queries` are scaled already, `bias` is added to the scores."""
    batch, count, channels = queries.shape
    split = lambda x: x.reshape(batch, -1, heads, channels // heads).transpose(1, 2)  # noqa: E731
    scores = split(queries) @ split(keys).transpose(2, 3)
    if bias is not None:
        scores = scores + bias
    return (scores.softmax(-1) @ split(values)).transpose(1, 2).reshape(batch, count, channels)


def _cross_attention(attention: nn.MultiheadAttention, queries, keys, values, bias) -> torch.Tensor:
    """`attention` with `bias` [batch, 1, queries, cells] added to the scores."""
    weights = attention.in_proj_weight.chunk(3)
    biases = attention.in_proj_bias.chunk(3)
    scale = attention.head_dim**-0.5
    linear = lambda x, w, b: nn.functional.linear(x.reshape(-1, x.shape[-1]), w, b).view(x.shape)  # noqa: E731
    projected = (
        linear(queries, weights[0] * scale, biases[0] * scale),
        linear(keys, weights[1], biases[1]),
        linear(values, weights[2], biases[2]),
    )
    return attention.out_proj(_attend(*projected, attention.num_heads, bias))


def _self_attention(attention, hidden_states, positions) -> torch.Tensor:
    with_positions = hidden_states + positions
    return attention.out_proj(
        _attend(
            attention.q_proj(with_positions) * attention.scaling,
            attention.k_proj(with_positions),
            attention.v_proj(hidden_states),
            attention.num_heads,
        )
    )


def _layer(layer, queries, positions, level, level_positions, bias) -> torch.Tensor:
    """Cross attention, self attention and two linear layers; norms after each, or before it in `pre_norm` networks."""
    cross = lambda x: _cross_attention(layer.cross_attn, x + positions, level + level_positions, level, bias)  # noqa: E731
    own = lambda x: _self_attention(layer.self_attn, x, positions)  # noqa: E731
    feed_forward = lambda x: layer.fc2(layer.activation_fn(layer.fc1(x)))  # noqa: E731
    for norm, step in (
        (layer.cross_attn_layer_norm, cross),
        (layer.self_attn_layer_norm, own),
        (layer.final_layer_norm, feed_forward),
    ):
        queries = queries + step(norm(queries)) if layer.pre_norm else norm(queries + step(queries))
    return queries


def _mask_logits(predictor, projection, queries, features) -> torch.Tensor:
    """Mask logits of all queries over `features` [batch, channels, cells]: [batch, queries, cells]."""
    embedded = predictor.mask_embedder(queries.transpose(0, 1)).transpose(0, 1)
    matrix = projection.weight[:, :, 0, 0]
    return (embedded @ matrix) @ features + (embedded @ projection.bias)[..., None]


def _attention_bias(logits: torch.Tensor) -> torch.Tensor:
    """What masks of one level add to the attention scores: [batch, 1, queries, cells]; an empty mask closes nothing."""
    empty = logits.amax(-1, keepdim=True) < 0
    threshold = torch.where(empty, torch.tensor(float("-inf")), torch.tensor(0.0))
    return torch.where(logits < threshold, torch.tensor(CLOSED), torch.tensor(0.0))[:, None]


def transformer_module(self, multi_scale_features, mask_features, **_) -> SimpleNamespace:
    """Levels and finest features to the last layer's queries and masks."""
    projection, finest = mask_features
    decoder, batch = self.decoder, finest.shape[0]
    levels, positions, coarse = [], [], []
    for index, feature in enumerate(multi_scale_features):
        embedding = self.position_embedder(feature.shape, feature.device, feature.dtype)
        positions.append(embedding.flatten(2).transpose(1, 2))
        level = self.input_projections[index](feature).flatten(2).transpose(1, 2)
        levels.append(level + self.level_embed.weight[index])
        coarse.append(
            nn.functional.interpolate(finest, size=feature.shape[-2:], mode="bilinear", align_corners=False).flatten(2)
        )
    queries = self.queries_features.weight[None].expand(batch, -1, -1)
    query_positions = self.queries_embedder.weight[None]
    for index, layer in enumerate(decoder.layers):
        level = index % self.num_feature_levels
        logits = _mask_logits(decoder.mask_predictor, projection, decoder.layernorm(queries), coarse[level])
        bias = _attention_bias(logits)
        queries = _layer(layer, queries, query_positions, levels[level], positions[level], bias)
    last = decoder.layernorm(queries)
    masks = _mask_logits(decoder.mask_predictor, projection, last, finest.flatten(2))
    masks = masks.view(batch, -1, finest.shape[2], finest.shape[3])
    # The class head takes queries first, as the published decoder hands them over.
    return SimpleNamespace(
        last_hidden_state=queries,
        hidden_states=None,
        attentions=None,
        intermediate_hidden_states=(last.transpose(0, 1),),
        masks_queries_logits=(masks,),
    )
