"""From a PyTorch module to operations, by way of torch.fx."""

import copy
import operator

import torch
import torch.fx
from torch import nn

from .layers import LoraLinear, RMSNorm
from .operations import Network, Operation, result_shape

SUPPORTED = (
    "nn.Linear, LoraLinear, RMSNorm, nn.GELU (exact), nn.ReLU, +, transpose of the last two dimensions, "
    "mean over the tokens, nn.Dropout and nn.Identity"
)


class UnsupportedOperation(Exception):
    """The module does something a trace cannot state; the one-line message names the module and its type."""


def trace_network(module, input_shape, input_scale, input_offset):
    """Network of a module that maps (batch, rows, columns) to class scores, in evaluation mode.

    input_shape: (rows, columns) of one sample; the network's input is input_scale * u8 + input_offset. A
    linear operation, and the parameters of a module, are named by the module's path. Adapters are not part of
    the network. Raises UnsupportedOperation.
    """
    module = copy.deepcopy(module).eval()
    tracer = _PathTracer()
    try:
        graph = tracer.trace(module)
    except Exception as error:
        text = str(error).splitlines()[0] if str(error) else ""
        where = _describe(module, tracer.failed_path or "")
        raise UnsupportedOperation(f"{where} cannot be traced ({type(error).__name__}: {text})") from error
    return _Converter(module, graph, input_shape, input_scale, input_offset).network()


class _PathTracer(torch.fx.Tracer):
    """Notes for every node, and for a failure, in which module it happened."""

    def __init__(self):
        super().__init__()
        self.paths = [""]
        self.failed_path = None

    def is_leaf_module(self, module, path):
        return isinstance(module, (RMSNorm, LoraLinear)) or super().is_leaf_module(module, path)

    def call_module(self, module, forward, args, kwargs):
        path = self.path_of_module(module)
        self.paths.append(path)
        try:
            return super().call_module(module, forward, args, kwargs)
        except Exception:
            self.failed_path = self.failed_path or path
            raise
        finally:
            self.paths.pop()

    def create_node(self, *args, **kwargs):
        node = super().create_node(*args, **kwargs)
        node.meta["module_path"] = self.paths[-1]
        return node


def _type_name(module):
    cls = type(module)
    package = "torch.nn" if cls.__module__.startswith("torch.nn.modules") else cls.__module__
    return f"{package}.{cls.__qualname__}"


def _describe(root, path):
    return f"{path or 'the network'} ({_type_name(root.get_submodule(path))})"


def _bind(node, names):
    """Arguments of a call by name; None if there are others than `names`."""
    if len(node.args) > len(names):
        return None
    bound = {**dict(zip(names, node.args)), **node.kwargs}
    return bound if set(bound) <= set(names) else None


FUNCTIONS = {
    operator.add: "add",
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
    def __init__(self, module, graph, input_shape, input_scale, input_offset):
        self.module = module
        self.graph = graph
        self.taken = {node.target for node in graph.nodes if node.op == "call_module"}
        self.visited = set()
        self.values = {}
        self.shapes = {}
        self.without_tokens = set()
        self.operations = []
        self.parameters = {}
        self.input = {
            "input_shape": tuple(input_shape),
            "input_scale": input_scale,
            "input_offset": input_offset,
        }

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
            f"{_describe(self.module, path)}: {what} is not supported; supported: {SUPPORTED}"
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
                f"{_describe(self.module, node.meta['module_path'])}: {error}"
            ) from error
        dropped = {value in self.without_tokens for value in inputs}
        if len(dropped) > 1:
            self._refuse(node, "+ of a tensor with a token dimension and one without")
        if dropped == {True}:
            self.without_tokens.add(name)
        self.operations.append(step)
        self.values[node] = name

    def _placeholder(self, node):
        if self.values:
            self._refuse(node, f"a second input ({node.target})")
        self.input_name = self._unique("input")
        self.values[node] = self.input_name
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
            self.values[node] = self._value(node, source)
        elif kind is nn.GELU:
            self._refuse(node, f"GELU with approximate={module.approximate!r}")
        elif kind is nn.ReLU:
            self._refuse(node, "ReLU with inplace=True")
        elif kind is LoraLinear:
            self._refuse(node, f"an adapter on {_type_name(base)}")
        else:
            self._refuse(node, _type_name(module))

    def _first_name(self, node):
        """The module's path, or a name after it when the module is called again."""
        if node.target in self.visited:
            return self._unique(node.target)
        self.visited.add(node.target)
        return node.target

    def _parameter(self, node, name, value):
        full_name = f"{node.target}.{name}"
        if full_name in self.parameters:
            self._refuse(node, "calling a layer with parameters twice")
        self.parameters[full_name] = tuple(value.shape)
        return full_name

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
            self.values[node] = self._value(node, arguments["input"])

    def _transpose(self, node, source, first, second):
        value = self._value(node, source)
        dimensions = {first, second}
        if value in self.without_tokens or dimensions not in ({1, 2}, {-1, -2}, {1, -1}, {-2, 2}):
            self._refuse(node, f"a transpose of dimensions {first} and {second}")
        self._append(node, "transpose", [source])

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
