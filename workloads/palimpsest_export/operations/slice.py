"""A part of a value along an axis; chunk, split, select and indexing are made of it."""

import numpy
import torch

from .concatenate import joined
from .kind import Kind, need, need_axis


def _shapes(attributes, inputs, parameters):
    axis, begin, end, step = (attributes[key] for key in ("axis", "begin", "end", "step"))
    need_axis(axis, inputs[0])
    extent = inputs[0][axis]
    need(0 <= begin < end <= extent and step >= 1, f"slice {begin}:{end}:{step} of an extent of {extent}")
    return [(*inputs[0][:axis], len(range(begin, end, step)), *inputs[0][axis + 1 :])]


def _evaluate(attributes, inputs, parameter):
    places = slice(attributes["begin"], attributes["end"], attributes["step"])
    return [inputs[0][(slice(None),) * (attributes["axis"] + 1) + (places,)]]


def convert_chunk(builder, input, chunks, dim=0):
    """torch.chunk"""
    value = builder.need_value(input)
    extent = value.dims[builder.axis(value, dim)]
    return _parts(builder, value, dim, -(-extent // chunks))


def convert_split(builder, input, split_size_or_sections=None, dim=0, **options):
    """torch.split"""
    sizes = options.pop("split_size", split_size_or_sections)
    return _parts(builder, builder.need_value(input), dim, sizes)


def convert_unbind(builder, input, dim=0):
    """torch.unbind, and a loop over a tensor"""
    value = builder.need_value(input)
    axis = builder.axis(value, dim)
    return [select(builder, value, axis, index) for index in range(value.dims[axis])]


def _parts(builder, value, dim, sizes):
    axis = builder.axis(value, dim)
    extent = value.dims[axis]
    if isinstance(sizes, int):
        bounds = [(begin, min(begin + sizes, extent)) for begin in range(0, extent, sizes)]
    else:
        ends = numpy.cumsum(sizes).tolist()
        bounds = list(zip([0, *ends[:-1]], ends))
    return [builder.slice(value, axis, begin, end) for begin, end in bounds]


def select(builder, value, axis, index):
    """One place along an axis, which is gone after."""
    extent = value.dims[axis]
    index = index + extent if index < 0 else index
    return builder.drop_axes(builder.slice(value, axis, index, index + 1), [axis])


def convert_select(builder, input, dim, index):
    """Tensor.select"""
    value = builder.need_value(input)
    return select(builder, value, builder.axis(value, dim), int(index))


def convert_narrow(builder, input, dim, start, length):
    """torch.narrow"""
    value = builder.need_value(input)
    return builder.slice(value, builder.axis(value, dim), int(start), int(start) + int(length))


def convert_index_select(builder, input, dim, index):
    """torch.index_select by a constant"""
    value = builder.need_value(input)
    return _taken(builder, value, builder.axis(value, dim), index)


def _taken(builder, value, axis, places):
    """The places listed, one slice each where they do not follow each other evenly."""
    if isinstance(places, torch.Tensor):
        if builder.is_value(places):
            builder.refuse("indexing by a value of the network", "indices that do not depend on the input")
        places = places.nonzero().flatten() if places.dtype == torch.bool else places
        places = places.tolist()
    places = [int(place) % value.dims[axis] for place in places]
    steps = {second - first for first, second in zip(places, places[1:])}
    if len(steps) == 1 and min(steps) > 0:
        return builder.slice(value, axis, places[0], places[-1] + 1, *steps)
    parts = [builder.slice(value, axis, place, place + 1) for place in places]
    return joined(builder, parts, axis)


def convert_flip(builder, input, *dims, **options):
    """torch.flip, place by place"""
    value = builder.need_value(input)
    dims = dims or (options["dims"],)
    for dim in dims[0] if isinstance(dims[0], (tuple, list)) else dims:
        axis = builder.axis(value, dim)
        parts = [builder.slice(value, axis, place, place + 1) for place in range(value.dims[axis])]
        value = joined(builder, parts[::-1], axis)
    return value


def _whole(item, extent):
    return isinstance(item, slice) and item.indices(extent) == (0, extent, 1)


def convert_index(builder, input, index):
    """x[...] by integers, slices, None, ... and lists"""
    value = builder.need_value(input)
    items = list(index) if isinstance(index, tuple) else [index]
    if any(item is Ellipsis for item in items):
        place = next(n for n, item in enumerate(items) if item is Ellipsis)
        named = sum(item is not None for item in items) - 1
        items[place : place + 1] = [slice(None)] * (value.rank - named)
    dimension, listed = 0, 0
    for item in items:
        if isinstance(item, torch.Tensor) and item.dim() == 0 and not builder.is_value(item):
            item = int(item)
        if item is None:
            value = builder.unsqueeze(value, dimension)
            dimension += 1
        elif isinstance(item, slice):
            if dimension != value.batch or not _whole(item, builder.torch_shape(value)[dimension]):
                axis = builder.axis(value, dimension)
                value = builder.slice(value, axis, *item.indices(value.dims[axis]))
            dimension += 1
        elif isinstance(item, (list, torch.Tensor, numpy.ndarray)):
            listed += 1
            if listed > 1 or (isinstance(item, torch.Tensor) and item.dim() != 1):
                builder.refuse("indexing by several lists, or one of several dimensions", "slices")
            value = _taken(builder, value, builder.axis(value, dimension), item)
            dimension += 1
        elif isinstance(item, (int, numpy.integer)) and not isinstance(item, bool):
            value = select(builder, value, builder.axis(value, dimension), int(item))
        else:
            builder.refuse("indexing of this kind", "integers and slices")
    return value


KIND = Kind("slice", _shapes, _evaluate, keys=("axis", "begin", "end", "step"))
PATTERNS = {
    "chunk": convert_chunk,
    "split": convert_split,
    "split_with_sizes": convert_split,
    "unbind": convert_unbind,
    "select": convert_select,
    "narrow": convert_narrow,
    "flip": convert_flip,
    "index_select": convert_index_select,
    "__getitem__": convert_index,
}
