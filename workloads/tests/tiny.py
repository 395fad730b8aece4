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
        self.norm = RMSNorm(4, epsilon=0.01)
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


def tiny_network(seed=0, adapter_seed=None):
    """A TinyNetwork in float64 with adapters `first` (rank 1), `second` and `last` (rank 2), all random.

    adapter_seed: the adapters are those of the network with this seed; its own if None.
    """
    generator = numpy.random.default_rng(seed)
    network = TinyNetwork().double()
    add_adapter(network, "first", 1, 5, generator)
    add_adapter(network, "second", 2, 6, generator)
    add_adapter(network, "last", 2, 21, generator)
    fill(network, generator)
    if adapter_seed is not None:
        others = tiny_network(adapter_seed).state_dict()
        adapters = {name: value for name, value in others.items() if "lora_" in name}
        network.load_state_dict(adapters, strict=False)
    return network


LABELS = numpy.array([2, 0, 4, 1, 5, 3, 1, 0, 2, 4])
WEIGHT_SEEDS = {"base": 0, "relearnt": 1000, "changed": 2000, "rewritten": 3000}
"""Weight sets: what is added to the trace's seed gives the network whose parameters they are."""


ADAPTERS = ("first", "second", "last")


def tiny_trace(seed=0):
    """A Trace of four TinyNetworks with two phases; its adapters are those of the first network."""
    generator = numpy.random.default_rng(seed)
    networks = {name: tiny_network(seed + number, seed) for name, number in WEIGHT_SEEDS.items()}
    traced = trace_network(networks["base"], (3, 4), 1 / 64, -2.0)
    inputs = generator.integers(0, 256, (len(LABELS), 3, 4), dtype=numpy.uint8)

    def method(weights, adapters, training, phase):
        activate_adapters(networks[weights], adapters)
        outputs = reference_outputs(networks[weights], traced, inputs[phase.samples(LABELS)])
        return Method(weights, adapters, training, outputs)

    learn = Phase("learn", [2, 0], [3], [5], None, None)
    runs = [TrainingRun("sgd", 7, 14, momentum=0.9), TrainingRun("adam", 8, 15, "second")]
    learn.hybrid = method("base", ["first", "second"], runs, learn)
    learn.rewrite = method("relearnt", ["last"], [TrainingRun("adam", 9, 16)], learn)
    change = Phase("change", [0], [2, 4], [1], None, None)
    runs = [TrainingRun("sgd", 10, 17, "second", momentum=0.5)]
    change.hybrid = method("changed", ["second"], runs, change)
    runs = [TrainingRun("sgd", 12, 18, momentum=0.25), TrainingRun("adam", 13, 19, "first")]
    change.rewrite = method("rewritten", ["first"], runs, change)
    return Trace(
        name="tiny",
        description="A network for tests.",
        provenance=Provenance(seed + 11, "random numbers", "nobody", "0123456789abcdef" * 4),
        network=traced,
        weights={name: parameter_values(network, traced) for name, network in networks.items()},
        adapters={name: adapter_values(networks["base"], traced, name) for name in ADAPTERS},
        calibration_inputs=generator.integers(0, 256, inputs.shape, dtype=numpy.uint8),
        test_inputs=inputs,
        test_labels=LABELS,
        phases=[learn, change],
    )
