"""Record what a module's forward function does, by way of torch.fx."""

import inspect
import operator

import torch
import torch.fx

from .layers import LoraLinear, RMSNorm
from .unsupported import SUPPORTED, UnsupportedOperation, describe, first_line


class _Untraceable(Exception):
    """Something in a forward function that no graph can hold."""


class _Value:
    """A value of the network. Unlike torch.fx's, it keeps += apart from +, which leaves its operand alone."""

    def __getattr__(self, name):
        return _Attribute(self, name)

    def __iadd__(self, other):
        return self.tracer.create_proxy("call_function", operator.iadd, (self, other), {})

    def __len__(self):
        raise _Untraceable("len() of a tensor")

    def _as_number(self):
        raise _Untraceable("a Python number taken from a tensor or its shape, as for a loop over range()")

    __index__ = __int__ = __float__ = _as_number

    def __setitem__(self, key, value):
        raise _Untraceable("assignment to a part of a tensor")


class _Proxy(_Value, torch.fx.Proxy):
    pass


class _Attribute(_Value, torch.fx.proxy.Attribute):
    """An attribute of a value, which may be another value: x.mT."""


class _PathTracer(torch.fx.Tracer):
    """Notes for every node, and for a failure, in which module it happened."""

    def __init__(self):
        super().__init__()
        self.paths = [""]
        self.failed_path = None

    def is_leaf_module(self, module, path):
        return isinstance(module, (RMSNorm, LoraLinear)) or super().is_leaf_module(module, path)

    def proxy(self, node):
        return _Proxy(node, self)

    def iter(self, obj):
        raise _Untraceable("a loop over a tensor")

    def to_bool(self, obj):
        raise _Untraceable("a branch or loop that depends on a tensor or its shape")

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


def record_graph(module):
    """The torch.fx graph of a module; a node's meta["module_path"] says where it comes from.

    Raises UnsupportedOperation.
    """
    tracer = _PathTracer()
    try:
        kinds = {parameter.kind for parameter in inspect.signature(type(module).forward).parameters.values()}
        if kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
            raise _Untraceable("a forward function with *args or **kwargs")
        return tracer.trace(module)
    except Exception as error:
        where = describe(module, tracer.failed_path or "")
        if isinstance(error, _Untraceable):
            message = f"{where}: {error} is not supported; supported: {SUPPORTED}"
        else:
            message = f"{where} cannot be traced ({first_line(error)})"
        raise UnsupportedOperation(message) from error
