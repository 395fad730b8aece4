"""Values one after the other along an axis; a stack is one along a new axis."""

import numpy

from .kind import Kind, need, need_axis


def _shapes(attributes, inputs, parameters):
    axis = attributes["axis"]
    need_axis(axis, inputs[0])
    for shape in inputs[1:]:
        same = len(shape) == len(inputs[0]) and all(
            one == other for place, (one, other) in enumerate(zip(shape, inputs[0])) if place != axis
        )
        need(same, f"concatenation of {list(inputs[0])} and {list(shape)} along axis {axis}")
    return [(*inputs[0][:axis], sum(shape[axis] for shape in inputs), *inputs[0][axis + 1 :])]


def _evaluate(attributes, inputs, parameter):
    return [numpy.concatenate(inputs, axis=attributes["axis"] + 1)]


def _values(builder, tensors):
    """Values of all tensors, constant ones with the samples of the first value."""
    first = builder.need_value(next(tensor for tensor in tensors if builder.is_value(tensor)))
    values = []
    for tensor in tensors:
        if builder.is_value(tensor):
            value = builder.need_value(tensor)
            builder.need_aligned(first, value)
        else:
            value = builder.constant_value(tensor, like=first)
        values.append(value)
    return values


def joined(builder, values, axis):
    """The values along an axis; a single one is itself."""
    return values[0] if len(values) == 1 else builder.apply("concatenate", *values, axis=axis)


def convert(builder, tensors, dim=0):
    """torch.cat"""
    values = _values(builder, tensors)
    return joined(builder, values, builder.axis(values[0], dim))


def convert_stack(builder, tensors, dim=0):
    """torch.stack"""
    values = [builder.unsqueeze(value, dim) for value in _values(builder, tensors)]
    return joined(builder, values, builder.axis(values[0], dim))


def convert_repeat(builder, input, *sizes):
    """Tensor.repeat"""
    value = builder.need_value(input)
    sizes = list(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else list(sizes)
    while value.rank < len(sizes):
        value = builder.unsqueeze(value, 0)
    for dimension, times in enumerate(sizes):
        if times != 1:
            axis = builder.axis(value, dimension)
            value = joined(builder, [value] * times, axis)
    return value


def convert_repeat_interleave(builder, input, repeats, dim=None):
    """torch.repeat_interleave by a number along a dimension"""
    value = builder.need_value(input)
    if not isinstance(repeats, int) or dim is None:
        builder.refuse("repeat_interleave of this kind", "a number of repeats and a dimension")
    axis = builder.axis(value, dim)
    shape = value.dims
    wide = (*shape[: axis + 1], 1, *shape[axis + 1 :])
    copied = joined(builder, [builder.reshape(value, wide)] * repeats, axis + 1)
    return builder.reshape(copied, (*shape[:axis], shape[axis] * repeats, *shape[axis + 1 :]))


def convert_roll(builder, input, shifts, dims=None):
    """torch.roll along dimensions"""
    value = builder.need_value(input)
    if dims is None or dims == ():
        builder.refuse("roll without dimensions", "dims=")
    pairs = zip(shifts, dims) if isinstance(shifts, (tuple, list)) else [(shifts, dims)]
    for shift, dimension in pairs:
        dimension = dimension[0] if isinstance(dimension, (tuple, list)) else dimension
        axis = builder.axis(value, dimension)
        extent = value.dims[axis]
        cut = -shift % extent
        if cut:
            parts = [builder.slice(value, axis, cut, extent), builder.slice(value, axis, 0, cut)]
            value = joined(builder, parts, axis)
    return value


KIND = Kind("concatenate", _shapes, _evaluate, keys=("axis",), inputs=(2, 65536))
PATTERNS = {
    "cat": convert,
    "concat": convert,
    "concatenate": convert,
    "stack": convert_stack,
    "repeat": convert_repeat,
    "tile": convert_repeat,
    "repeat_interleave": convert_repeat_interleave,
    "roll": convert_roll,
}
