"""A small network with adapters, and a trace of it in which no two things are equal.

So a value that is written in the place of another is seen.
"""

import numpy
import torch
from torch import nn

from palimpsest_export import (
    LoraLinear,
    Method,
    Phase,
    Provenance,
    RMSNorm,
    Trace,
    TrainingRun,
    activate_adapters,
    adapter_values,
    add_adapter,
    parameter_values,
    reference_outputs,
    trace_network,
)


class TinyNetwork(nn.Module):
    """(batch, 3 tokens, 4 features) to (batch, 6 class scores)."""

    def __init__(self):
        super().__init__()
        self.norm = RMSNorm(4)
        self.up = LoraLinear(nn.Linear(4, 5))
        self.activation = nn.GELU()
        self.tokens = nn.Linear(3, 3, bias=False)
        self.output = LoraLinear(nn.Linear(5, 6, bias=False))

    def forward(self, x):
        x = self.activation(self.up(self.norm(x)))
        x = x + self.tokens(x.transpose(1, 2)).mT
        return self.output(x.mean(dim=1))


def fill(module, generator):
    """Draw every parameter from a numpy Generator."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.from_numpy(generator.uniform(-1, 1, tuple(parameter.shape))))


def tiny_network(seed=0):
    """A TinyNetwork in float64 with adapters `first` (rank 1) and `second` (rank 2), all values random."""
    generator = numpy.random.default_rng(seed)
    network = TinyNetwork().double()
    add_adapter(network, "first", 1, 2, generator)
    add_adapter(network, "second", 2, 3, generator)
    fill(network, generator)
    return network


LABELS = numpy.array([2, 0, 4, 1, 5, 3, 1, 0, 2, 4])


def tiny_trace(seed=0):
    """A Trace of two TinyNetworks with two phases; hybrid uses adapters, the last rewrite other weights."""
    generator = numpy.random.default_rng(seed)
    network = tiny_network(seed)
    rewritten = tiny_network(seed + 1000)
    traced = trace_network(network, (3, 4), 1 / 64, -2.0)
    inputs = generator.integers(0, 256, (len(LABELS), 3, 4), dtype=numpy.uint8)
    runs = [TrainingRun("sgd", 7, 3, momentum=0.9), TrainingRun("adam", 5, 2, "second")]

    def method(module, weights, adapters, training, phase):
        activate_adapters(module, adapters)
        outputs = reference_outputs(module, traced, inputs[phase.samples(LABELS)])
        return Method(weights, adapters, training, outputs)

    learn = Phase("learn", [0, 2], [], [], None, None)
    learn.hybrid = method(network, "base", ["first", "second"], runs, learn)
    learn.rewrite = method(network, "base", [], runs[:1], learn)
    change = Phase("change", [0], [2, 4], [1], None, None)
    change.hybrid = method(network, "base", ["second"], runs[1:], change)
    change.rewrite = method(rewritten, "rewritten", [], runs[:1], change)
    return Trace(
        name="tiny",
        description="A network for tests.",
        provenance=Provenance(seed + 11, "random numbers", "nobody", "0123456789abcdef" * 4),
        network=traced,
        weights={"base": parameter_values(network, traced), "rewritten": parameter_values(rewritten, traced)},
        adapters={name: adapter_values(network, traced, name) for name in ("first", "second")},
        calibration_inputs=generator.integers(0, 256, (7, 3, 4), dtype=numpy.uint8),
        test_inputs=inputs,
        test_labels=LABELS,
        phases=[learn, change],
    )
