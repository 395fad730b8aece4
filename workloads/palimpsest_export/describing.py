"""How messages name the modules of a network."""

import torch
from torch import nn

from .errors import ExportError, class_name, shown


def require_module(module):
    """Raise ExportError unless `module` is a torch module that was set up."""
    if not isinstance(module, nn.Module):
        raise ExportError(f"module: expected a torch.nn.Module, got {shown(module)} ({class_name(module)})")
    if "_modules" not in vars(module) and not isinstance(module, torch.jit.ScriptModule):
        raise ExportError(f"module: the __init__ of {type_name(module)} does not call super().__init__()")


def type_name(module):
    """Name of a module's type, as its users write it."""
    cls = type(module)
    package = "torch.nn" if cls.__module__.startswith("torch.nn.modules") else cls.__module__
    return f"{package}.{cls.__qualname__}"


def describe(root, path):
    """The submodule of `root` at `path`, as messages name it: path and type."""
    # A scripted module has no get_submodule().
    return f"{path or 'the network'} ({type_name(dict(root.named_modules(remove_duplicate=False))[path])})"
