"""Normalisation of [channels, ...] over groups of channels and all that is behind them."""

import numpy

from .kind import Kind, need, need_parameter


def _shapes(attributes, inputs, parameters):
    channels, groups = inputs[0][0], attributes["groups"]
    need(groups >= 1 and channels % groups == 0, f"{channels} channels in {groups} groups")
    for key in ("gain", "bias"):
        need_parameter(key, parameters, attributes[key], (channels,))
    return [tuple(inputs[0])]


def _evaluate(attributes, inputs, parameter):
    x = inputs[0]
    grouped = x.reshape(x.shape[0], attributes["groups"], -1)
    centred = grouped - grouped.mean(axis=2, keepdims=True)
    normed = centred / numpy.sqrt((centred**2).mean(axis=2, keepdims=True) + attributes["epsilon"])
    result = normed.reshape(x.shape)
    behind = (slice(None), *[None] * (x.ndim - 2))
    if attributes["gain"] is not None:
        result = result * parameter(attributes["gain"])[behind]
    return [result if attributes["bias"] is None else result + parameter(attributes["bias"])[behind]]


def convert(builder, input, num_groups, weight=None, bias=None, eps=1e-5, cudnn_enabled=True):
    """torch.nn.functional.group_norm"""
    value = builder.need_value(input)
    builder.samples_first(value, "a group norm")
    return builder.apply(
        "group_norm",
        value,
        groups=int(num_groups),
        gain=None if weight is None else builder.parameter(weight, "weight"),
        bias=None if bias is None else builder.parameter(bias, "bias"),
        epsilon=builder.epsilon(eps),
    )


def convert_instance_norm(builder, input, running_mean=None, running_var=None, weight=None, bias=None,
                          use_input_stats=True, momentum=0.1, eps=1e-5, cudnn_enabled=True):  # fmt: skip
    """torch.nn.functional.instance_norm: as many groups as channels."""
    if not use_input_stats:
        builder.refuse("an instance norm with running statistics", "nn.BatchNorm2d")
    return convert(builder, input, input.shape[1], weight, bias, eps)


KIND = Kind(
    "group_norm", _shapes, _evaluate, keys=("groups", "gain", "bias", "epsilon"), parameters=("gain", "bias")
)
PATTERNS = {"group_norm": convert, "instance_norm": convert_instance_norm}
