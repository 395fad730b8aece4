"""The mean of each window of an image; zeros beyond the border may count or not."""

import numpy

from .conv2d import padded, windows
from .kind import Kind
from .pooling import adaptive_kernel, pool, pool_1d, pooled_shapes


def _evaluate(attributes, inputs, parameter):
    def sums(image):
        view = windows(
            padded(image, attributes["padding"]), attributes["kernel"], attributes["stride"], [1, 1]
        )
        return view.sum(axis=(4, 5))

    if attributes["count_padding"]:
        return [sums(inputs[0]) / numpy.prod(attributes["kernel"])]
    return [sums(inputs[0]) / sums(numpy.ones((1, 1, *inputs[0].shape[2:])))]


def convert(builder, input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
            divisor_override=None):  # fmt: skip
    """torch.nn.functional.avg_pool2d"""
    if divisor_override is not None:
        builder.refuse("average pooling with divisor_override", "multiplying by a number")
    return pool(
        builder, "average_pool2d", input, kernel_size, stride, padding, ceil_mode,
        count_padding=bool(count_include_pad),
    )  # fmt: skip


def convert_1d(builder, input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """torch.nn.functional.avg_pool1d"""

    def pooled(image, *sizes):
        return pool(
            builder, "average_pool2d", image, *sizes, ceil_mode, count_padding=bool(count_include_pad)
        )

    return pool_1d(builder, input, kernel_size, stride, padding, pooled)


def convert_adaptive(builder, input, output_size):
    """torch.nn.functional.adaptive_avg_pool2d"""
    value = builder.need_value(input)
    builder.need_images(value, 3, "pooling")
    return convert(builder, value, adaptive_kernel(builder, value.dims[1:], output_size))


def convert_adaptive_1d(builder, input, output_size):
    """torch.nn.functional.adaptive_avg_pool1d"""
    value = builder.need_value(input)
    builder.need_images(value, 2, "pooling")
    (kernel,) = adaptive_kernel(builder, value.dims[1:], output_size)
    return convert_1d(builder, value, kernel)


KIND = Kind("average_pool2d", pooled_shapes, _evaluate, keys=("kernel", "stride", "padding", "count_padding"))
PATTERNS = {
    "avg_pool2d": convert,
    "avg_pool1d": convert_1d,
    "adaptive_avg_pool2d": convert_adaptive,
    "adaptive_avg_pool1d": convert_adaptive_1d,
}
