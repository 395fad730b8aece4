"""Names of operations and parameters, after the paths of the modules that have them."""

import contextlib
import re

import torch

from .describing import type_name

PLAIN = {"add", "concatenate", "mean", "multiply", "parameter", "permute", "reshape", "slice"}
"""Kinds that many a module needs on the way; an operation of another kind has its layer's own name."""

NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")


class Names:
    """Gives names while a module is recorded. `path` is that of the module whose forward function runs."""

    def __init__(self, module):
        self.modules = dict(module.named_modules(remove_duplicate=False))
        self.stack = [""]
        self._part = ""
        self.leaves = set()
        self._taken = set(self.modules) | {"input"}
        self._called = set()
        self._uses = {}
        self._parameters = set()
        self._registered = {}
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            self._registered.setdefault(id(tensor), (tensor, name))

    def described(self):
        """The module whose forward function runs, as messages name it."""
        return f"{self.path or 'the network'} ({type_name(self.modules[self.path])})"

    @property
    def path(self):
        """Path of the module whose forward function runs."""
        return self.stack[-1]

    @contextlib.contextmanager
    def inside(self, part):
        """Within the context, names are those of a layer `part` of the module."""
        before, self._part = self._part, part
        try:
            yield
        finally:
            self._part = before

    def _prefix(self):
        return ".".join(name for name in (self.path, self._part) if name)

    def unique(self, name):
        """`name`, or with a number where it is taken."""
        name = NOT_IN_NAMES.sub("_", name).lstrip(".-") or "value"
        candidate, number = name, 2
        while candidate in self._taken:
            candidate, number = f"{name}_{number}", number + 1
        self._taken.add(candidate)
        return candidate

    def operation(self, kind):
        """Name of an operation: the path of a layer, or that of a module and the kind."""
        if kind not in PLAIN and self._is_layer():
            return self._of_layer()
        return self.unique(".".join(name for name in (self._prefix(), kind) if name))

    def operation_part(self, part):
        """Name of a part of what the module that runs does."""
        return self.unique(".".join(name for name in (self._prefix(), part) if name))

    def layer(self, kind):
        """Names of an operation with weights, and of the layer that it is a use of."""
        if self._is_layer():
            return self._of_layer(), self._prefix()
        name = self.operation(kind)
        return name, name

    def _is_layer(self):
        return bool(self._part) or (self.path != "" and self.path in self.leaves)

    def _of_layer(self):
        path = self._prefix()
        if path in self._called:
            return self.unique(path)
        self._called.add(path)
        self._taken.add(path)
        return path

    def uses(self, tensor):
        """(tensor, name, content) of the parameters that were made of a tensor."""
        return self._uses.get(id(tensor), ())

    def parameter(self, tensor, key, content, here=False):
        """A name for a parameter: where the module has the tensor, or where it is used."""
        name = None
        if not here and (not self._part or content.shape == tensor.shape):
            name = self._home(tensor) or self._home(getattr(tensor, "_base", None))
        name = name or ".".join(part for part in (self._prefix(), key) if part)
        name = NOT_IN_NAMES.sub("_", name).lstrip(".-")
        candidate, number = name, 2
        while candidate in self._parameters:
            candidate, number = f"{name}_{number}", number + 1
        self._parameters.add(candidate)
        self._uses.setdefault(id(tensor), []).append((tensor, candidate, content))
        return candidate

    def _home(self, tensor):
        if not isinstance(tensor, torch.Tensor):
            return None
        module = self.modules[self.path]
        for attribute, value in [*module.named_parameters(recurse=False), *vars(module).items()]:
            if value is tensor:
                return f"{self.path}.{attribute}" if self.path else attribute
        known, name = self._registered.get(id(tensor), (None, None))
        return name if known is tensor else None
