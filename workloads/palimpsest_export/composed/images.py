"""Rearrangements of images: borders of zeros, channels to pixels and back."""

import torch


def convert_pad(builder, input, pad, mode="constant", value=None):
    """torch.nn.functional.pad with a constant"""
    if mode != "constant":
        builder.refuse(
            f"padding with mode {mode!r}", "zeros, as mode='constant' and the padding of nn.Conv2d give"
        )
    result = builder.need_value(input)
    for place in range(len(pad) // 2):
        before, behind = int(pad[2 * place]), int(pad[2 * place + 1])
        if (before, behind) != (0, 0):
            result = _border(builder, result, builder.axis(result, -1 - place), before, behind, value or 0.0)
    return result


def _border(builder, value, axis, before, behind, constant):
    """Constants before and behind an axis; negative widths cut."""
    extent = value.dims[axis]
    value = builder.slice(value, axis, max(-before, 0), extent - max(-behind, 0))
    parts = [value]
    for width, place in ((before, 0), (behind, len(parts))):
        if width > 0:
            dims = [*value.dims[:axis], width, *value.dims[axis + 1 :]]
            content = torch.full(dims, float(constant))
            (name,) = builder.append("parameter", [], {"parameter": builder.parameter(content, "padding")})
            parts.insert(
                0 if place == 0 else len(parts), type(value)(name, tuple(dims), value.batch, value.folded)
            )
    return value if len(parts) == 1 else builder.apply("concatenate", *parts, axis=axis)


def convert_pixel_shuffle(builder, input, upscale_factor):
    """torch.nn.functional.pixel_shuffle"""
    value, factor = builder.need_value(input), upscale_factor
    builder.need_images(value, 3, "pixel_shuffle")
    channels, height, width = value.dims
    kept = channels // factor**2
    split = builder.reshape(value, (kept, factor, factor, height, width))
    turned = builder.permute(split, [0, 1, 4, 2, 5, 3])
    return builder.reshape(turned, (kept, height * factor, width * factor))


def convert_pixel_unshuffle(builder, input, downscale_factor):
    """torch.nn.functional.pixel_unshuffle"""
    value, factor = builder.need_value(input), downscale_factor
    builder.need_images(value, 3, "pixel_unshuffle")
    channels, height, width = value.dims
    split = builder.reshape(value, (channels, height // factor, factor, width // factor, factor))
    turned = builder.permute(split, [0, 1, 3, 5, 2, 4])
    return builder.reshape(turned, (channels * factor**2, height // factor, width // factor))


PATTERNS = {
    "pad": convert_pad,
    "constant_pad_nd": convert_pad,
    "pixel_shuffle": convert_pixel_shuffle,
    "pixel_unshuffle": convert_pixel_unshuffle,
}
