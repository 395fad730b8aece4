"""Record what a module does, by running it on tensors that note every function that is applied to them.

The tensors have numbers and shapes, so all that Python does with shapes works. How many samples they have
must not matter; graph.py records twice to see that.
"""

import contextlib
import functools
import inspect
import sys
import traceback
import weakref
from pathlib import Path

import numpy
import torch
from torch import nn

from .building import NetworkBuilder
from .describing import describe, type_name
from .errors import UnsupportedOperation, first_line, one_line
from .layout import Value
from .looping import LOOPS
from .patterns import (
    FACTS,
    FUNCTIONS,
    INSTEAD,
    MODULES,
    NUMBERS,
    OF_THE_OTHER,
    OTHERS,
    REMEDIES,
    name_of,
    plain_name,
)

OTHERS_CODE = (Path(torch.__file__).parent, Path(numpy.__file__).parent, Path(__file__).parent)
_own_code = {}


def _is_users(filename):
    """Whether a file is neither torch's, numpy's nor this package's."""
    if filename not in _own_code:
        is_file = not filename.startswith("<") and "importlib" not in filename
        _own_code[filename] = is_file and not set(OTHERS_CODE) & set(Path(filename).parents)
    return _own_code[filename]


def _line(frames):
    """The first line of the user's own code: " (model.py:12)", or nothing."""
    for filename, line in frames:
        if _is_users(filename):
            return f" ({Path(filename).name}:{line})"
    return ""


class RecordedTensor(torch.Tensor):
    """A tensor that is a value of the network."""

    recorded = None
    stale = False

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return Recording.active.function(function, args, kwargs or {})


