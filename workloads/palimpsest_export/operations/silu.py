"""x * sigmoid(x)."""

import numpy

from .kind import elementwise


def convert(builder, input, inplace=False):
    """torch.nn.functional.silu"""
    return builder.apply("silu", builder.need_value(input))


KIND = elementwise("silu", lambda x: x / (1 + numpy.exp(-x)))
PATTERNS = {"silu": convert, "swish": convert}
