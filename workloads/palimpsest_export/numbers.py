"""What counts as a number: Python's and numpy's, no booleans, no strings, no tensors."""

import numpy

KINDS = {int: (int, numpy.integer), float: (int, float, numpy.integer, numpy.floating)}


def is_number(value, kind=float):
    """Whether `value` is a number; kind=int: a whole one by its type."""
    return isinstance(value, KINDS[kind]) and not isinstance(value, bool)


def plain(value):
    """The Python number of a Python or numpy number."""
    return value.item() if isinstance(value, numpy.generic) else value
