"""Images enlarged by whole factors, by repeating or between neighbours."""

import numpy

from .kind import Kind, need


def _shapes(attributes, inputs, parameters):
    need(len(inputs[0]) == 3, f"upsample of shape {list(inputs[0])}, expected [channels, height, width]")
    need(attributes["mode"] in ("nearest", "bilinear"), f"mode: got {attributes['mode']!r}")
    channels, *extents = inputs[0]
    return [(channels, *(extent * factor for extent, factor in zip(extents, attributes["factor"])))]


def _between(array, axis, factor):
    """Twice as many places along an axis, each between its two neighbours by its distance to them."""
    extent = array.shape[axis]
    places = numpy.clip((numpy.arange(extent * factor) + 0.5) / factor - 0.5, 0, None)
    low = places.astype(int)
    high = numpy.minimum(low + 1, extent - 1)
    share = (places - low).reshape([-1 if n == axis else 1 for n in range(array.ndim)])
    return array.take(low, axis) * (1 - share) + array.take(high, axis) * share


def _evaluate(attributes, inputs, parameter):
    result = inputs[0]
    for axis, factor in zip((2, 3), attributes["factor"]):
        if attributes["mode"] == "nearest":
            result = result.repeat(factor, axis)
        else:
            result = _between(result, axis, factor)
    return [result]


def convert(builder, input, size=None, scale_factor=None, mode="nearest", align_corners=None,
            recompute_scale_factor=None, antialias=False):  # fmt: skip
    """torch.nn.functional.interpolate by whole factors"""
    value = builder.need_value(input)
    builder.need_images(value, 3, "interpolation")
    if mode not in ("nearest", "bilinear") or align_corners or antialias:
        builder.refuse("interpolation of this kind", "mode 'nearest' or 'bilinear' with align_corners=False")
    extents = value.dims[1:]
    wanted = [size, size] if isinstance(size, int) else size
    if wanted is None:
        factors = list(scale_factor) if isinstance(scale_factor, (tuple, list)) else [scale_factor] * 2
    else:
        factors = [target / extent for target, extent in zip(wanted, extents)]
    if any(factor != int(factor) or factor < 1 for factor in factors):
        builder.refuse(f"interpolation by the factors {factors}", "whole factors, or nn.AvgPool2d to shrink")
    return builder.apply("upsample", value, factor=[int(factor) for factor in factors], mode=mode)


KIND = Kind("upsample", _shapes, _evaluate, keys=("factor", "mode"))
PATTERNS = {"interpolate": convert, "upsample": convert}
