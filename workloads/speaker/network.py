"""The speaker network: recurrent spiking neurons, 337,413 parameters for five speakers."""

import math

import torch
from torch import nn

from palimpsest_export import LIF, LoraLinear, Scan, trace_network

STEPS = 10
CHANNELS = 140
HIDDEN = 512
LEAK = 0.5
THRESHOLD = 0.3
SURROGATE_SLOPE = 10.0
SPEAKERS = 6


class SpikingStep(nn.Module):
    """One step of the hidden neurons: (spikes, membrane, x) to the same and the spikes.

    x is (batch, 140 channels), all else (batch, 512 neurons). Adapters go on both layers.
    """

    def __init__(self):
        super().__init__()
        self.input = LoraLinear(nn.Linear(CHANNELS, HIDDEN))
        self.recurrent = LoraLinear(nn.Linear(HIDDEN, HIDDEN))
        self.neurons = LIF(LEAK, THRESHOLD, slope=SURROGATE_SLOPE)

    def forward(self, spikes, membrane, x):
        spikes, membrane = self.neurons(self.input(x) + self.recurrent(spikes), membrane)
        return spikes, membrane, spikes


class SpeakerNetwork(nn.Module):
    """(batch, 10 steps, 140 channels) of spikes to (batch, 6 scores): a readout of the neurons' spike counts / 10.

    The sixth row of the readout is zero until a sixth speaker is added.
    """

    def __init__(self):
        super().__init__()
        self.hidden = Scan(SpikingStep(), zeros=((HIDDEN,), (HIDDEN,)))
        self.readout = nn.Linear(HIDDEN, SPEAKERS)

    def forward(self, x):
        _, spikes = self.hidden(None, x)
        return self.readout(spikes.mean(dim=1))


def linear_layers(network):
    """The layers whose weights rest in resistive arrays: all linear ones but those of adapters."""
    return [
        module for path, module in network.named_modules() if isinstance(module, nn.Linear) and "lora_" not in path
    ]


def build_network(generator):
    """A network in float64; weights uniform within +-1/sqrt(in), from a numpy Generator, biases zero."""
    network = SpeakerNetwork().double()
    with torch.no_grad():
        for layer in linear_layers(network):
            bound = 1 / math.sqrt(layer.in_features)
            layer.weight.copy_(torch.from_numpy(generator.uniform(-bound, bound, size=tuple(layer.weight.shape))))
            layer.bias.zero_()
        network.readout.weight[-1].zero_()
    return network


def add_speaker(network, generator):
    """Give the sixth speaker a row of the readout: weights and bias uniform within +-1/sqrt(512), as a new layer's."""
    bound = 1 / math.sqrt(HIDDEN)
    drawn = torch.from_numpy(generator.uniform(-bound, bound, size=HIDDEN + 1))
    with torch.no_grad():
        network.readout.weight[-1].copy_(drawn[:-1])
        network.readout.bias[-1].copy_(drawn[-1])


def trace_speakers(network):
    """The network as a trace states it."""
    return trace_network(network, (STEPS, CHANNELS), input_type="spikes")
