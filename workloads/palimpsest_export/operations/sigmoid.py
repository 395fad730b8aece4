"""1 / (1 + exp(-x))."""

import numpy

from .kind import elementwise


def convert(builder, input, inplace=False):
    """torch.nn.functional.sigmoid"""
    return builder.apply("sigmoid", builder.need_value(input))


KIND = elementwise("sigmoid", lambda x: 1 / (1 + numpy.exp(-x)))
PATTERNS = {"sigmoid": convert, "expit": convert}
