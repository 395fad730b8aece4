"""max(x, 0), and the piecewise linear functions made of it."""

import numpy
import torch

from .kind import elementwise


def relu(builder, value):
    """max(x, 0) of a value."""
    return builder.apply("relu", value)


def convert(builder, input, inplace=False):
    """torch.relu"""
    return relu(builder, builder.need_value(input))


def leaky(builder, input, negative_slope=0.01, inplace=False):
    """torch.nn.functional.leaky_relu: relu(x) - slope relu(-x)."""
    value = builder.need_value(input)
    negative = relu(builder, builder.scaled(value, -1.0))
    return builder.sum(relu(builder, value), builder.scaled(negative, -float(negative_slope)))


def prelu(builder, input, weight):
    """torch.prelu: a slope for each channel."""
    value = builder.need_value(input)
    negative = relu(builder, builder.scaled(value, -1.0))
    behind = max(len(value.dims) - 1, 0) if weight.numel() > 1 else 0
    slopes = builder.parameter(weight, "slope", -weight.reshape(-1, *[1] * behind))
    return builder.sum(relu(builder, value), builder.apply("multiply", negative, parameter=slopes))


def clamp(builder, input, min=None, max=None):
    """torch.clamp between numbers: relu(x - low) + low, less what is above."""
    value = builder.need_value(input)
    if any(isinstance(bound, torch.Tensor) for bound in (min, max)):
        builder.refuse("clamp by tensors", "clamp by numbers")
    if min is not None:
        value = builder.shifted(relu(builder, builder.shifted(value, -float(min))), float(min))
    if max is not None:
        above = relu(builder, builder.shifted(builder.scaled(value, -1.0), float(max)))
        value = builder.shifted(builder.scaled(above, -1.0), float(max))
    return value


def relu6(builder, input, inplace=False):
    """torch.nn.functional.relu6"""
    return clamp(builder, input, 0.0, 6.0)


def hardtanh(builder, input, min_val=-1.0, max_val=1.0, inplace=False):
    """torch.nn.functional.hardtanh"""
    return clamp(builder, input, min_val, max_val)


def hard_sigmoid(builder, input, inplace=False):
    """torch.nn.functional.hardsigmoid: relu6(x + 3) / 6."""
    shifted = builder.shifted(builder.need_value(input), 3.0)
    return builder.scaled(clamp(builder, shifted, 0.0, 6.0), 1 / 6)


def hard_swish(builder, input, inplace=False):
    """torch.nn.functional.hardswish: x relu6(x + 3) / 6."""
    return builder.apply("multiply", builder.need_value(input), hard_sigmoid(builder, input))


def absolute(builder, input):
    """torch.abs: relu(x) + relu(-x)."""
    value = builder.need_value(input)
    return builder.sum(relu(builder, value), relu(builder, builder.scaled(value, -1.0)))


def maximum(builder, input, other):
    """torch.maximum: y + relu(x - y)."""
    x, y = builder.need_value(input), builder.need_value(other)
    builder.need_aligned(x, y)
    return builder.sum(y, relu(builder, builder.sum(x, builder.scaled(y, -1.0))))


def minimum(builder, input, other):
    """torch.minimum: y - relu(y - x)."""
    x, y = builder.need_value(input), builder.need_value(other)
    builder.need_aligned(x, y)
    above = relu(builder, builder.sum(y, builder.scaled(x, -1.0)))
    return builder.sum(y, builder.scaled(above, -1.0))


KIND = elementwise("relu", lambda x: numpy.maximum(x, 0))
PATTERNS = {
    "relu": convert,
    "leaky_relu": leaky,
    "prelu": prelu,
    "clamp": clamp,
    "clip": clamp,
    "clamp_min": clamp,
    "clamp_max": lambda builder, input, max: clamp(builder, input, None, max),
    "relu6": relu6,
    "hardtanh": hardtanh,
    "hardsigmoid": hard_sigmoid,
    "hardswish": hard_swish,
    "abs": absolute,
    "absolute": absolute,
    "maximum": maximum,
    "minimum": minimum,
}
