"""The two layers a trace knows and torch 1.13 lacks: RMSNorm, and a linear layer with LoRA adapters."""

import math
import re

import numpy
import torch
from torch import nn

from .errors import ExportError, require_kind, shown
from .limits import ALPHA, LARGEST_EXTENT
from .numbers import is_number, plain

ADAPTER_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


class RMSNorm(nn.Module):
    """Root-mean-square normalisation over the last dimension, with a gain per feature.

    x / sqrt(mean(x^2) + epsilon) * gain, shape kept. Source: Zhang and Sennrich, NeurIPS 2019 (arXiv
    1910.07467). features: how many; epsilon: above 0, at most 1.
    """

    def __init__(self, features, epsilon=1e-6, dtype=None):
        super().__init__()
        if not is_number(features, int) or features < 1:
            raise ExportError(f"RMSNorm: features must be a whole number, at least 1, got {shown(features)}")
        self.features = features
        self.epsilon = epsilon
        self.gain = nn.Parameter(torch.ones(features, dtype=dtype))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.gain


class LoraLinear(nn.Module):
    """A linear layer with named low-rank adapters, laid out as PEFT does.

    y = base_layer(x) + sum over the active adapters of alpha/r * lora_B(lora_A(x)), with lora_A[name].weight
    [r, in] and lora_B[name].weight [out, r]. Source: Hu et al., LoRA, ICLR 2022 (arXiv 2106.09685).
    """

    def __init__(self, base_layer):
        super().__init__()
        require_kind("LoraLinear: base_layer", base_layer, nn.Module, "an nn.Linear")
        self.base_layer = base_layer
        self.lora_A = nn.ModuleDict()
        self.lora_B = nn.ModuleDict()
        self.rank = {}
        self.alpha = {}
        self.active_adapters = []

    def add_adapter(self, name, rank, alpha, generator):
        """Add an inactive adapter: A uniform within +-1/sqrt(in), as PEFT draws it, B zero.

        generator: numpy.random.Generator. Raises ExportError if the name is taken or no name, rank or alpha
        is not in the range of a trace, or the layer is not nn.Linear.
        """
        self._check_adapter(name, rank, alpha, generator)
        out_features, in_features = self.base_layer.weight.shape
        dtype = self.base_layer.weight.dtype
        down = nn.Linear(in_features, rank, bias=False, dtype=dtype)
        up = nn.Linear(rank, out_features, bias=False, dtype=dtype)
        bound = 1 / math.sqrt(in_features)
        drawn = generator.uniform(-bound, bound, size=(rank, in_features))
        with torch.no_grad():
            down.weight.copy_(torch.from_numpy(drawn.astype(numpy.float64)))
            up.weight.zero_()
        self.lora_A[name] = down
        self.lora_B[name] = up
        self.rank[name] = plain(rank)
        self.alpha[name] = plain(alpha)

    def _check_adapter(self, name, rank, alpha, generator):
        if not isinstance(name, str) or not ADAPTER_NAME.fullmatch(name) or hasattr(nn.ModuleDict, name):
            raise ExportError(f"adapter: expected a name of letters, digits, _ and -, got {shown(name)}")
        where = f"adapter {name!r}"
        if name in self.lora_A:
            raise ExportError(f"{where} exists already")
        if not isinstance(self.base_layer, nn.Linear):
            base = type(self.base_layer).__name__
            raise ExportError(f"{where}: expected a LoraLinear of nn.Linear, got one of {base}")
        if not is_number(rank, int) or not 1 <= rank <= LARGEST_EXTENT:
            raise ExportError(f"{where}: rank must be a whole number 1..{LARGEST_EXTENT}, got {shown(rank)}")
        if not is_number(alpha) or not ALPHA[0] <= alpha <= ALPHA[1]:
            raise ExportError(
                f"{where}: alpha must be a number {ALPHA[0]:g}..{ALPHA[1]:g}, got {shown(alpha)}"
            )
        require_kind(f"{where}: generator", generator, numpy.random.Generator, "a numpy.random.Generator")

    def forward(self, x):
        y = self.base_layer(x)
        for name in self.active_adapters:
            y = y + self.alpha[name] / self.rank[name] * self.lora_B[name](self.lora_A[name](x))
        return y


def lora_layers(module):
    """The LoraLinear layers of a module: path to layer, in the order the module registers them.

    Raises ExportError for what is no module.
    """
    require_kind("module", module, nn.Module, "a torch.nn.Module")
    return {path: layer for path, layer in module.named_modules() if isinstance(layer, LoraLinear)}


def add_adapter(module, name, rank, alpha, generator):
    """Add the adapter to every LoraLinear of the module, inactive.

    Raises ExportError as LoraLinear.add_adapter does, and if there is no LoraLinear.
    """
    layers = lora_layers(module)
    if not layers:
        raise ExportError(f"adapter {shown(name)}: {type(module).__name__} has no LoraLinear to put it on")
    for layer in layers.values():
        layer.add_adapter(name, rank, alpha, generator)


def activate_adapters(module, names):
    """Make exactly these adapters active in every LoraLinear.

    names: a list or tuple. Raises ExportError for a name that a layer lacks.
    """
    require_kind("adapters", names, (list, tuple), "a list of names")
    layers = lora_layers(module)
    for name in names:
        lacking = [path for path, layer in layers.items() if name not in list(layer.lora_A)]
        if lacking or not layers:
            where = f"layer {lacking[0]!r}" if lacking else type(module).__name__
            raise ExportError(f"{where} has no adapter {shown(name)}")
    for layer in layers.values():
        layer.active_adapters = list(names)
