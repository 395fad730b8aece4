"""The same numbers, in C order, as another shape."""

import math

from .kind import Kind, need


def _shapes(attributes, inputs, parameters):
    shape = tuple(attributes["shape"])
    need(
        shape and math.prod(shape) == math.prod(inputs[0]) and min(shape) >= 1,
        f"reshape of {list(inputs[0])} to {list(shape)}",
    )
    return [shape]


def _evaluate(attributes, inputs, parameter):
    return [inputs[0].reshape(len(inputs[0]), *attributes["shape"])]


def _sizes(sizes):
    return list(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else list(sizes)


def convert(builder, input, *shape, **options):
    """Tensor.reshape and view"""
    value = builder.need_value(input)
    sizes = _sizes(shape) if shape else list(options["shape"])
    if not all(isinstance(size, int) for size in sizes):
        builder.refuse("a view as another type", "sizes")
    return builder.torch_reshape(value, sizes)


def convert_like(builder, input, other):
    """Tensor.reshape_as and view_as"""
    return builder.torch_reshape(builder.need_value(input), list(other.shape))


def convert_flatten(builder, input, start_dim=0, end_dim=-1):
    """torch.flatten"""
    value = builder.need_value(input)
    shape = builder.torch_shape(value)
    start, end = start_dim % len(shape), end_dim % len(shape)
    return builder.torch_reshape(
        value, [*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]]
    )


def convert_unflatten(builder, input, dim, sizes):
    """torch.unflatten"""
    value = builder.need_value(input)
    shape = builder.torch_shape(value)
    dim, sizes = dim % len(shape), list(sizes)
    if -1 in sizes:
        sizes[sizes.index(-1)] = shape[dim] // -math.prod(sizes)
    return builder.torch_reshape(value, [*shape[:dim], *sizes, *shape[dim + 1 :]])


def convert_unsqueeze(builder, input, dim):
    """torch.unsqueeze"""
    return builder.unsqueeze(builder.need_value(input), dim)


def convert_squeeze(builder, input, dim=None):
    """torch.squeeze"""
    value = builder.need_value(input)
    shape = builder.torch_shape(value)
    wanted = range(len(shape)) if dim is None else dim if isinstance(dim, (tuple, list)) else [dim]
    wanted = [d % len(shape) for d in wanted]
    axes = [builder.axis(value, d) for d in wanted if d != value.batch and shape[d] == 1]
    return builder.drop_axes(value, axes)


KIND = Kind("reshape", _shapes, _evaluate, keys=("shape",))
PATTERNS = {
    "reshape": convert,
    "view": convert,
    "_unsafe_view": convert,
    "reshape_as": convert_like,
    "view_as": convert_like,
    "flatten": convert_flatten,
    "ravel": convert_flatten,
    "unflatten": convert_unflatten,
    "unsqueeze": convert_unsqueeze,
    "squeeze": convert_squeeze,
}
