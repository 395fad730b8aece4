"""Softmax over the last dimension; over another one by permuting."""

import numpy

from .kind import Kind, same_shape


def _evaluate(attributes, inputs, parameter):
    raised = numpy.exp(inputs[0] - inputs[0].max(axis=-1, keepdims=True))
    return [raised / raised.sum(axis=-1, keepdims=True)]


def convert(builder, input, dim=None, _stacklevel=3, dtype=None):
    """torch.softmax"""
    value = builder.need_value(input)
    if dim is None:
        builder.refuse("softmax without a dimension", "dim=-1")
    axis = builder.axis(value, dim)
    last = len(value.dims) - 1
    if axis == last:
        return builder.apply("softmax", value)
    return builder.swap_axes(builder.apply("softmax", builder.swap_axes(value, axis, last)), axis, last)


def convert_softmin(builder, input, dim=None, _stacklevel=3, dtype=None):
    """torch.nn.functional.softmin"""
    return convert(builder, builder.scaled(builder.need_value(input), -1.0), dim)


KIND = Kind("softmax", same_shape, _evaluate)
PATTERNS = {"softmax": convert, "softmin": convert_softmin}
