"""The network as a trace states it: operations on named values of shape [rows, columns]."""

from dataclasses import dataclass, field


@dataclass
class Operation:
    """One step: `operation` names its kind, `attributes` holds the keys that kind has of its own."""

    name: str
    operation: str
    inputs: list
    output: str
    attributes: dict = field(default_factory=dict)


@dataclass
class Network:
    """Operations in execution order; the input is scale * u8 + offset; parameters: name to shape."""

    input_name: str
    input_shape: tuple
    input_scale: float
    input_offset: float
    operations: list
    output: str
    parameters: dict

    def linear_shapes(self):
        """Name of each linear operation to its weight's shape (out, in), in execution order."""
        return {
            operation.name: self.parameters[operation.attributes["weight"]]
            for operation in self.operations
            if operation.operation == "linear"
        }

    def shapes(self):
        """Shape (rows, columns) of every value. Raises ValueError where operations do not fit together."""
        shapes = {self.input_name: tuple(self.input_shape)}
        for operation in self.operations:
            unknown = [name for name in operation.inputs if name not in shapes]
            if unknown:
                raise ValueError(f"{operation.name}: no earlier operation gives {unknown[0]!r}")
            if operation.output in shapes:
                raise ValueError(f"{operation.name}: value {operation.output!r} exists already")
            inputs = [shapes[name] for name in operation.inputs]
            try:
                shapes[operation.output] = result_shape(operation, inputs, self.parameters)
            except KeyError as error:
                raise ValueError(f"{operation.name}: no attribute or parameter {error}") from error
            except ValueError as error:
                raise ValueError(f"{operation.name}: {error}") from error
        return shapes


def result_shape(operation, inputs, parameters):
    """Shape of an operation's result from its inputs' shapes. Raises ValueError if they do not fit.

    inputs: (rows, columns) of each; parameters: name to shape.
    """
    kind = operation.operation
    if len(inputs) != (2 if kind == "add" else 1):
        raise ValueError(f"{kind} of {len(inputs)} inputs")
    rows, columns = inputs[0]
    if kind == "linear":
        weight = parameters[operation.attributes["weight"]]
        if len(weight) != 2:
            raise ValueError(f"weight has shape {list(weight)}, expected [out, in]")
        out_features, in_features = weight
        if columns != in_features:
            raise ValueError(f"weight takes {in_features} features, input has {columns}")
        bias = operation.attributes["bias"]
        if bias is not None and tuple(parameters[bias]) != (out_features,):
            raise ValueError(f"bias has shape {list(parameters[bias])}, expected [{out_features}]")
        return rows, out_features
    if kind == "rms_norm":
        gain = parameters[operation.attributes["gain"]]
        if tuple(gain) != (columns,):
            raise ValueError(f"gain has shape {list(gain)}, expected [{columns}]")
        return rows, columns
    if kind in ("gelu", "relu"):
        return rows, columns
    if kind == "add":
        if tuple(inputs[0]) != tuple(inputs[1]):
            raise ValueError(f"+ of shapes {list(inputs[0])} and {list(inputs[1])}; they must be equal")
        return rows, columns
    if kind == "transpose":
        return columns, rows
    if kind == "mean":
        return 1, columns
    raise ValueError(f"unknown operation {kind!r}")
