"""Operations and values of a network while they are gathered from a graph's nodes."""

import torch
import torch.fx
from torch import nn

from .errors import UnsupportedOperation, shown
from .limits import LARGEST_EXTENT, LARGEST_VALUE
from .operations import Operation, result_shape
from .storage import Storage
from .unsupported import SUPPORTED, describe


class NetworkBuilder:
    """What a conversion has found so far: operations, the value of each node, shapes and parameters.

    module: the network; taken: names that no further operation may have. Raises UnsupportedOperation.
    """

    def __init__(self, module, taken):
        self.module = module
        self.taken = taken
        self.values = {}
        self.storage = Storage()
        self.shapes = {}
        self.without_tokens = set()
        self.operations = []
        self.parameters = {}
        self.called = set()
        self.names = {}

    def needed_operations(self, result):
        """The operations that `result`, a value's name, depends on."""
        needed = {result}
        kept = []
        for operation in reversed(self.operations):
            if operation.output in needed:
                kept.append(operation)
                needed.update(operation.inputs)
        return kept[::-1]

    def fail(self, node, message):
        """Refuse the node with a message about its module."""
        path = node.target if node.op == "call_module" else node.meta["module_path"]
        raise UnsupportedOperation(f"{describe(self.module, path)}: {message}")

    def refuse(self, node, what):
        """Refuse something that no operation of a trace states."""
        self.fail(node, f"{what} is not supported; supported: {SUPPORTED}")

    def unique(self, name):
        """`name`, or with a number where it is taken."""
        candidate, number = name, 2
        while candidate in self.taken:
            candidate, number = f"{name}_{number}", number + 1
        self.taken.add(candidate)
        return candidate

    def value(self, node, argument):
        """Name of the value that an operand of a node is."""
        if not isinstance(argument, torch.fx.Node) or argument not in self.values:
            self.refuse(node, f"an operand that is not a value of the network ({shown(argument)})")
        if self.storage.is_stale(argument):
            self.refuse(node, "using a tensor after += on its transpose")
        return self.values[argument]

    def append(self, node, kind, arguments, name=None, **attributes):
        """An operation whose result is the node's value; name: other than after its module and kind."""
        if name is None:
            path = node.meta["module_path"]
            name = self.unique(f"{path}.{kind}" if path else kind)
        inputs = [self.value(node, argument) for argument in arguments]
        step = Operation(name, kind, inputs, name, attributes)
        try:
            shape = result_shape(step, [self.shapes[value] for value in inputs], self.parameters)
        except ValueError as error:
            self.fail(node, str(error))
        if not 1 <= min(shape) <= max(shape) <= LARGEST_EXTENT or shape[0] * shape[1] > LARGEST_VALUE:
            self.fail(
                node,
                f"gives {list(shape)} per sample, expected 1..{LARGEST_EXTENT} rows and columns and at most "
                f"{LARGEST_VALUE} elements",
            )
        self.shapes[name] = shape
        dropped = {value in self.without_tokens for value in inputs}
        if len(dropped) > 1:
            self.refuse(node, "+ of a tensor with a token dimension and one without")
        if dropped == {True}:
            self.without_tokens.add(name)
        self.operations.append(step)
        self.values[node] = name
        self.storage.add(node)

    def alias(self, node, source):
        """The node is the value `source`."""
        self.values[node] = self.value(node, source)
        self.storage.share(node, source)

    def parameter(self, node, name, value):
        """Name of a layer's parameter; one that layers share has the name of the first."""
        if not isinstance(value, nn.Parameter):
            self.refuse(node, f"a {name} that is a {type(value).__qualname__}, not a parameter,")
        if not value.is_floating_point() or value.is_meta:
            self.fail(node, f"{name}: expected floating-point numbers, got {value.dtype} on {value.device}")
        full_name = f"{node.target}.{name}"
        if full_name in self.called:
            self.refuse(node, "calling a layer with parameters twice")
        self.called.add(full_name)
        first_name = self.names.setdefault(id(value), full_name)
        self.parameters[first_name] = tuple(value.shape)
        return first_name
