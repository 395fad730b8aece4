"""The hyperbolic tangent."""

import numpy

from .kind import elementwise


def convert(builder, input, inplace=False):
    """torch.nn.functional.tanh"""
    return builder.apply("tanh", builder.need_value(input))


KIND = elementwise("tanh", lambda x: numpy.tanh(x))
PATTERNS = {"tanh": convert}
