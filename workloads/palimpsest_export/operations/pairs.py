"""What add and multiply share: two values, or a value and a number or a parameter."""

import numpy
import torch

from .kind import behind_samples, broadcast_shape, need


def pair_shapes(attributes, inputs, parameters):
    """The broadcast shape."""
    others = [key for key in ("constant", "parameter") if key in attributes]
    need(len(inputs) + len(others) == 2, "expected two inputs, or one and a constant or a parameter")
    if "constant" in attributes:
        constant = attributes["constant"]
        need(
            type(constant) in (int, float) and abs(constant) <= numpy.finfo(numpy.float32).max,
            f"constant: expected a finite number, got {constant!r}",
        )
        return [tuple(inputs[0])]
    other = parameters[attributes["parameter"]] if "parameter" in attributes else inputs[1]
    return [broadcast_shape(inputs[0], other)]


def evaluate_pair(function, attributes, inputs, parameter):
    """function(x, y) of what the pair is."""
    x = inputs[0]
    if "constant" in attributes:
        return function(x, attributes["constant"])
    other = parameter(attributes["parameter"])[None] if "parameter" in attributes else inputs[1]
    dimensions = max(x.ndim, other.ndim) - 1
    return function(behind_samples(x, dimensions), behind_samples(other, dimensions))


def convert_pair(builder, kind, one, other):
    """The operation `kind`, which does not mind the order, on two of values, numbers and tensors."""
    if not builder.is_value(one):
        one, other = other, one
    value = builder.need_value(one)
    if builder.is_value(other):
        second = builder.need_value(other)
        builder.need_aligned(value, second)
        return builder.apply(kind, value, second)
    if not isinstance(other, torch.Tensor):
        return builder.apply(kind, value, constant=builder.number(other))
    if other.numel() == 1 and not isinstance(other, torch.nn.Parameter):
        result = builder.apply(kind, value, constant=builder.number(other.item()))
        for _ in range(other.dim() - value.rank):
            result = builder.unsqueeze(result, 0)
        return result
    content = builder.without_samples(other, value)
    return builder.apply(kind, value, parameter=builder.parameter(other, kind, content))
