"""The face network: an MLP-Mixer without biases, 5,148 parameters."""

import math

import torch
from torch import nn

from palimpsest_export import LoraLinear, RMSNorm, trace_network

from .data import INPUT_OFFSET, INPUT_SCALE

TOKENS = 16
PIXELS = 16
CHANNELS = 20
HIDDEN = 32
LAYERS = 2
CLASSES = 6


class MixerLayer(nn.Module):
    """Mix the tokens, then the channels, each after a norm and within a residual; [tokens, channels]."""

    def __init__(self):
        super().__init__()
        self.token_norm = RMSNorm(CHANNELS)
        self.token_up = nn.Linear(TOKENS, HIDDEN, bias=False)
        self.token_gelu = nn.GELU()
        self.token_down = nn.Linear(HIDDEN, TOKENS, bias=False)
        self.channel_norm = RMSNorm(CHANNELS)
        self.channel_up = LoraLinear(nn.Linear(CHANNELS, HIDDEN, bias=False))
        self.channel_gelu = nn.GELU()
        self.channel_down = LoraLinear(nn.Linear(HIDDEN, CHANNELS, bias=False))

    def forward(self, x):
        tokens = self.token_norm(x).transpose(1, 2)
        x = x + self.token_down(self.token_gelu(self.token_up(tokens))).transpose(1, 2)
        channels = self.channel_norm(x)
        return x + self.channel_down(self.channel_gelu(self.channel_up(channels)))


class FaceMixer(nn.Module):
    """(batch, 16 tokens, 16 pixels) to (batch, 6 class scores).

    Adapters go on channel mixing and the output.
    """

    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(PIXELS, CHANNELS, bias=False)
        self.mixers = nn.Sequential(*(MixerLayer() for _ in range(LAYERS)))
        self.norm = RMSNorm(CHANNELS)
        self.classifier = LoraLinear(nn.Linear(CHANNELS, CLASSES, bias=False))

    def forward(self, x):
        return self.classifier(self.norm(self.mixers(self.embed(x))).mean(dim=1))


def build_network(generator):
    """A network in float64; linear weights are drawn uniformly within +-1/sqrt(in) by a numpy Generator."""
    network = FaceMixer().double()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Linear):
                bound = 1 / math.sqrt(module.in_features)
                drawn = generator.uniform(-bound, bound, size=(module.out_features, module.in_features))
                module.weight.copy_(torch.from_numpy(drawn))
    return network


def trace_faces(network):
    """The network as a trace states it."""
    return trace_network(network, (TOKENS, PIXELS), INPUT_SCALE, INPUT_OFFSET)
