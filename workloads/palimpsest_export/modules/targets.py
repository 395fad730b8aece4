"""Which layers of a model get adapters, chosen by name as PEFT chooses them.

Source of the rules: PEFT's documentation of LoraConfig (target_modules, rank_pattern, alpha_pattern) and its
source, tuners/tuners_utils.py and utils/other.py.
"""

import difflib
import re

from torch import nn
from torch.nn.modules.lazy import LazyModuleMixin

from ..errors import ExportError, shown
from .lora import LoraLayer, LoraLinear, convolution_fault

ALL_LINEAR = "all-linear"
MOST_NAMES = 6


def modules_outside_adapters(model):
    """Path to module, without what is inside a layer that has adapters already."""
    inside = ()
    found = {}
    for path, module in model.named_modules():
        if inside and path.startswith(inside):
            continue
        if isinstance(module, LoraLayer):
            inside = (*inside, f"{path}." if path else "")
        found[path] = module
    return found


def target_fault(modules, path):
    """Why the module at a path cannot have an adapter, in a few words; None if it can."""
    module = modules[path]
    if isinstance(modules.get(path.rpartition(".")[0]), nn.MultiheadAttention) and path:
        return "belongs to nn.MultiheadAttention, which uses its weight without calling it"
    if isinstance(module, LazyModuleMixin) and module.has_uninitialized_params():
        return "is a lazy module without parameters; call the model once with an input"
    if isinstance(module, (LoraLayer, nn.Linear)):
        return None
    if isinstance(module, nn.Conv2d):
        return convolution_fault(module)
    return f"is a {type(module).__name__}; adapters go on nn.Linear and nn.Conv2d"


def select_layers(model, targets):
    """Paths of the layers that `targets` names, in the order of the model.

    targets: a list of names, each a module's path or what ends it after a dot; or a text, a regular
    expression for whole paths; or "all-linear", every nn.Linear that is called (all but those of
    nn.MultiheadAttention). Raises ExportError for a name that matches nothing, with near ones, or a module
    that cannot have adapters.
    """
    modules = modules_outside_adapters(model)
    if isinstance(targets, str) and targets.lower() == ALL_LINEAR:
        chosen = all_linear(modules)
        if chosen in ([], [""]) and not isinstance(model, LoraLinear):
            raise ExportError(f"targets: {ALL_LINEAR!r}: the model has no nn.Linear inside it")
    elif isinstance(targets, str):
        chosen = _matching(modules, targets)
    elif isinstance(targets, (list, tuple, set, frozenset)) and targets:
        chosen = _named(modules, targets)
    else:
        raise ExportError(
            f"targets: expected a list of names, a regular expression or {ALL_LINEAR!r}, got {shown(targets)}"
        )
    for path in chosen:
        fault = target_fault(modules, path)
        if fault is not None:
            raise ExportError(f"targets: {path or 'the model itself'} {fault}")
    return chosen


def named_by(path, names):
    """Whether a list of names has the path or an end of it after a dot."""
    return any(path == name or path.endswith(f".{name}") for name in names)


def pattern_value(patterns, path, default):
    """The value of the first pattern that matches the path or an end of it after a dot.

    patterns: regular expression to value, as rank_pattern and alpha_pattern of PEFT.
    """
    for pattern, value in patterns.items():
        if re.match(rf"(.*\.)?({pattern})$", path):
            return value
    return default


def compiled(where, pattern):
    """The regular expression `pattern`. Raises ExportError for what is none."""
    try:
        return re.compile(pattern)
    except (re.error, TypeError, RecursionError, OverflowError) as error:
        raise ExportError(f"{where}: {shown(pattern)} is no regular expression ({error})") from error


def near_names(modules, name):
    """The end of a message: names of layers that are like `name`, or some of those that there are."""
    paths = [path for path in modules if path and target_fault(modules, path) is None]
    ends = {path.rpartition(".")[2]: None for path in paths}
    if not paths:
        return "the model has no nn.Linear or nn.Conv2d inside it"
    near = difflib.get_close_matches(str(name), [*paths, *ends], MOST_NAMES)
    if near:
        return f"near names: {', '.join(map(repr, dict.fromkeys(near)))}"
    more = ", ..." if len(paths) > MOST_NAMES else ""
    return f"the layers are {', '.join(map(repr, paths[:MOST_NAMES]))}{more}"


def all_linear(modules):
    """Paths of the linear layers among these modules that can have adapters."""
    return [
        path
        for path, module in modules.items()
        if isinstance(module, (nn.Linear, LoraLinear)) and target_fault(modules, path) is None
    ]


def _matching(modules, pattern):
    expression = compiled("targets", pattern)
    chosen = [path for path in modules if expression.fullmatch(path)]
    if not chosen:
        raise ExportError(f"targets: no layer matches {shown(pattern)}; {near_names(modules, pattern)}")
    return chosen


def _named(modules, names):
    for name in names:
        if not isinstance(name, str) or not any(named_by(path, [name]) for path in modules):
            raise ExportError(f"targets: no layer is called {shown(name)}; {near_names(modules, name)}")
    return [path for path in modules if named_by(path, names)]
