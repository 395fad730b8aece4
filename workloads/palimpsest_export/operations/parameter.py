"""A parameter as a value, the same for every sample: a class token, positions."""

from .kind import Kind


def _shapes(attributes, inputs, parameters):
    return [tuple(parameters[attributes["parameter"]])]


def _evaluate(attributes, inputs, parameter):
    # One sample, which broadcasts; the interpreter repeats it for all.
    return [parameter(attributes["parameter"])[None]]


KIND = Kind("parameter", _shapes, _evaluate, keys=("parameter",), parameters=("parameter",), inputs=(0, 0))
PATTERNS = {}
