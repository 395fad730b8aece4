"""Attention as products of activations: scores, softmax, and the sum of values that it weighs."""

import math

import torch

from ..operations.matmul import product
from ..operations.pairs import convert_pair
from ..operations.softmax import convert as convert_softmax
from .constants import MASKED, finite


def _attend(builder, query, key, value, mask, scale):
    """softmax(scale query keyᵀ + mask) value, and the weights."""
    scores = builder.scaled(product(builder, query, builder.swap(key, -1, -2)), scale)
    if mask is not None:
        scores = convert_pair(builder, "add", scores, mask)
    weights = convert_softmax(builder, scores, -1)
    return product(builder, weights, value), weights


def _constant_mask(builder, mask):
    if mask is not None and builder.is_value(mask):
        builder.refuse(
            "an attention mask that depends on the input", "a mask that is a buffer or made of sizes"
        )
    return None if mask is None else finite(mask)


def convert(builder, query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
            enable_gqa=False):  # fmt: skip
    """torch.nn.functional.scaled_dot_product_attention, of torch 2"""
    if dropout_p > 0:
        builder.refuse("attention with dropout in evaluation mode", "dropout_p=0.0 when not self.training")
    if attn_mask is not None and not builder.is_value(attn_mask) and attn_mask.dtype == torch.bool:
        attn_mask = ~attn_mask  # here True takes part
    mask = _constant_mask(builder, attn_mask)
    query, key, value = (builder.need_value(tensor) for tensor in (query, key, value))
    rows, columns = query.dims[-2], key.dims[-2]
    if is_causal:
        mask = torch.full((rows, columns), MASKED).triu(1)
    if enable_gqa and query.dims[-3] != key.dims[-3]:
        builder.refuse("attention with enable_gqa", "keys and values repeated to the number of query heads")
    return _attend(builder, query, key, value, mask, scale or 1 / math.sqrt(query.dims[-1]))[0]


def convert_multi_head(
    builder, query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v,
    add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None,
    need_weights=True, attn_mask=None, use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None,
    v_proj_weight=None, static_k=None, static_v=None, average_attn_weights=True, is_causal=False,
):  # fmt: skip
    """torch.nn.functional.multi_head_attention_forward, what nn.MultiheadAttention calls: [places, samples,
    features]"""
    if key_padding_mask is not None or any(x is not None for x in (bias_k, bias_v, static_k, static_v)):
        builder.refuse("attention with key_padding_mask or added keys", "attn_mask, of sizes alone")
    if add_zero_attn or (training and dropout_p > 0):
        builder.refuse(
            "attention with zero keys, or dropout in evaluation mode", "nn.MultiheadAttention(...).eval()"
        )
    mask = _constant_mask(builder, attn_mask)
    if mask is not None and mask.dim() == 3:
        builder.refuse("an attention mask for each sample", "a mask (places, places)")
    projected = _projections(
        builder, (query, key, value), in_proj_weight, in_proj_bias,
        (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else None,
    )  # fmt: skip
    heads = [_heads(builder, tensor, num_heads) for tensor in projected]
    width = heads[0].dims[-1]
    result, weights = _attend(builder, *heads, mask, 1 / math.sqrt(width))
    # [heads, places, width] back to [places, heads * width], samples where they were.
    joined = builder.swap_axes(result, 0, 1)
    places = joined.dims[0]
    joined = builder.reshape(joined, (places, num_heads * width), batch=1)
    output = _linear(builder, "out_proj", joined, out_proj_weight, out_proj_bias, slice(None))
    if not need_weights:
        return output, None
    if average_attn_weights:
        dims = weights.dims[1:]
        weights = builder.apply("mean", weights, dims=dims, batch=0, axes=[0], keep=False)
    return output, weights


def _heads(builder, value, num_heads):
    """[places, heads * width] as [heads, places, width] with the samples in front."""
    places, features = value.dims
    split = builder.reshape(value, (places, num_heads, features // num_heads), batch=0)
    return builder.swap_axes(split, 0, 1)


def _projections(builder, tensors, weight, bias, separate):
    """Queries, keys and values of [places, samples, features]."""
    values = [builder.need_value(tensor) for tensor in tensors]
    for value in values:
        if value.rank != 3 or value.batch != 1 or value.folded:
            builder.refuse(
                "attention without samples", "tensors (samples, places, features) and batch_first=True"
            )
    size = values[0].dims[-1]
    parts = ("in_proj.query", "in_proj.key", "in_proj.value")
    if separate is None and values[0] == values[1] == values[2]:
        joint = _linear(builder, "in_proj", values[0], weight, bias, slice(None))
        return [builder.slice(joint, 1, n * size, (n + 1) * size) for n in range(3)]
    results = []
    for number, (value, part) in enumerate(zip(values, parts)):
        rows = slice(number * size, (number + 1) * size)
        own, own_rows = (weight, rows) if separate is None else (separate[number], slice(None))
        results.append(_linear(builder, part, value, own, bias, own_rows, rows))
    return results


def _linear(builder, name, value, weight, bias, rows, bias_rows=None):
    """A linear layer of some rows of a weight and bias."""
    bias_rows = rows if bias_rows is None else bias_rows
    with builder.names.inside(name):
        return builder.layer(
            "linear",
            value,
            weight=builder.parameter(weight, "weight", weight[rows]),
            bias=None if bias is None else builder.parameter(bias, "bias", bias[bias_rows]),
        )


PATTERNS = {
    "scaled_dot_product_attention": convert,
    "multi_head_attention_forward": convert_multi_head,
}
