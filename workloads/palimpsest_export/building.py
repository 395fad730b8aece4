"""Operations and values of a network while its module is recorded: what conversions are written with."""

import math

import numpy
import torch

from .errors import UnsupportedOperation, shown
from .layout import Layout, Value
from .limits import EPSILON, LARGEST_EXTENT, LARGEST_VALUE, MOST_DIMENSIONS
from .naming import Names
from .network import Operation
from .numbers import is_number
from .operations import result_shapes


class NetworkBuilder(Layout):
    """What a recording has found so far. Raises UnsupportedOperation.

    samples: how many the recorded tensors have; place: a function that gives the line of the user's code.
    """

    def __init__(self, module, samples, place):
        self.samples = samples
        self.place = place
        self.names = Names(module)
        self.shapes = {}
        self.operations = []
        self.places = {}
        self.parameters = {}
        self.adapted = set()
        self.norms = []

    def fail(self, message):
        """Refuse what is recorded now, with a message about its module and line."""
        raise UnsupportedOperation(f"{self.here()}: {message}")

    def here(self):
        """The module that runs and the line of the user's code."""
        return f"{self.names.described()}{self.place()}"

    def refuse(self, what, instead):
        """Refuse something that no operation of a trace states, and say what would work."""
        self.fail(f"{what} is not supported; what works: {instead}")

    def is_value(self, operand):
        """Whether an operand is a value of the network, and not a constant."""
        return isinstance(operand, Value) or getattr(operand, "recorded", None) is not None

    def need_value(self, operand):
        """The value that an operand is."""
        if isinstance(operand, Value):
            return operand
        if not self.is_value(operand):
            self.fail(f"an operand that is not a value of the network ({shown(operand)})")
        if operand.stale:
            self.refuse(
                "using a tensor after a change in place of another view of it", "y = x + ... in place of +="
            )
        return operand.recorded

    def need_aligned(self, one, other):
        """Refuse two values whose samples do not meet."""
        if (one.from_right, one.folded) != (other.from_right, other.folded):
            self.refuse("an operation across samples", "tensors with the samples at the same dimension")

    def features_last(self, value):
        """Refuse a value whose samples are its last dimension."""
        if value.from_right < 1:
            self.refuse("an operation over the samples", "tensors (samples, ..., features)")

    def samples_first(self, value, what):
        """Refuse a value whose samples are not its first dimension alone."""
        if value.batch != 0 or value.folded:
            self.refuse(
                f"{what} of a tensor whose first dimension is not the samples", "tensors (samples, ...)"
            )

    def need_images(self, value, dimensions, what):
        """Refuse a value that is not [channels, ...] with so many dimensions."""
        self.samples_first(value, what)
        if len(value.dims) != dimensions:
            named = ("(samples, channels, length)", "(samples, channels, height, width)")[dimensions - 2]
            self.fail(f"{what} of shape {list(value.dims)} per sample, expected a tensor {named}")

    def axis(self, value, dimension):
        """The value's axis that a tensor's dimension is."""
        if not is_number(dimension, int) or not -value.rank <= dimension < value.rank:
            self.fail(f"dimension {shown(dimension)} of a tensor of {value.rank} dimensions")
        dimension = int(dimension) % value.rank
        if dimension == value.batch:
            self.refuse("an operation over the samples", "operations within each sample")
        return dimension - (dimension > value.batch and not value.folded)

    def number(self, constant):
        """A Python number that a trace can hold."""
        if isinstance(constant, torch.Tensor) or not is_number(constant):
            self.fail(f"an operand that is not a value of the network ({shown(constant)})")
        if not abs(float(constant)) <= numpy.finfo(numpy.float32).max:
            self.fail(f"the constant {constant}, expected a finite float32 number")
        return float(constant)

    def epsilon(self, epsilon):
        """The epsilon of a norm."""
        low, high = EPSILON
        if not is_number(epsilon) or not low <= epsilon <= high:
            self.fail(f"epsilon: expected a number {low:g}..{high:g}, got {shown(epsilon)}")
        return float(epsilon)

    def append(self, kind, inputs, attributes, name=None, outputs=1):
        """An operation on named values; returns the names of its results."""
        name = name or self.names.operation(kind)
        names = [name] if outputs == 1 else [self.names.unique(f"{name}.{n}") for n in range(outputs)]
        step = Operation(name, kind, inputs, names, attributes)
        if any(value not in self.shapes for value in inputs):
            self.refuse("a root for something else than a division by it", "nn.LayerNorm or nn.RMSNorm")
        used = {key: tuple(self.parameters[key].shape) for key in step.parameter_names()}
        try:
            results = result_shapes(step, [self.shapes[value] for value in inputs], used)
        except ValueError as error:
            self.fail(str(error))
        for result, shape in zip(names, results):
            self.need_shape(shape)
            self.shapes[result] = shape
        self.operations.append(step)
        self.places[name] = self.here()
        return names

    def need_shape(self, shape):
        """Refuse a shape that no value of a trace may have."""
        fits = 1 <= len(shape) <= MOST_DIMENSIONS and 1 <= min(shape) <= max(shape) <= LARGEST_EXTENT
        if not fits or math.prod(shape) > LARGEST_VALUE:
            self.fail(
                f"gives {list(shape)} per sample, expected 1..{MOST_DIMENSIONS} dimensions of "
                f"1..{LARGEST_EXTENT} and at most {LARGEST_VALUE} elements"
            )

    def apply(self, kind, *values, dims=None, batch=None, name=None, **attributes):
        """An operation on values; its result has the samples where the first value has them from the right.

        dims, batch: the result's, where that is not so.
        """
        (result,) = self.append(kind, [value.name for value in values], attributes, name)
        first = values[0]
        if dims is None:
            alone = all(value.dims == () for value in values) and self.shapes[result] == (1,)
            dims = () if alone else self.shapes[result]
        if batch is None:
            batch = len(dims) + (not first.folded) - 1 - first.from_right
        return Value(result, tuple(dims), batch, first.folded)

    def layer(self, kind, value, **attributes):
        """A linear operation or convolution, which adapters know by the path of its module."""
        name, layer = self.names.layer(kind)
        if name != layer:
            attributes["layer"] = layer
        return self.apply(kind, value, name=name, **attributes)

    def parameter(self, tensor, key, content=None, here=False):
        """Name of a parameter; tensors that are one are one parameter.

        content: what is exported, made of `tensor` (which is the default) by the conversion. here: it is
        named after the module that runs, whichever module has it.
        """
        content = (tensor if content is None else content).detach()
        if content.is_meta or content.is_complex():
            self.fail(f"{key}: expected floating-point numbers, got {content.dtype} on {content.device}")
        content = content if content.is_floating_point() else content.float()
        for known, name, old in self.names.uses(tensor):
            if known is tensor and old.shape == content.shape and torch.equal(old, content):
                return name
        name = self.names.parameter(tensor, key, content, here)
        self.parameters[name] = content
        return name

    def scaled(self, value, factor):
        """value * number"""
        return value if factor == 1 else self.apply("multiply", value, constant=self.number(factor))

    def shifted(self, value, term):
        """value + number"""
        return value if term == 0 else self.apply("add", value, constant=self.number(term))

    def sum(self, one, other):
        """The sum of two aligned values."""
        return self.apply("add", one, other)

    def slice(self, value, axis, begin, end, step=1):
        """A part along an axis."""
        if (begin, end, step) == (0, value.dims[axis], 1):
            return value
        if step < 1:
            self.refuse("a slice backwards", "a positive step")
        return self.apply("slice", value, axis=axis, begin=begin, end=end, step=step)

    def expand(self, value, dims):
        """The value repeated to fill these dimensions."""
        if tuple(value.dims) == tuple(dims):
            return value
        ones = self.parameter(torch.ones(tuple(dims)), "ones")
        return self.apply("multiply", value, parameter=ones)
