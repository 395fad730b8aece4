"""From a PyTorch module to operations."""

import math
import operator

import torch
import torch.fx
from torch import nn

from .evaluation import evaluation_copy, refuse_training_mode
from .hidden import refuse_hidden_computation
from .layers import LoraLinear, RMSNorm
from .numbers import is_number
from .operations import Network, Operation, result_shape
from .storage import Storage
from .tracing import record_graph
from .unsupported import SUPPORTED, UnsupportedOperation, describe, type_name


def trace_network(module, input_shape, input_scale, input_offset):
    """Network of a module that maps (batch, rows, columns) to class scores, in evaluation mode.

    input_shape: (rows, columns) of one sample; the network's input is input_scale * u8 + input_offset. A
    linear operation, and the parameters of a module, are named by the module's path; a parameter that several
    modules share has the name of the first that is called. Adapters are not part of the network. Raises
    UnsupportedOperation, or ValueError for a wrong shape, scale or offset.
    """
    entry = _checked_input(input_shape, input_scale, input_offset)
    refuse_hidden_computation(module)
    module = evaluation_copy(module)
    for part in module.modules():
        # They see gradients alone, but torch calls them with outputs, and a recorded output is no tensor.
        part._backward_hooks.clear()
    graph = record_graph(module)
    refuse_training_mode(module)
    return _Converter(module, graph, entry).network()


def _checked_input(shape, scale, offset):
    """The fields of a Network for its input, as Python numbers."""
    whole = isinstance(shape, (tuple, list, torch.Size)) and all(is_number(size, int) for size in shape)
    if not whole or len(shape) != 2 or min(shape) < 1:
        raise ValueError(
            f"input_shape: expected (rows, columns) of one sample, got {shape!r}; a network on "
            "(batch, features) is exported as one on (batch, 1, features)"
        )
    for name, value in (("input_scale", scale), ("input_offset", offset)):
        if not is_number(value) or not math.isfinite(value):
            raise ValueError(f"{name}: expected a finite number, got {value!r}")
    if scale == 0:
        raise ValueError("input_scale: expected a number other than 0")
    return {
        "input_shape": tuple(int(size) for size in shape),
        "input_scale": float(scale),
        "input_offset": float(offset),
    }


def _bind(node, names):
    """Arguments of a call by name; None if there are others than `names`."""
    if len(node.args) > len(names):
        return None
    bound = {**dict(zip(names, node.args)), **node.kwargs}
    return bound if set(bound) <= set(names) else None


FUNCTIONS = {
    operator.add: "add",
    operator.iadd: "add in place",
    torch.add: "add",
    torch.transpose: "transpose",
    torch.mean: "mean",
    torch.relu: "relu",
    nn.functional.relu: "relu",
    nn.functional.gelu: "gelu",
    nn.functional.dropout: "dropout",
}
METHODS = {"add": "add", "transpose": "transpose", "mean": "mean", "relu": "relu"}


