"""Dimensions in another order."""

import numpy

from .kind import Kind, need


def _shapes(attributes, inputs, parameters):
    order = attributes["order"]
    need(sorted(order) == list(range(len(inputs[0]))), f"order {order} of a value of shape {list(inputs[0])}")
    return [tuple(inputs[0][axis] for axis in order)]


def _evaluate(attributes, inputs, parameter):
    return [numpy.transpose(inputs[0], [0, *(axis + 1 for axis in attributes["order"])])]


def convert(builder, input, *dims, **options):
    """torch.permute"""
    value = builder.need_value(input)
    order = dims or (options["dims"],)
    order = order[0] if isinstance(order[0], (tuple, list)) else order
    return builder.permute(value, [int(dim) for dim in order])


def convert_transpose(builder, input, dim0, dim1):
    """torch.transpose"""
    return builder.swap(builder.need_value(input), int(dim0), int(dim1))


def convert_t(builder, input):
    """Tensor.t"""
    value = builder.need_value(input)
    return value if value.rank < 2 else builder.swap(value, 0, 1)


def convert_reversed(builder, input):
    """x.T: all dimensions backwards"""
    value = builder.need_value(input)
    return builder.permute(value, list(range(value.rank))[::-1])


def convert_matrix_transpose(builder, input):
    """x.mT"""
    return builder.swap(builder.need_value(input), -1, -2)


def convert_movedim(builder, input, source, destination):
    """torch.movedim"""
    value = builder.need_value(input)
    source, destination = (list(d) if isinstance(d, (tuple, list)) else [d] for d in (source, destination))
    source, destination = ([d % value.rank for d in dims] for dims in (source, destination))
    others = iter(d for d in range(value.rank) if d not in source)
    placed = dict(zip(destination, source))
    return builder.permute(value, [placed[d] if d in placed else next(others) for d in range(value.rank)])


KIND = Kind("permute", _shapes, _evaluate, keys=("order",))
PATTERNS = {
    "permute": convert,
    "transpose": convert_transpose,
    "swapaxes": convert_transpose,
    "swapdims": convert_transpose,
    "t": convert_t,
    "movedim": convert_movedim,
    "moveaxis": convert_movedim,
    "T.__get__": convert_reversed,
    "mT.__get__": convert_matrix_transpose,
}
