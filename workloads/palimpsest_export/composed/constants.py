"""Masks that do not depend on the input."""

import torch

MASKED = -100.0
"""In the place of minus infinity in front of a softmax: e^-100 is nothing to any score, and the range of
scores that a chip stores stays one in which they differ."""


def finite(mask):
    """An additive mask without infinities; what a boolean one leaves out is masked."""
    if mask.dtype == torch.bool:
        return torch.where(mask, MASKED, 0.0)
    return mask.clamp(min=MASKED)


def convert_masked_fill(builder, input, mask, value):
    """Tensor.masked_fill by a constant mask: x * kept + mask * value."""
    if builder.is_value(mask) or builder.is_value(value):
        builder.refuse("a mask that depends on the input", "a mask that is a buffer or made of sizes")
    number = max(float(value), MASKED) if float(value) < -1e4 else float(value)
    return _filled(builder, input, mask.bool(), number)


def _filled(builder, input, mask, number):
    result = builder.need_value(input)
    kept = builder.without_samples(torch.where(mask, 0.0, 1.0), result)
    result = builder.apply("multiply", result, parameter=builder.parameter(mask, "kept", kept))
    if number == 0:
        return result
    filled = (1.0 - kept) * number
    return builder.apply("add", result, parameter=builder.parameter(mask, "filled", filled))


def convert_where(builder, condition, input, other):
    """torch.where(constant mask, x, number)"""
    if builder.is_value(condition):
        builder.refuse("a choice that depends on the input", "a mask that is a buffer or made of sizes")
    if builder.is_value(input) and builder.is_value(other):
        return builder.sum(_filled(builder, input, ~condition, 0.0), _filled(builder, other, condition, 0.0))
    value, constant = (input, other) if builder.is_value(input) else (other, input)
    mask = ~condition if value is input else condition
    if isinstance(constant, torch.Tensor):
        if constant.numel() > 1:
            builder.refuse("torch.where with a constant tensor", "a number")
        constant = constant.item()
    return convert_masked_fill(builder, value, mask, constant)


PATTERNS = {"masked_fill": convert_masked_fill, "where": convert_where}
