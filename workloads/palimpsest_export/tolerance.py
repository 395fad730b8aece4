"""When two sets of outputs are the same network's."""

import numpy

TOLERANCE = 1e-5
"""Of the largest output. Float64 sums rounded once to float32 differ by less than 1e-7."""


def allowed_deviation(outputs):
    """The largest difference from float32 `outputs` that rounding explains."""
    return TOLERANCE * float(numpy.abs(outputs).max()) + float(numpy.finfo(numpy.float32).smallest_subnormal)


def within_tolerance(scores, outputs):
    """Whether all `scores` are the `outputs`, up to rounding; NaN and infinity never are."""
    deviation = numpy.abs(scores.astype(numpy.float64) - outputs)
    return bool((deviation <= allowed_deviation(outputs)).all())
