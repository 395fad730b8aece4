"""The network as a trace states it: operations on named values of any shape per sample."""

import math
from dataclasses import dataclass, field

from .operations import KINDS, result_shapes


@dataclass
class Operation:
    """One step: `operation` names its kind, `attributes` holds the keys that kind has of its own."""

    name: str
    operation: str
    inputs: list
    outputs: list
    attributes: dict = field(default_factory=dict)

    @property
    def layer(self):
        """The name by which adapters know a linear operation or a convolution."""
        return self.attributes.get("layer", self.name)

    def parameter_names(self):
        """Names of the parameters that it uses."""
        keys = KINDS[self.operation].parameters
        own = [self.attributes[key] for key in keys if self.attributes.get(key) is not None]
        return own + [name for step in self.body for name in step.parameter_names()]

    @property
    def body(self):
        """The operations of a loop's body; of another operation none."""
        return self.attributes.get("body", {}).get("operations", [])


def walk(operations):
    """All operations, those of the bodies of loops behind their loop."""
    for operation in operations:
        yield operation
        yield from walk(operation.body)


@dataclass
class Network:
    """Operations in execution order; the input is scale * stored + offset; parameters: name to shape.

    input_type: "u8", "f32" or "spikes". whole_numbers: the module is called with integers, as an embedding
    is. examples: the batches that the module was recorded with.
    """

    input_name: str
    input_shape: tuple
    input_scale: float
    input_offset: float
    operations: list
    output: str
    parameters: dict
    input_type: str = "u8"
    whole_numbers: bool = False
    examples: tuple = field(default=(), compare=False, repr=False)

    def layer_shapes(self):
        """Layer to (out, in) of the matrix an adapter adds to, in execution order.

        A convolution's weight [out, in, height, width] counts as a matrix [out, in * height * width].
        """
        shapes = {}
        for operation in walk(self.operations):
            if operation.operation in ("linear", "conv2d"):
                out, *others = self.parameters[operation.attributes["weight"]]
                shapes[operation.layer] = (out, math.prod(others))
        return shapes

    def shapes(self):
        """Shape of every value, per sample. Raises ValueError where operations do not fit together."""
        shapes = {self.input_name: tuple(self.input_shape)}
        for operation in self.operations:
            unknown = [name for name in operation.inputs if name not in shapes]
            if unknown:
                raise ValueError(f"{operation.name}: no earlier operation gives {unknown[0]!r}")
            inputs = [shapes[name] for name in operation.inputs]
            try:
                results = result_shapes(operation, inputs, self.parameters)
            except KeyError as error:
                raise ValueError(f"{operation.name}: no attribute or parameter {error}") from error
            except ValueError as error:
                raise ValueError(f"{operation.name}: {error}") from error
            for name, shape in zip(operation.outputs, results):
                if name in shapes:
                    raise ValueError(f"{operation.name}: value {name!r} exists already")
                shapes[name] = shape
        return shapes
