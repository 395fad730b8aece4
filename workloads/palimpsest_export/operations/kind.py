"""What a kind of operation is to the exporter; docs/trace-format.md says what each kind means."""

from dataclasses import dataclass
from typing import Callable

import numpy


@dataclass(frozen=True)
class Kind:
    """A kind of operation: its name, its own keys, its shape rule and its arithmetic.

    keys: those it has in a trace; optional: those that may be absent; parameters: those of both that name a
    parameter. shapes(attributes, inputs, parameters) gives the shapes of its results from those of its inputs
    (tuples) and of the parameters (name to tuple), and raises ValueError where they do not fit.
    evaluate(attributes, inputs, parameter) gives its results, in float64: arrays have the samples in front,
    parameter(name) is an array without them. evaluate is None for the loop, whose body needs more (loop.iterate).
    """

    name: str
    shapes: Callable
    evaluate: Callable
    keys: tuple = ()
    optional: tuple = ()
    parameters: tuple = ()
    inputs: tuple = (1, 1)
    outputs: int = 1  # None: as many as the operation says


def need(condition, message):
    """Raise ValueError unless the condition holds."""
    if not condition:
        raise ValueError(message)


def same_shape(attributes, inputs, parameters):
    """The shape rule of what changes each number by itself."""
    return [tuple(inputs[0])]


def elementwise(name, function):
    """The Kind that applies a numpy function to every number."""
    return Kind(name, same_shape, lambda attributes, inputs, parameter: [function(inputs[0])])


def need_axis(axis, shape):
    """Raise ValueError unless `axis` is one of the shape's dimensions."""
    need(type(axis) is int and 0 <= axis < len(shape), f"axis {axis!r} of a value of shape {list(shape)}")


def need_parameter(what, parameters, name, shape):
    """Raise ValueError unless `name` is null or a parameter of this shape."""
    if name is not None:
        need(
            tuple(parameters[name]) == tuple(shape),
            f"{what} has shape {list(parameters[name])}, expected {list(shape)}",
        )


def broadcast_shape(one, other):
    """The shape of two that numpy broadcasts; ValueError where they do not fit."""
    try:
        return tuple(numpy.broadcast_shapes(tuple(one), tuple(other)))
    except ValueError:
        raise ValueError(f"shapes {list(one)} and {list(other)} do not broadcast") from None


def behind_samples(array, dimensions):
    """The array with ones behind its samples, so that it has this many dimensions beside them."""
    missing = dimensions - (array.ndim - 1)
    return array.reshape(array.shape[:1] + (1,) * missing + array.shape[1:])
