"""Products of two values; one with a constant matrix is a linear layer."""

import torch

from .kind import Kind, broadcast_shape, need


def _shapes(attributes, inputs, parameters):
    x, y = inputs
    need(len(x) >= 2 and len(y) >= 2, f"matmul of shapes {list(x)} and {list(y)}, expected matrices")
    need(tuple(x[:-2]) == tuple(y[:-2]), f"matmul of {list(x)} and {list(y)}: leading extents differ")
    need(x[-1] == y[-2], f"matmul of {list(x)} and {list(y)}: {x[-1]} columns by {y[-2]} rows")
    return [(*x[:-1], y[-1])]


def _evaluate(attributes, inputs, parameter):
    return [inputs[0] @ inputs[1]]


def convert(builder, input, other):
    """torch.matmul, @, torch.bmm, torch.mm"""
    if not builder.is_value(other):
        return _by_constant(builder, builder.need_value(input), other)
    if not builder.is_value(input):
        return _of_constant(builder, input, builder.need_value(other))
    return product(builder, builder.need_value(input), builder.need_value(other))


def product(builder, x, y):
    """The product of two values that have their samples at the same place."""
    if min(len(x.dims), len(y.dims)) < 2:
        builder.refuse("a product of vectors", "tensors (samples, ..., rows, columns)")
    builder.need_aligned(x, y)
    for value in (x, y):
        if value.from_right < 2:
            builder.refuse("a product over the samples", "tensors (samples, ..., rows, columns)")
    leading = broadcast_shape(x.dims[:-2], y.dims[:-2])
    x, y = (builder.expand(value, (*leading, *value.dims[-2:])) for value in (x, y))
    return builder.apply("matmul", x, y)


def _by_constant(builder, x, matrix):
    matrix = torch.as_tensor(matrix)
    if matrix.dim() == 2:
        builder.features_last(x)
        weight = builder.parameter(matrix, "weight", matrix.t())
        return builder.layer("linear", x, weight=weight, bias=None)
    if matrix.dim() == 1:
        builder.features_last(x)
        weight = builder.parameter(matrix, "weight", matrix.reshape(1, -1))
        result = builder.layer("linear", x, weight=weight, bias=None)
        return builder.drop_axes(result, [len(result.dims) - 1])
    return product(builder, x, builder.constant_value(matrix, like=x))


def _of_constant(builder, matrix, x):
    if matrix.dim() != 2:
        return product(builder, builder.constant_value(matrix, like=x), x)
    turned = builder.swap(x, -1, -2)
    builder.features_last(turned)
    weight = builder.parameter(matrix, "weight")
    return builder.swap(builder.layer("linear", turned, weight=weight, bias=None), -1, -2)


KIND = Kind("matmul", _shapes, _evaluate, inputs=(2, 2))
PATTERNS = {
    "matmul": convert,
    "__matmul__": convert,
    "bmm": convert,
    "mm": convert,
    "__rmatmul__": lambda b, x, y: convert(b, y, x),
}
