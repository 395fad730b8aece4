"""A small network with adapters, and a trace of it."""

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
    """(batch, 3 tokens, 4 features) to (batch, 2 class scores)."""

    def __init__(self):
        super().__init__()
        self.norm = RMSNorm(4)
        self.up = LoraLinear(nn.Linear(4, 5))
        self.activation = nn.GELU()
        self.tokens = nn.Linear(3, 3, bias=False)
        self.output = LoraLinear(nn.Linear(5, 2, bias=False))

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


def tiny_trace(seed=0):
    """A Trace of a TinyNetwork with one phase; the hybrid method uses both adapters."""
    generator = numpy.random.default_rng(seed)
    network = tiny_network(seed)
    traced = trace_network(network, (3, 4), 1 / 64, -2.0)
    inputs = generator.integers(0, 256, (6, 3, 4), dtype=numpy.uint8)
    activate_adapters(network, ["first", "second"])
    hybrid_reference = reference_outputs(network, traced, inputs)
    activate_adapters(network, [])
    rewrite_reference = reference_outputs(network, traced, inputs)
    runs = [TrainingRun("sgd", 7, 3), TrainingRun("adam", 5, 2, "second")]
    return Trace(
        name="tiny",
        description="A network for tests.",
        provenance=Provenance(seed, "random numbers", "nobody", "0" * 64),
        network=traced,
        weights={"base": parameter_values(network, traced)},
        adapters={name: adapter_values(network, traced, name) for name in ("first", "second")},
        calibration_inputs=inputs[:2],
        test_inputs=inputs,
        test_labels=numpy.array([0, 1, 0, 1, 0, 1]),
        phases=[
            Phase(
                "learn",
                [0, 1],
                [],
                [],
                Method("base", ["first", "second"], runs, hybrid_reference),
                Method("base", [], runs[:1], rewrite_reference),
            )
        ],
    )