class _Converter:
    def __init__(self, module, graph, entry):
        self.module = module
        self.graph = graph
        self.taken = {node.target for node in graph.nodes if node.op == "call_module"}
        self.visited = set()
        self.values = {}
        self.storage = Storage()
        self.shapes = {}
        self.without_tokens = set()
        self.operations = []
        self.parameters = {}
        self.called = set()
        self.names = {}
        self.input = entry

    def network(self):
        for node in self.graph.nodes:
            getattr(self, f"_{node.op}")(node)
        operations = self._needed_operations()
        used = {value for step in operations for value in step.attributes.values() if isinstance(value, str)}
        parameters = {name: shape for name, shape in self.parameters.items() if name in used}
        return Network(
            self.input_name, operations=operations, output=self.result, parameters=parameters, **self.input
        )

    def _needed_operations(self):
        needed = {self.result}
        kept = []
        for operation in reversed(self.operations):
            if operation.output in needed:
                kept.append(operation)
                needed.update(operation.inputs)
        return kept[::-1]

    def _refuse(self, node, what):
        path = node.target if node.op == "call_module" else node.meta["module_path"]
        raise UnsupportedOperation(
            f"{describe(self.module, path)}: {what} is not supported; supported: {SUPPORTED}"
        )

    def _unique(self, name):
        candidate, number = name, 2
        while candidate in self.taken:
            candidate, number = f"{name}_{number}", number + 1
        self.taken.add(candidate)
        return candidate

    def _value(self, node, argument):
        if not isinstance(argument, torch.fx.Node) or argument not in self.values:
            self._refuse(node, f"an operand that is not a value of the network ({argument!r})")
        if self.storage.is_stale(argument):
            self._refuse(node, "using a tensor after += on its transpose")
        return self.values[argument]

    def _append(self, node, kind, arguments, name=None, **attributes):
        if name is None:
            path = node.meta["module_path"]
            name = self._unique(f"{path}.{kind}" if path else kind)
        inputs = [self._value(node, argument) for argument in arguments]
        step = Operation(name, kind, inputs, name, attributes)
        try:
            self.shapes[name] = result_shape(step, [self.shapes[value] for value in inputs], self.parameters)
        except ValueError as error:
            raise UnsupportedOperation(
                f"{describe(self.module, node.meta['module_path'])}: {error}"
            ) from error
        dropped = {value in self.without_tokens for value in inputs}
        if len(dropped) > 1:
            self._refuse(node, "+ of a tensor with a token dimension and one without")
        if dropped == {True}:
            self.without_tokens.add(name)
        self.operations.append(step)
        self.values[node] = name
        self.storage.add(node)

    def _alias(self, node, source):
        self.values[node] = self._value(node, source)
        self.storage.share(node, source)

    def _placeholder(self, node):
        if self.values:
            self._refuse(node, f"a second input ({node.target})")
        self.input_name = self._unique("input")
        self.values[node] = self.input_name
        self.storage.add(node)
        self.shapes[self.input_name] = self.input["input_shape"]

    def _get_attr(self, node):
        self._refuse(node, f"using the parameter {node.target!r} outside a layer")

    def _output(self, node):
        result = node.args[0]
        if not isinstance(result, torch.fx.Node):
            self._refuse(node, f"a result of type {type(result).__name__}")
        self.result = self._value(node, result)
        if not self.operations or self.shapes[self.result][0] != 1:
            rows, columns = self.shapes[self.result]
            self._refuse(
                node, f"a result of shape [{rows}, {columns}] per sample (class scores are [1, classes])"
            )

    def _call_module(self, node):
        module = self.module.get_submodule(node.target)
        arguments = _bind(node, ["input"])
        if arguments is None:
            arguments = _bind(node, ["x"])
        if not arguments or len(arguments) != 1:
            self._refuse(node, "a call with other than one argument")
        (source,) = arguments.values()
        kind = type(module)
        base = module.base_layer if kind is LoraLinear else module
        if type(base) is nn.Linear:
            weight = self._parameter(node, "weight", base.weight)
            bias = None if base.bias is None else self._parameter(node, "bias", base.bias)
            self._append(node, "linear", [source], node.target, weight=weight, bias=bias)
        elif kind is RMSNorm:
            gain = self._parameter(node, "gain", module.gain)
            self._append(node, "rms_norm", [source], node.target, gain=gain, epsilon=float(module.epsilon))
        elif kind is nn.GELU and getattr(module, "approximate", "none") == "none":
            self._append(node, "gelu", [source], self._first_name(node))
        elif kind is nn.ReLU and not module.inplace:
            self._append(node, "relu", [source], self._first_name(node))
        elif kind in (nn.Dropout, nn.Identity):
            self._alias(node, source)
        elif kind is nn.GELU:
            self._refuse(node, f"GELU with approximate={module.approximate!r}")
        elif kind is nn.ReLU:
            self._refuse(node, "ReLU with inplace=True")
        elif kind is LoraLinear:
            self._refuse(node, f"an adapter on {type_name(base)}")
        else:
            self._refuse(node, type_name(module))

    def _first_name(self, node):
        """The module's path, or a name after it when the module is called again."""
        if node.target in self.visited:
            return self._unique(node.target)
        self.visited.add(node.target)
        return node.target

    def _parameter(self, node, name, value):
        if not isinstance(value, nn.Parameter):
            self._refuse(node, f"a {name} that is a {type(value).__qualname__}, not a parameter,")
        full_name = f"{node.target}.{name}"
        if full_name in self.called:
            self._refuse(node, "calling a layer with parameters twice")
        self.called.add(full_name)
        first_name = self.names.setdefault(id(value), full_name)
        self.parameters[first_name] = tuple(value.shape)
        return first_name

    def _call_function(self, node):
        if node.target is getattr and node.args[1:] == ("mT",):
            self._transpose(node, node.args[0], -1, -2)
        elif node.target is getattr:
            self._refuse(node, f"the attribute {node.args[1]!r} of a tensor")
        elif node.target in FUNCTIONS:
            self._convert(node, FUNCTIONS[node.target])
        else:
            self._refuse(node, f"the function {getattr(node.target, '__name__', node.target)}")

    def _call_method(self, node):
        if node.target not in METHODS:
            self._refuse(node, f"the tensor method {node.target}")
        self._convert(node, METHODS[node.target])

    def _convert(self, node, kind):
        if kind == "add":
            arguments = _bind(node, ["input", "other"])
            if arguments is None:
                self._refuse(node, "+ with further arguments")
            self._append(node, "add", [arguments.get("input"), arguments.get("other")])
        elif kind == "add in place":
            target, other = node.args
            self._append(node, "add", [target, other])
            for changed in self.storage.overwrite(node, target):
                self.values[changed] = self.values[node]
        elif kind == "transpose":
            arguments = _bind(node, ["input", "dim0", "dim1"])
            if arguments is None:
                self._refuse(node, "transpose with these arguments")
            self._transpose(node, *(arguments.get(name) for name in ("input", "dim0", "dim1")))
        elif kind == "mean":
            self._mean(node)
        elif kind == "relu":
            arguments = _bind(node, ["input", "inplace"])
            if arguments is None or arguments.get("inplace"):
                self._refuse(node, "relu with inplace=True")
            self._append(node, "relu", [arguments["input"]])
        elif kind == "gelu":
            arguments = _bind(node, ["input", "approximate"])
            if arguments is None or arguments.get("approximate", "none") != "none":
                self._refuse(node, "gelu with an approximation")
            self._append(node, "gelu", [arguments["input"]])
        elif kind == "dropout":
            arguments = _bind(node, ["input", "p", "training", "inplace"])
            if arguments is None or arguments.get("training", True):
                self._refuse(node, "dropout that stays active in evaluation mode")
            self._alias(node, arguments["input"])

    def _transpose(self, node, source, first, second):
        value = self._value(node, source)
        dimensions = {first, second}
        if value in self.without_tokens or dimensions not in ({1, 2}, {-1, -2}, {1, -1}, {-2, 2}):
            self._refuse(node, f"a transpose of dimensions {first} and {second}")
        self._append(node, "transpose", [source])
        self.storage.share(node, source, transposed=True)

    def _mean(self, node):
        arguments = _bind(node, ["input", "dim", "keepdim"])
        if arguments is None:
            self._refuse(node, "mean with these arguments")
        value = self._value(node, arguments.get("input"))
        dimension = arguments.get("dim")
        if isinstance(dimension, (list, tuple)) and len(dimension) == 1:
            (dimension,) = dimension
        if value in self.without_tokens or dimension not in (1, -2):
            self._refuse(node, f"a mean over {dimension!r}")
        self._append(node, "mean", [arguments["input"]])
        if not arguments.get("keepdim", False):
            self.without_tokens.add(self.values[node])
