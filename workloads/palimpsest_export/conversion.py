"""From the graph that torch.fx recorded to the operations of a trace."""

import operator

import torch
import torch.fx
from torch import nn

from .building import NetworkBuilder
from .errors import shown
from .layers import LoraLinear, RMSNorm
from .limits import EPSILON
from .numbers import is_number
from .operations import Network

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
TRANSPOSED = ((1, 2), (2, 1), (-1, -2), (-2, -1), (1, -1), (-1, 1), (-2, 2), (2, -2))


def _bind(node, names):
    """Arguments of a call by name; None if there are others than `names`."""
    if len(node.args) > len(names):
        return None
    bound = {**dict(zip(names, node.args)), **node.kwargs}
    return bound if set(bound) <= set(names) else None


class Converter(NetworkBuilder):
    """One conversion: network() gives the Network of a module's graph.

    Raises UnsupportedOperation.
    """

    def __init__(self, module, graph, entry):
        """entry: the fields of a Network for its input."""
        super().__init__(module, {node.target for node in graph.nodes if node.op == "call_module"})
        self.graph = graph
        self.input = entry
        self.visited = set()

    def network(self):
        """The Network, without operations whose results nothing uses."""
        for node in self.graph.nodes:
            getattr(self, f"_{node.op}")(node)
        operations = self.needed_operations(self.result)
        used = {value for step in operations for value in step.attributes.values() if isinstance(value, str)}
        parameters = {name: shape for name, shape in self.parameters.items() if name in used}
        return Network(
            self.input_name, operations=operations, output=self.result, parameters=parameters, **self.input
        )

    def _placeholder(self, node):
        if self.values:
            self.refuse(node, f"a second input ({node.target})")
        self.input_name = self.unique("input")
        self.values[node] = self.input_name
        self.storage.add(node)
        self.shapes[self.input_name] = self.input["input_shape"]

    def _get_attr(self, node):
        for kind, named in (
            ("parameter", self.module.named_parameters()),
            ("buffer", self.module.named_buffers()),
        ):
            if node.target in dict(named):
                self.refuse(node, f"using the {kind} {node.target!r} outside a layer")
        self.refuse(node, "a constant tensor")

    def _output(self, node):
        result = node.args[0]
        if not isinstance(result, torch.fx.Node):
            kind = type(result).__name__.replace("immutable_", "")
            self.fail(node, f"a result of type {kind}, expected one tensor of class scores")
        self.result = self.value(node, result)
        rows, columns = self.shapes[self.result]
        if rows != 1:
            self.fail(
                node, f"a result of shape [{rows}, {columns}] per sample, expected class scores [1, classes]"
            )
        if self.result == self.input_name:
            self.fail(node, "gives its input as its result")

    def _call_module(self, node):
        module = self.module.get_submodule(node.target)
        arguments = _bind(node, ["input"]) or _bind(node, ["x"])
        if not arguments:
            self.refuse(node, "a call with other than one argument")
        (source,) = arguments.values()
        kind = type(module)
        if kind in (nn.Dropout, nn.Identity):
            self.alias(node, source)
        elif kind is nn.GELU:
            self.append(node, "gelu", [source], self._first_name(node))
        elif kind is nn.ReLU:
            self.append(node, "relu", [source], self._first_name(node))
        elif kind is RMSNorm:
            gain = self.parameter(node, "gain", module.gain)
            epsilon = self._epsilon(node, module)
            self.append(node, "rms_norm", [source], node.target, gain=gain, epsilon=epsilon)
        else:
            base = module.base_layer if kind is LoraLinear else module
            weight = self.parameter(node, "weight", base.weight)
            bias = None if base.bias is None else self.parameter(node, "bias", base.bias)
            self.append(node, "linear", [source], node.target, weight=weight, bias=bias)

    def _epsilon(self, node, norm):
        low, high = EPSILON
        if not is_number(norm.epsilon) or not low <= norm.epsilon <= high:
            self.fail(node, f"epsilon: expected a number {low:g}..{high:g}, got {shown(norm.epsilon)}")
        return float(norm.epsilon)

    def _first_name(self, node):
        """The module's path, or a name after it when the module is called again."""
        if node.target in self.visited:
            return self.unique(node.target)
        self.visited.add(node.target)
        return node.target

    def _call_function(self, node):
        if node.target is getattr and node.args[1:] == ("mT",):
            self._transpose(node, node.args[0], -1, -2)
        elif node.target is getattr:
            self.refuse(node, f"the attribute {node.args[1]!r} of a tensor")
        elif node.target in FUNCTIONS:
            self._convert(node, FUNCTIONS[node.target])
        else:
            self.refuse(node, f"the function {getattr(node.target, '__name__', node.target)}")

    def _call_method(self, node):
        if node.target not in METHODS:
            self.refuse(node, f"the tensor method {node.target}")
        self._convert(node, METHODS[node.target])

    def _convert(self, node, kind):
        if kind == "add":
            arguments = _bind(node, ["input", "other"])
            if arguments is None:
                self.refuse(node, "+ with further arguments")
            self.append(node, "add", [arguments.get("input"), arguments.get("other")])
        elif kind == "add in place":
            target, other = node.args
            self.append(node, "add", [target, other])
            for changed in self.storage.overwrite(node, target):
                self.values[changed] = self.values[node]
        elif kind == "transpose":
            arguments = _bind(node, ["input", "dim0", "dim1"])
            if arguments is None:
                self.refuse(node, "transpose with these arguments")
            self._transpose(node, *(arguments.get(name) for name in ("input", "dim0", "dim1")))
        elif kind == "mean":
            self._mean(node)
        elif kind == "relu":
            arguments = _bind(node, ["input", "inplace"])
            if arguments is None or arguments.get("inplace"):
                self.refuse(node, "relu with inplace=True")
            self.append(node, "relu", [arguments["input"]])
        elif kind == "gelu":
            arguments = _bind(node, ["input", "approximate"])
            if arguments is None or arguments.get("approximate", "none") != "none":
                self.refuse(node, "gelu with an approximation")
            self.append(node, "gelu", [arguments["input"]])
        elif kind == "dropout":
            arguments = _bind(node, ["input", "p", "training", "inplace"])
            if arguments is None or arguments.get("training", True):
                self.refuse(node, "dropout that stays active in evaluation mode")
            self.alias(node, arguments["input"])

    def _transpose(self, node, source, first, second):
        value = self.value(node, source)
        if value in self.without_tokens or (first, second) not in TRANSPOSED:
            self.refuse(node, f"a transpose of dimensions {shown(first)} and {shown(second)}")
        self.append(node, "transpose", [source])
        self.storage.share(node, source, transposed=True)

    def _mean(self, node):
        arguments = _bind(node, ["input", "dim", "keepdim"])
        if arguments is None or not isinstance(arguments.get("keepdim", False), bool):
            self.refuse(node, "mean with these arguments")
        value = self.value(node, arguments.get("input"))
        dimension = arguments.get("dim")
        if isinstance(dimension, (list, tuple)) and len(dimension) == 1:
            (dimension,) = dimension
        if value in self.without_tokens or dimension not in (1, -2):
            self.refuse(node, f"a mean over {shown(dimension)}")
        self.append(node, "mean", [arguments["input"]])
        if not arguments.get("keepdim", False):
            self.without_tokens.add(self.values[node])
