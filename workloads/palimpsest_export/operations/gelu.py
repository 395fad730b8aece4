"""x Φ(x), or its fit by a hyperbolic tangent."""

import math

import numpy

from .kind import Kind, need, same_shape

_DISTRIBUTION = numpy.vectorize(lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2))), otypes=[float])


def _shapes(attributes, inputs, parameters):
    form = attributes["approximate"]
    need(form in ("none", "tanh"), f"approximate: expected none or tanh, got {form!r}")
    return same_shape(attributes, inputs, parameters)


def _evaluate(attributes, inputs, parameter):
    x = inputs[0]
    if attributes["approximate"] == "tanh":
        return [0.5 * x * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))]
    return [x * _DISTRIBUTION(x)]


def convert(builder, input, approximate="none"):
    """torch.nn.functional.gelu"""
    return builder.apply("gelu", builder.need_value(input), approximate=approximate)


KIND = Kind("gelu", _shapes, _evaluate, keys=("approximate",))
PATTERNS = {"gelu": convert}
