"""Products of values, numbers and constant tensors, element by element."""

from dataclasses import replace

import torch

from .kind import Kind
from .pairs import convert_pair, evaluate_pair, pair_shapes
from .roots import Root, divided, root_of


def _multiply(x, y):
    return x * y


def convert(builder, input, other):
    """torch.mul"""
    for root, value in ((input, other), (other, input)):
        root = builder.need_value(root) if builder.is_value(root) else None
        if isinstance(root, Root) and root.inverse and builder.is_value(value):
            return divided(builder, builder.need_value(value), root)
    return convert_pair(builder, "multiply", input, other)


def convert_quotient(builder, input, other, rounding_mode=None):
    """torch.div by a constant"""
    if rounding_mode is not None:
        builder.refuse("a division that rounds", "a division without rounding_mode")
    root = builder.need_value(other) if builder.is_value(other) else None
    if isinstance(root, Root) and not root.inverse:
        if builder.is_value(input):
            return divided(builder, builder.need_value(input), root)
        return builder.scaled(replace(root, inverse=True), builder.number(input))
    if root is not None:
        builder.refuse(
            "a division by a value of the network",
            "multiplying by a number, or a norm that a trace has (nn.LayerNorm, nn.RMSNorm, softmax)",
        )
    return convert(builder, input, 1 / other)


def convert_reversed_quotient(builder, input, other):
    """number / x, of a root"""
    return convert_quotient(builder, other, input)


def convert_reciprocal(builder, input):
    """torch.reciprocal, of a root"""
    return convert_quotient(builder, 1.0, input)


def convert_negative(builder, input):
    """-x"""
    return builder.scaled(builder.need_value(input), -1.0)


def convert_power(builder, input, exponent):
    """x ** n for small whole n"""
    value = builder.need_value(input)
    if not isinstance(exponent, torch.Tensor) and exponent in (0.5, -0.5):
        return root_of(builder, input, exponent < 0)
    if isinstance(exponent, torch.Tensor) or exponent not in (1, 2, 3, 4):
        builder.refuse(f"a power other than 1, 2, 3, 4 and roots ({exponent})", "products")
    result = value
    for _ in range(int(exponent) - 1):
        result = builder.apply("multiply", result, value)
    return result


def convert_square(builder, input):
    """x * x"""
    return convert_power(builder, input, 2)


def convert_addcmul(builder, input, tensor1, tensor2, value=1):
    """torch.addcmul: x + value * y * z"""
    product = convert(builder, tensor1, tensor2)
    return convert_pair(builder, "add", input, builder.scaled(product, value))


KIND = Kind(
    "multiply",
    pair_shapes,
    lambda attributes, inputs, parameter: [evaluate_pair(_multiply, attributes, inputs, parameter)],
    optional=("constant", "parameter"),
    parameters=("parameter",),
    inputs=(1, 2),
)
PATTERNS = {
    "mul": convert,
    "multiply": convert,
    "__mul__": convert,
    "__rmul__": convert,
    "div": convert_quotient,
    "divide": convert_quotient,
    "true_divide": convert_quotient,
    "__truediv__": convert_quotient,
    "__div__": convert_quotient,
    "__rtruediv__": convert_reversed_quotient,
    "__rdiv__": convert_reversed_quotient,
    "reciprocal": convert_reciprocal,
    "neg": convert_negative,
    "negative": convert_negative,
    "__neg__": convert_negative,
    "pow": convert_power,
    "__pow__": convert_power,
    "square": convert_square,
    "addcmul": convert_addcmul,
}
