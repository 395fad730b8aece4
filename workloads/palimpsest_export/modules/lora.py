"""Linear and convolution layers with low-rank adapters, laid out as PEFT does."""

import math
import re

import numpy
import torch
from torch import nn

from ..errors import ExportError, require_kind, shown
from ..limits import ALPHA, LARGEST_EXTENT
from ..numbers import is_number, plain

ADAPTER_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


class LoraLayer(nn.Module):
    """A layer with named low-rank adapters: base_layer(x) + sum of scale(name) * lora_B(lora_A(x)).

    The sum is over active_adapters. Source: Hu et al., LoRA, ICLR 2022 (arXiv 2106.09685). A kind of layer
    says which layers it takes (BASE) and what its two products are (_products).
    """

    BASE = nn.Module

    def __init__(self, base_layer):
        super().__init__()
        require_kind(
            f"{type(self).__name__}: base_layer", base_layer, nn.Module, f"an nn.{self.BASE.__name__}"
        )
        self.base_layer = base_layer
        self.lora_A = nn.ModuleDict()
        self.lora_B = nn.ModuleDict()
        self.rank = {}
        self.alpha = {}
        self.rank_stabilized = set()
        self.active_adapters = []

    def add_adapter(self, name, rank, alpha, generator, rank_stabilized=False):
        """Add an inactive adapter: A uniform within +-1/sqrt(elements that a row sums), as PEFT does, B zero.

        generator: numpy.random.Generator; rank_stabilized: scale by alpha/sqrt(rank) instead of alpha/rank.
        Raises ExportError as check_adapter does.
        """
        self.check_adapter(name, rank, alpha, generator)
        down, up = self._products(plain(rank))
        bound = 1 / math.sqrt(math.prod(down.weight.shape[1:]))
        drawn = generator.uniform(-bound, bound, size=tuple(down.weight.shape))
        with torch.no_grad():
            down.weight.copy_(torch.from_numpy(drawn.astype(numpy.float64)))
            up.weight.zero_()
        self.lora_A[name] = down
        self.lora_B[name] = up
        self.rank[name] = plain(rank)
        self.alpha[name] = plain(alpha)
        if rank_stabilized:
            self.rank_stabilized.add(name)

    def check_adapter(self, name, rank, alpha, generator):
        """Raise ExportError if the name is taken or no name, rank or alpha is not in the range of a trace.

        Also if the layer that the adapter is for is not of the right kind.
        """
        if not isinstance(name, str) or not ADAPTER_NAME.fullmatch(name) or hasattr(nn.ModuleDict, name):
            raise ExportError(f"adapter: expected a name of letters, digits, _ and -, got {shown(name)}")
        where = f"adapter {name!r}"
        if name in self.lora_A:
            raise ExportError(f"{where} exists already")
        if not isinstance(self.base_layer, self.BASE):
            base, own = type(self.base_layer).__name__, type(self).__name__
            raise ExportError(f"{where}: expected a {own} of nn.{self.BASE.__name__}, got one of {base}")
        if not is_number(rank, int) or not 1 <= rank <= LARGEST_EXTENT:
            raise ExportError(f"{where}: rank must be a whole number 1..{LARGEST_EXTENT}, got {shown(rank)}")
        if not is_number(alpha) or not ALPHA[0] <= alpha <= ALPHA[1]:
            raise ExportError(
                f"{where}: alpha must be a number {ALPHA[0]:g}..{ALPHA[1]:g}, got {shown(alpha)}"
            )
        require_kind(f"{where}: generator", generator, numpy.random.Generator, "a numpy.random.Generator")

    def scale(self, name):
        """What multiplies lora_B(lora_A(x)) of an adapter.

        alpha/rank, or alpha/sqrt(rank) where the adapter is rank-stabilised. Source: Kalajdzievski, rsLoRA
        (arXiv 2312.03732).
        """
        rank = self.rank[name]
        return self.alpha[name] / (math.sqrt(rank) if name in self.rank_stabilized else rank)

    def forward(self, x):
        y = self.base_layer(x)
        for name in self.active_adapters:
            y = y + self.scale(name) * self.lora_B[name](self.lora_A[name](x))
        return y

    def __getattr__(self, name):
        """What models read of their layers, as weight.dtype or out_features, is the base layer's."""
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name.startswith("_") or "base_layer" not in vars(self).get("_modules", {}):
                raise
            return getattr(self.base_layer, name)

    def _products(self, rank):
        """Two layers without bias, lora_A and lora_B, of the base layer's type of number and device."""
        raise NotImplementedError

    def _factory(self):
        return {"bias": False, "dtype": self.base_layer.weight.dtype, "device": self.base_layer.weight.device}


class LoraLinear(LoraLayer):
    """nn.Linear with adapters: lora_A[name].weight is [r, in], lora_B[name].weight [out, r]."""

    BASE = nn.Linear

    def _products(self, rank):
        out_features, in_features = self.base_layer.weight.shape
        return (
            nn.Linear(in_features, rank, **self._factory()),
            nn.Linear(rank, out_features, **self._factory()),
        )


class LoraConv2d(LoraLayer):
    """nn.Conv2d (groups 1, zeros as padding) with adapters.

    lora_A convolves as the base layer does, to r channels, its weight is [r, in, kernel height, width];
    lora_B is 1x1, [out, r, 1, 1]. Source: the layout of PEFT's LoRA layer for Conv2d; PEFT leaves out the
    dilation, with which its layer does not fit the base layer's output.
    """

    BASE = nn.Conv2d

    def __init__(self, base_layer):
        super().__init__(base_layer)
        fault = convolution_fault(base_layer)
        if fault is not None:
            raise ExportError(f"LoraConv2d: {fault}")

    def _products(self, rank):
        base = self.base_layer
        down = nn.Conv2d(
            base.in_channels,
            rank,
            base.kernel_size,
            base.stride,
            base.padding,
            base.dilation,
            **self._factory(),
        )
        return down, nn.Conv2d(rank, base.out_channels, 1, **self._factory())


def convolution_fault(layer):
    """Why a layer cannot be the base of a LoraConv2d, in a few words; None if it can."""
    if not isinstance(layer, nn.Conv2d):
        return f"expected an nn.Conv2d, got a {type(layer).__name__}"
    if layer.groups != 1:
        return f"expected an nn.Conv2d with groups 1, got groups {layer.groups}"
    if layer.padding_mode != "zeros":
        return f"expected an nn.Conv2d with padding_mode 'zeros', got {layer.padding_mode!r}"
    return None
