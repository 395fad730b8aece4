"""Adapters of a whole module: which layers have them, adding one, and choosing the active ones."""

from torch import nn

from ..errors import ExportError, require_kind, shown
from .lora import LoraLayer


def lora_layers(module):
    """The layers of a module that have adapters: path to layer, in the order the module registers them.

    Raises ExportError for what is no module.
    """
    require_kind("module", module, nn.Module, "a torch.nn.Module")
    return {path: layer for path, layer in module.named_modules() if isinstance(layer, LoraLayer)}


def add_adapter(module, name, rank, alpha, generator):
    """Add the adapter to every LoraLinear and LoraConv2d of the module, inactive.

    Raises ExportError as LoraLayer.add_adapter does, and if there is no such layer.
    """
    layers = lora_layers(module)
    if not layers:
        raise ExportError(f"adapter {shown(name)}: {type(module).__name__} has no LoraLinear to put it on")
    for layer in layers.values():
        layer.add_adapter(name, rank, alpha, generator)


def activate_adapters(module, names):
    """Make exactly these adapters active, in every layer that has them.

    names: a list or tuple. Raises ExportError for a name that no layer has.
    """
    require_kind("adapters", names, (list, tuple), "a list of names")
    layers = lora_layers(module)
    known = {name for layer in layers.values() for name in layer.lora_A}
    for name in names:
        if not isinstance(name, str) or name not in known:
            there = f"; there are {', '.join(map(repr, sorted(known)))}" if known else ""
            raise ExportError(f"{type(module).__name__} has no adapter {shown(name)}{there}")
    for layer in layers.values():
        layer.active_adapters = [name for name in names if name in layer.lora_A]
