"""What max_pool2d and average_pool2d share: windows of [channels, height, width]."""

from .conv2d import extent_after, pair
from .kind import need


def pooled_shapes(attributes, inputs, parameters):
    """The shape after pooling."""
    need(len(inputs[0]) == 3, f"pooling of shape {list(inputs[0])}, expected [channels, height, width]")
    channels, *extents = inputs[0]
    kernel, stride, padding = (attributes[key] for key in ("kernel", "stride", "padding"))
    need(all(2 * p <= k for p, k in zip(padding, kernel)), "padding is more than half the kernel")
    results = [extent_after(*all_, 1) for all_ in zip(extents, kernel, stride, padding)]
    return [(channels, *results)]


def pool(builder, kind, input, kernel_size, stride, padding, ceil_mode, **attributes):
    """A pooling operation over the last two dimensions."""
    value = builder.need_value(input)
    builder.need_images(value, 3, "pooling")
    kernel = pair(kernel_size)
    stride = kernel if stride is None or stride == [] else pair(stride)
    padding = pair(padding)
    if ceil_mode and any(
        (extent + 2 * p - k) % s for extent, k, s, p in zip(value.dims[1:], kernel, stride, padding)
    ):
        builder.refuse("pooling with ceil_mode where windows do not divide the size", "ceil_mode=False")
    return builder.apply(kind, value, kernel=kernel, stride=stride, padding=padding, **attributes)


def pool_1d(builder, input, kernel_size, stride, padding, function):
    """A pooling of [channels, length], as an image of height 1."""
    value = builder.need_value(input)
    builder.need_images(value, 2, "pooling")
    image = builder.reshape(value, (value.dims[0], 1, value.dims[1]))
    single = [
        n[0] if isinstance(n, (tuple, list)) else n for n in (kernel_size, stride or kernel_size, padding)
    ]
    result = function(image, [1, single[0]], [1, single[1]], [0, single[2]])
    return builder.reshape(result, (result.dims[0], result.dims[2]))


def adaptive_kernel(builder, extents, output_size):
    """The kernel that gives this size without overlap; refused where sizes do not divide."""
    sizes = list(output_size) if isinstance(output_size, (tuple, list)) else [output_size] * len(extents)
    sizes = [extent if size is None else int(size) for size, extent in zip(sizes, extents)]
    if any(extent % size for extent, size in zip(extents, sizes)):
        builder.refuse(
            f"adaptive pooling of {list(extents)} to {sizes}, which does not divide", "a size that divides"
        )
    return [extent // size for extent, size in zip(extents, sizes)]