class Recording:
    """One run of a module on recorded tensors."""

    active = None

    def __init__(self, module, samples):
        self.module = module
        self.builder = NetworkBuilder(module, samples, self._place)
        self.failed_path = None
        self._paths = {}
        for path, part in module.named_modules():
            self._paths.setdefault(id(part), path)
        self._live = []
        self._silent = 0
        self._depth = 0

    def run(self, example):
        """What the module gives for an example tensor [samples, ...]."""
        self.builder.shapes["input"] = tuple(example.shape[1:]) or (1,)
        x = self.recorded(example, Value("input", tuple(example.shape[1:])))
        original = nn.Module.__call__

        def call(module, *args, **kwargs):
            return self.call(original, module, args, kwargs)

        Recording.active = self
        nn.Module.__call__ = call
        self._depth = len(inspect.stack(0))
        try:
            with torch.no_grad():
                return self.module(x)
        except UnsupportedOperation:
            raise
        except Exception as error:
            where = describe(self.module, self.failed_path or "")
            frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
            reason = one_line(first_line(error), 300)
            raise UnsupportedOperation(
                f"{where} cannot be recorded{_line(frames[::-1])}: {reason}"
            ) from error
        finally:
            nn.Module.__call__ = original
            Recording.active = None

    def _place(self):
        frames = []
        frame = sys._getframe(1)
        while frame is not None:
            frames.append((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        return _line(frames[: len(frames) - self._depth])

    @contextlib.contextmanager
    def plain(self):
        """Within the context, functions are not recorded."""
        self._silent += 1
        try:
            with torch._C.DisableTorchFunction():
                yield
        finally:
            self._silent -= 1

    def recorded(self, tensor, value):
        result = tensor.as_subclass(RecordedTensor)
        result.recorded = value
        self._live.append(weakref.ref(result))
        return result

    def call(self, original, module, args, kwargs):
        """A call of a module: notes where it happens, and converts those that are converted as a whole."""
        if self._silent:
            return original(module, *args, **kwargs)
        names = self.builder.names
        path = self._paths.get(id(module))
        if path is None:
            if next(module.parameters(), None) is not None:
                self.builder.fail(
                    f"a {type_name(module)} that is not registered, as in a Python list (nn.ModuleList registers "
                    "its layers) or made by forward, is not supported"
                )
            return original(module, *args, **kwargs)
        names.stack.append(path)
        is_layer = type(module).__module__.startswith("torch.") and not module._modules
        if is_layer or type(module) in MODULES:
            names.leaves.add(path)
        try:
            if type(module) in LOOPS:
                original_forward = functools.partial(original, module)
                return self._loop(original_forward, LOOPS[type(module)], module, args, kwargs)
            if type(module) in MODULES:
                with self.plain():
                    result = original(module, *args, **kwargs)
                    values = self._convert(MODULES[type(module)], type_name(module), (module, *args), kwargs)
                    return self._wrapped(result, values)
            return original(module, *args, **kwargs)
        except Exception:
            self.failed_path = self.failed_path or path
            raise
        finally:
            names.stack.pop()

    def _loop(self, call, conversion, module, args, kwargs):
        """A loop: run as it is for its own checks and its numbers, and its body recorded once."""
        with self.plain():
            results = call(*args, **kwargs)
        values = conversion(self, module, *args, **kwargs)
        return self._with_numbers(results, values)

    def _with_numbers(self, results, values):
        """The recorded tensors with the numbers that the module gave."""
        if isinstance(values, (tuple, list)):
            return tuple(self._with_numbers(result, value) for result, value in zip(results, values))
        return None if values is None else self.recorded(results, values.recorded)

    def function(self, function, args, kwargs):
        """A function of torch that is applied to a recorded tensor."""
        name = name_of(function)
        constant = name in OF_THE_OTHER and not self.builder.is_value(args[0])
        if name in FACTS or constant or self._silent:
            with torch._C.DisableTorchFunction():
                return function(*args, **kwargs)
        if name in NUMBERS:
            self.builder.refuse(NUMBERS[name], REMEDIES[NUMBERS[name]])
        plain = plain_name(name)
        conversion = FUNCTIONS.get(plain)
        if conversion is None:
            what = (
                f"the attribute {name[:-8]!r} of a tensor"
                if name.endswith("__get__")
                else f"the function {plain}"
            )
            self.builder.refuse(what, INSTEAD.get(plain, OTHERS))
        if kwargs.get("out") is not None:
            self.builder.refuse(f"{plain} with out=", "its result")
        in_place = plain != name
        if in_place and not self.builder.is_value(args[0]):
            self.builder.refuse(f"{name} on a constant tensor", f"the result of {plain}")
        with self.plain():
            result = function(*args, **kwargs)
            values = self._convert(conversion, plain, args, kwargs)
            if result is args[0] if args else False:
                return self._overwritten(result, values)
            return self._wrapped(result, values)

    def _convert(self, conversion, name, args, kwargs):
        renamed = {"axis": "dim", "keepdims": "keepdim", "x1": "input", "x2": "other"}
        kwargs = {renamed.get(key, key): value for key, value in kwargs.items() if key != "inplace"}
        signature = inspect.signature(conversion)
        if "self" in kwargs:
            kwargs["input"] = kwargs.pop("self")
        try:
            signature.bind(self.builder, *args, **kwargs)
        except TypeError as error:
            self.builder.refuse(f"{name} with these arguments ({error})", "fewer of them")
        return conversion(self.builder, *args, **kwargs)

    def _wrapped(self, result, values):
        """The result as recorded tensors."""
        if isinstance(result, (tuple, list)):
            return type(result)(self._wrapped(part, value) for part, value in zip(result, values))
        if values is None:
            return result
        expected = self.builder.torch_shape(values)
        if tuple(result.shape) != expected:
            self.builder.fail(
                f"gives a tensor {list(result.shape)} where a trace states {list(expected)}; tensors with the samples "
                "as their first dimension are supported"
            )
        return self.recorded(result, values)

    def _overwritten(self, tensor, value):
        """The tensor after a change in place: all that are the same memory are the new value, views of it
        stale."""
        if value == tensor.recorded:
            return tensor
        place, storage = _memory(tensor)
        for reference in self._live:
            other = reference()
            if other is None or other.recorded is None:
                continue
            other_place, other_storage = _memory(other)
            if other_storage == storage:
                if other_place == place:
                    other.recorded = value
                else:
                    other.stale = True
        return tensor


def _memory(tensor):
    """Where a tensor lies: all of its place, and its storage."""
    storage = tensor.untyped_storage() if hasattr(tensor, "untyped_storage") else tensor.storage()
    return (tensor.data_ptr(), tuple(tensor.shape), tensor.stride()), storage.data_ptr()
