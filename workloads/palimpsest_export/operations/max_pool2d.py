"""The largest number of each window of an image; what is beyond the border is smaller than any."""

import numpy

from .conv2d import padded, windows
from .kind import Kind
from .pooling import adaptive_kernel, pool, pool_1d, pooled_shapes


def _evaluate(attributes, inputs, parameter):
    image = padded(inputs[0], attributes["padding"], -numpy.inf)
    return [windows(image, attributes["kernel"], attributes["stride"], [1, 1]).max(axis=(4, 5))]


def _refuse_others(builder, dilation, return_indices):
    if return_indices or dilation not in (1, (1, 1), [1, 1], (1,), [1]):
        builder.refuse("max pooling with dilation or indices", "pooling without them")


def convert(builder, input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
            return_indices=False):  # fmt: skip
    """torch.nn.functional.max_pool2d"""
    _refuse_others(builder, dilation, return_indices)
    return pool(builder, "max_pool2d", input, kernel_size, stride, padding, ceil_mode)


def convert_1d(builder, input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
               return_indices=False):  # fmt: skip
    """torch.nn.functional.max_pool1d"""
    _refuse_others(builder, dilation, return_indices)

    def pooled(image, *sizes):
        return pool(builder, "max_pool2d", image, *sizes, ceil_mode)

    return pool_1d(builder, input, kernel_size, stride, padding, pooled)


def convert_adaptive(builder, input, output_size, return_indices=False):
    """torch.nn.functional.adaptive_max_pool2d"""
    value = builder.need_value(input)
    builder.need_images(value, 3, "pooling")
    kernel = adaptive_kernel(builder, value.dims[1:], output_size)
    return convert(builder, value, kernel, return_indices=return_indices)


KIND = Kind("max_pool2d", pooled_shapes, _evaluate, keys=("kernel", "stride", "padding"))
PATTERNS = {"max_pool2d": convert, "max_pool1d": convert_1d, "adaptive_max_pool2d": convert_adaptive}
