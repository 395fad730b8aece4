"""Sums and differences of values, numbers and constant tensors."""

from .kind import Kind
from .pairs import convert_pair, evaluate_pair, pair_shapes


def _add(x, y):
    return x + y


def convert(builder, input, other, alpha=1):
    """torch.add"""
    if alpha != 1:
        other = builder.scaled(builder.need_value(other), alpha) if builder.is_value(other) else other * alpha
    return convert_pair(builder, "add", input, other)


def convert_difference(builder, input, other, alpha=1):
    """torch.sub: the sum with the other's negative."""
    return convert(builder, input, other, -alpha)


def convert_reversed_difference(builder, input, other, alpha=1):
    """number - x"""
    return convert(builder, other, input, -alpha)


KIND = Kind(
    "add",
    pair_shapes,
    lambda attributes, inputs, parameter: [evaluate_pair(_add, attributes, inputs, parameter)],
    optional=("constant", "parameter"),
    parameters=("parameter",),
    inputs=(1, 2),
)
PATTERNS = {
    "add": convert,
    "__add__": convert,
    "__radd__": convert,
    "sub": convert_difference,
    "subtract": convert_difference,
    "__sub__": convert_difference,
    "rsub": convert_reversed_difference,
    "__rsub__": convert_reversed_difference,
}
