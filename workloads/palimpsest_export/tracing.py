"""Record what a module's forward function does, by way of torch.fx."""

import inspect
import operator
import traceback
from pathlib import Path

import numpy
import torch
import torch.fx
from torch import nn

from .errors import UnsupportedOperation, first_line, one_line
from .layers import LoraLinear, RMSNorm
from .unsupported import SUPPORTED, describe, type_name, unsupported_kind

OTHERS_CODE = {Path(torch.__file__).parent, Path(numpy.__file__).parent, Path(__file__).parent}


class _Untraceable(Exception):
    """Something in a forward function that no graph can hold."""


class _Value:
    """A value of the network. Unlike torch.fx's, it keeps += apart from +, which leaves its operand alone."""

    def __getattr__(self, name):
        if name.startswith("__array"):
            raise _Untraceable("a numpy array made of a tensor")
        return RecordedAttribute(self, name)

    def __iadd__(self, other):
        return self.tracer.create_proxy("call_function", operator.iadd, (self, other), {})

    def __iter__(self):
        raise _Untraceable("a loop over a tensor, or unpacking it or its shape")

    def __len__(self):
        raise _Untraceable("len() of a tensor")

    def __array_ufunc__(self, function, *_, **__):
        raise _Untraceable(f"numpy's {function.__name__} of a tensor")

    def _as_number(self, *_):
        raise _Untraceable("a Python number taken from a tensor or its shape, as for a loop over range()")

    __index__ = __int__ = __float__ = __complex__ = __round__ = _as_number

    def __format__(self, form):
        raise _Untraceable("a text made of a tensor")

    def __setitem__(self, key, value):
        raise _Untraceable("assignment to a part of a tensor")


# Messages of torch show the names of these classes.
class RecordedTensor(_Value, torch.fx.Proxy):
    """A tensor while the module is recorded."""


class RecordedAttribute(_Value, torch.fx.proxy.Attribute):
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
        return RecordedTensor(node, self)

    def to_bool(self, obj):
        raise _Untraceable("a branch or loop that depends on a tensor or its shape")

    def create_arg(self, a):
        if isinstance(a, numpy.generic):
            a = a.item()
        if isinstance(a, numpy.ndarray):
            raise _Untraceable("an operand that is a numpy array")
        return super().create_arg(a)

    def path_of_module(self, mod):
        try:
            return super().path_of_module(mod)
        except NameError as error:
            raise _Untraceable(
                f"a {type_name(mod)} that is not registered, as in a Python list (nn.ModuleList registers "
                "its layers) or made by forward"
            ) from error

    def call_module(self, m, forward, args, kwargs):
        path = self.path_of_module(m)
        self.paths.append(path)
        try:
            unsupported = unsupported_kind(m)
            if unsupported is not None and self.is_leaf_module(m, path):
                raise UnsupportedOperation(_not_supported(describe(self.root, path), unsupported))
            return super().call_module(m, forward, args, kwargs)
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

    Raises UnsupportedOperation, which names the module, and the line of its forward function.
    """
    tracer = _PathTracer()
    try:
        _refuse_the_form_of(module)
        return tracer.trace(module)
    except UnsupportedOperation:
        raise
    except Exception as error:
        where = describe(module, tracer.failed_path or "")
        place = _place(error)
        if isinstance(error, _Untraceable):
            message = _not_supported(where, f"{error}{place}")
        else:
            message = f"{where} cannot be traced{place}: {one_line(first_line(error), 300)}"
        raise UnsupportedOperation(message) from error


def _not_supported(where, what):
    return f"{where}: {what} is not supported; supported: {SUPPORTED}"


def _refuse_the_form_of(module):
    """Raise _Untraceable for a network that has no forward function of its own with named inputs."""
    forward = type(module).forward
    if forward is nn.Module.forward:
        raise _Untraceable("a module without a forward function")
    if type(module) is not nn.Sequential and torch.fx.Tracer().is_leaf_module(module, ""):
        raise _Untraceable(unsupported_kind(module) or "a layer that is not part of a module (nn.Sequential)")
    kinds = {parameter.kind for parameter in inspect.signature(forward).parameters.values()}
    if kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        raise _Untraceable("a forward function with *args or **kwargs")


def _place(error):
    """The last line of an exception that belongs to the module's own code: " (model.py:12)", or nothing."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if OTHERS_CODE.isdisjoint(Path(frame.filename).parents):
            return f" ({Path(frame.filename).name}:{frame.lineno})"
    return ""
