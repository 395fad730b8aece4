"""Convolution of [channels, height, width]; one of one dimension is a convolution of height 1."""

import numpy

from .kind import Kind, need, need_parameter


def extent_after(extent, kernel, stride, padding, dilation):
    """How many places a kernel has along an extent."""
    return (extent + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def _shapes(attributes, inputs, parameters):
    weight = parameters[attributes["weight"]]
    need(len(inputs[0]) == 3, f"conv2d of shape {list(inputs[0])}, expected [channels, height, width]")
    need(len(weight) == 4, f"weight has shape {list(weight)}, expected [out, in / groups, height, width]")
    channels, *extents = inputs[0]
    out, in_group, *kernel = weight
    groups = attributes["groups"]
    need(channels == in_group * groups and out % groups == 0, f"{channels} channels in {groups} groups")
    need_parameter("bias", parameters, attributes["bias"], (out,))
    steps = (attributes["stride"], attributes["padding"], attributes["dilation"])
    return [(out, *(extent_after(*all_) for all_ in zip(extents, kernel, *steps)))]


def windows(array, kernel, stride, dilation):
    """View [samples, channels, rows, columns, kernel height, kernel width] of padded images."""
    spans = [(size - 1) * step + 1 for size, step in zip(kernel, dilation)]
    view = numpy.lib.stride_tricks.sliding_window_view(array, spans, axis=(2, 3))
    return view[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]


def padded(array, padding, value=0.0):
    """Images with a border."""
    border = [(0, 0), (0, 0), *((size, size) for size in padding)]
    return numpy.pad(array, border, constant_values=value)


def _evaluate(attributes, inputs, parameter):
    weight = parameter(attributes["weight"])
    groups = attributes["groups"]
    image = padded(inputs[0], attributes["padding"])
    view = windows(image, weight.shape[2:], attributes["stride"], attributes["dilation"])
    parts = [
        numpy.einsum("schwij,ocij->sohw", channels, part, optimize=True)
        for channels, part in zip(numpy.split(view, groups, axis=1), numpy.split(weight, groups))
    ]
    result = numpy.concatenate(parts, axis=1)
    if attributes["bias"] is not None:
        result = result + parameter(attributes["bias"])[:, None, None]
    return [result]


def pair(number):
    """Two numbers, from one or two."""
    numbers = list(number) if isinstance(number, (tuple, list)) else [number]
    return [int(n) for n in (numbers * 2 if len(numbers) == 1 else numbers)]


def _padding(builder, padding, kernel, stride, dilation):
    """Zeros on both sides as numbers; `same` gives as many behind as before, or cannot be stated."""
    if padding == "valid":
        return [0] * len(kernel)
    if padding == "same":
        totals = [step * (size - 1) for size, step in zip(kernel, dilation)]
        if any(total % 2 for total in totals):
            builder.refuse("padding='same' of an even kernel", "a kernel of odd size, or padding as numbers")
        return [total // 2 for total in totals]
    return (
        [int(size) for size in padding]
        if isinstance(padding, (tuple, list))
        else [int(padding)] * len(kernel)
    )


def conv2d(builder, input, weight, bias, kernel, stride, padding, dilation, groups):
    """A convolution with parameters of these names."""
    value = builder.need_value(input)
    builder.need_images(value, 3, "a convolution")
    stride, dilation = pair(stride), pair(dilation)
    return builder.layer(
        "conv2d",
        value,
        weight=weight,
        bias=bias,
        stride=stride,
        padding=_padding(builder, padding, list(kernel), stride, dilation),
        dilation=dilation,
        groups=int(groups),
    )


def convert(builder, input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """torch.nn.functional.conv2d"""
    builder.need_value(input)
    if builder.is_value(weight):
        builder.refuse("a convolution whose weight is a value of the network", "torch.matmul")
    names = (
        builder.parameter(weight, "weight"),
        None if bias is None else builder.parameter(bias, "bias"),
    )
    return conv2d(builder, input, *names, weight.shape[2:], stride, padding, dilation, groups)


def _single(number):
    return int(number[0]) if isinstance(number, (tuple, list)) else int(number)


def convert_1d(builder, input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """torch.nn.functional.conv1d: [channels, length] is an image of height 1."""
    value = builder.need_value(input)
    builder.need_images(value, 2, "a convolution")
    if builder.is_value(weight):
        builder.refuse("a convolution whose weight is a value of the network", "torch.matmul")
    stride, dilation = _single(stride), _single(dilation)
    (width,) = _padding(builder, padding, [weight.shape[2]], [stride], [dilation])
    channels, length = value.dims
    result = builder.layer(
        "conv2d",
        builder.reshape(value, (channels, 1, length)),
        weight=builder.parameter(weight, "weight", weight.unsqueeze(2)),
        bias=None if bias is None else builder.parameter(bias, "bias"),
        stride=[1, stride],
        padding=[0, width],
        dilation=[1, dilation],
        groups=int(groups),
    )
    return builder.reshape(result, (result.dims[0], result.dims[2]))


KIND = Kind(
    "conv2d",
    _shapes,
    _evaluate,
    keys=("weight", "bias", "stride", "padding", "dilation", "groups"),
    optional=("layer",),
    parameters=("weight", "bias"),
)
PATTERNS = {"conv2d": convert, "conv1d": convert_1d}
