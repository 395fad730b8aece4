"""The two layers a trace knows and torch 1.13 lacks: RMSNorm, and a linear layer with LoRA adapters."""

import math

import numpy
import torch
from torch import nn

from .numbers import is_number, plain


class RMSNorm(nn.Module):
    """Root-mean-square normalisation over the last dimension, with a gain per feature.

    x / sqrt(mean(x^2) + epsilon) * gain, shape kept. Source: Zhang and Sennrich, NeurIPS 2019 (arXiv
    1910.07467).
    """

    def __init__(self, features, epsilon=1e-6, dtype=None):
        super().__init__()
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
        self.base_layer = base_layer
        self.lora_A = nn.ModuleDict()
        self.lora_B = nn.ModuleDict()
        self.rank = {}
        self.alpha = {}
        self.active_adapters = []

    def add_adapter(self, name, rank, alpha, generator):
        """Add an inactive adapter: A uniform within +-1/sqrt(in), as PEFT draws it, B zero.

        generator: numpy.random.Generator. Raises ValueError if the name is taken, the rank is no positive
        whole number or alpha no positive number.
        """
        if name in self.lora_A:
            raise ValueError(f"adapter {name!r} exists already")
        if not is_number(rank, int) or rank < 1:
            raise ValueError(f"adapter {name!r}: rank must be a whole number, at least 1, got {rank!r}")
        if not is_number(alpha) or not alpha > 0:
            raise ValueError(f"adapter {name!r}: alpha must be a number above 0, got {alpha!r}")
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

    def forward(self, x):
        y = self.base_layer(x)
        for name in self.active_adapters:
            y = y + self.alpha[name] / self.rank[name] * self.lora_B[name](self.lora_A[name](x))
        return y


def lora_layers(module):
    """The LoraLinear layers of a module: path to layer, in the order the module registers them."""
    return {path: layer for path, layer in module.named_modules() if isinstance(layer, LoraLinear)}


def add_adapter(module, name, rank, alpha, generator):
    """Add the adapter to every LoraLinear of the module, inactive."""
    for layer in lora_layers(module).values():
        layer.add_adapter(name, rank, alpha, generator)


def activate_adapters(module, names):
    """Make exactly these adapters active in every LoraLinear.

    Raises KeyError for a name that a layer lacks.
    """
    for path, layer in lora_layers(module).items():
        for name in names:
            if name not in layer.lora_A:
                raise KeyError(f"layer {path!r} has no adapter {name!r}")
        layer.active_adapters = list(names)
