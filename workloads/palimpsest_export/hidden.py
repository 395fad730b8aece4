"""What a module can compute beside the operations in its forward functions, and a trace cannot state."""

import torch
from torch import nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.utils import parametrize, prune
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm

from .describing import describe, require_module
from .errors import UnsupportedOperation
from .modules import LoraConv2d, LoraLinear

REMEDIES = (
    (WeightNorm, "weight norm", "torch.nn.utils.remove_weight_norm"),
    (SpectralNorm, "spectral norm", "torch.nn.utils.remove_spectral_norm"),
    (prune.BasePruningMethod, "a pruning mask", "torch.nn.utils.prune.remove"),
)


def refuse_hidden_computation(root):
    """Raise UnsupportedOperation if a module of `root` computes something beside its operations.

    That is a forward hook or pre-hook, a computed parameter, a forward function of the instance, a scripted
    module, a lazy one without parameters, or a LoRA product that is not a plain matrix. Backward hooks do not
    change outputs and are allowed. Raises ExportError for what is no module.
    """
    require_module(root)
    for path, module in reversed(list(root.named_modules())):  # the innermost first: it is the one to name
        found = _hidden(module)
        if found is not None:
            raise UnsupportedOperation(f"{describe(root, path)}: {found}")


def _hidden(module):
    if isinstance(module, torch.jit.ScriptModule):
        return "a scripted or traced module hides its operations; export the module that it was made from"
    if isinstance(module, LazyModuleMixin) and module.has_uninitialized_params():
        return "a lazy module has no parameters yet; call the network once with an input"
    if parametrize.is_parametrized(module):
        names = ", ".join(module.parametrizations)
        remedy = "torch.nn.utils.parametrize.remove_parametrizations"
        return f"a parametrization of {names}; {remedy} puts in what it computes"
    for hook in module._forward_pre_hooks.values():
        for kind, name, remedy in REMEDIES:
            if isinstance(hook, kind):
                return f"{name} is a forward pre-hook; {remedy} puts in what it computes"
        return f"a forward pre-hook ({_hook_name(hook)}) is not in the trace; remove it"
    for hook in module._forward_hooks.values():
        return f"a forward hook ({_hook_name(hook)}) is not in the trace; remove it"
    if "forward" in vars(module):
        return "a forward function that replaces the one of its type is not in the trace"
    if isinstance(module, (LoraLinear, LoraConv2d)):
        return _hidden_in_adapters(module)
    return None


def _hook_name(hook):
    return getattr(hook, "__qualname__", type(hook).__qualname__)


def _hidden_in_adapters(layer):
    expected = nn.Conv2d if isinstance(layer, LoraConv2d) else nn.Linear
    for kind, products in (("lora_A", layer.lora_A), ("lora_B", layer.lora_B)):
        for name, product in products.items():
            if type(product) is not expected:
                wanted = f"expected nn.{expected.__name__}"
                return f"{kind} of adapter {name!r} is a {type(product).__qualname__}, {wanted}"
            if product.bias is not None:
                return f"{kind} of adapter {name!r} has a bias, which a trace cannot state"
    return None
