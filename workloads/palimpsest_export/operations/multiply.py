"""Products of values, numbers and constant tensors, element by element."""

import torch

from .kind import Kind
from .pairs import convert_pair, evaluate_pair, pair_shapes


def _multiply(x, y):
    return x * y


def convert(builder, input, other):
    """torch.mul"""
    return convert_pair(builder, "multiply", input, other)


def convert_quotient(builder, input, other, rounding_mode=None):
    """torch.div by a constant"""
    if rounding_mode is not None:
        builder.refuse("a division that rounds", "a division without rounding_mode")
    if builder.is_value(other):
        builder.refuse(
            "a division by a value of the network",
            "multiplying by a number, or a norm that a trace has (nn.LayerNorm, nn.RMSNorm, softmax)",
        )
    return convert(builder, input, 1 / other)


def convert_negative(builder, input):
    """-x"""
    return builder.scaled(builder.need_value(input), -1.0)


def convert_power(builder, input, exponent):
    """x ** n for small whole n"""
    value = builder.need_value(input)
    if isinstance(exponent, torch.Tensor) or exponent not in (1, 2, 3, 4):
        builder.refuse(f"a power other than 1, 2, 3 and 4 ({exponent})", "products")
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
    "neg": convert_negative,
    "negative": convert_negative,
    "__neg__": convert_negative,
    "pow": convert_power,
    "__pow__": convert_power,
    "square": convert_square,
    "addcmul": convert_addcmul,
}
