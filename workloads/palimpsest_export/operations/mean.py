"""The mean over some of the dimensions; a sum is a mean times its count."""

import math

from .kind import Kind, need


def _shapes(attributes, inputs, parameters):
    axes, shape = attributes["axes"], inputs[0]
    need(
        axes and list(axes) == sorted(set(axes)) and 0 <= axes[0] and axes[-1] < len(shape),
        f"axes {axes} of a value of shape {list(shape)}, expected ascending ones",
    )
    if attributes["keep"]:
        return [tuple(1 if axis in axes else extent for axis, extent in enumerate(shape))]
    return [tuple(extent for axis, extent in enumerate(shape) if axis not in axes) or (1,)]


def _evaluate(attributes, inputs, parameter):
    axes = tuple(axis + 1 for axis in attributes["axes"])
    result = inputs[0].mean(axis=axes, keepdims=attributes["keep"])
    return [result[:, None] if result.ndim == 1 else result]


def mean(builder, value, axes, keep):
    """The mean of a value over axes of the trace."""
    axes = sorted(axes)
    left = sum(axis < value.batch for axis in axes)
    dims = tuple(
        1 if axis in axes else extent for axis, extent in enumerate(value.dims) if keep or axis not in axes
    )
    batch = value.batch if keep else value.batch - left
    return builder.apply("mean", value, dims=dims, batch=batch, axes=axes, keep=keep)


def _axes(builder, value, dim):
    if dim is None:
        builder.refuse("a mean or sum over everything, samples too", "dim=, and no branches on values")
    dims = dim if isinstance(dim, (tuple, list)) else [dim]
    return [builder.axis(value, d) for d in dims]


def convert(builder, input, dim=None, keepdim=False, dtype=None):
    """torch.mean"""
    value = builder.need_value(input)
    return mean(builder, value, _axes(builder, value, dim), bool(keepdim))


def convert_sum(builder, input, dim=None, keepdim=False, dtype=None):
    """torch.sum"""
    value = builder.need_value(input)
    axes = _axes(builder, value, dim)
    count = math.prod(value.dims[axis] for axis in axes)
    return builder.scaled(mean(builder, value, axes, bool(keepdim)), float(count))


KIND = Kind("mean", _shapes, _evaluate, keys=("axes", "keep"))
PATTERNS = {"mean": convert, "sum": convert_sum}
