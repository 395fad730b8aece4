"""Parts of norms that users write out, and normalisation to a length."""

import math

from ..operations.mean import mean
from ..operations.roots import root_of


def convert_rsqrt(builder, input):
    """torch.rsqrt"""
    return root_of(builder, input, True)


def convert_sqrt(builder, input):
    """torch.sqrt"""
    return root_of(builder, input, False)


def convert_variance(builder, input, dim=None, unbiased=None, keepdim=False, correction=1):
    """torch.var along dimensions: the mean square of what is left without the mean."""
    value = builder.need_value(input)
    if isinstance(dim, bool) or dim is None:
        builder.refuse("a variance of everything, samples too", "dim=")
    axes = [builder.axis(value, d) for d in (dim if isinstance(dim, (tuple, list)) else [dim])]
    less_mean = builder.sum(value, builder.scaled(mean(builder, value, axes, True), -1.0))
    result = mean(builder, builder.apply("multiply", less_mean, less_mean), axes, bool(keepdim))
    count = math.prod(value.dims[axis] for axis in axes)
    lost = correction if unbiased is None else int(unbiased)
    if count <= lost:
        builder.refuse("a variance of one number", "correction=0")
    return builder.scaled(result, count / (count - lost))


def convert_normalize(builder, input, p=2.0, dim=1, eps=1e-12, out=None):
    """torch.nn.functional.normalize to length 1: an rms_norm, whose length is the root of its size."""
    value = builder.need_value(input)
    if p != 2:
        builder.refuse(f"normalize with p={p}", "p=2")
    axis = builder.axis(value, dim)
    size, last = value.dims[axis], len(value.dims) - 1
    turned = value if axis == last else builder.swap_axes(value, axis, last)
    epsilon = builder.epsilon(max(eps**2 / size, 1e-30))
    normed = builder.scaled(
        builder.apply("rms_norm", turned, gain=None, epsilon=epsilon), 1 / math.sqrt(size)
    )
    return normed if axis == last else builder.swap_axes(normed, axis, last)


PATTERNS = {
    "rsqrt": convert_rsqrt,
    "sqrt": convert_sqrt,
    "var": convert_variance,
    "normalize": convert_normalize,
}
