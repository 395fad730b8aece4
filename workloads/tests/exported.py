"""What a module computes, and what its exported operations compute by the independent interpreter."""

import numpy
import torch
from torch import nn

from palimpsest_export import parameter_values, reference_outputs, trace_network
from palimpsest_export.canonical_json import format_json
from palimpsest_export.interpreter import LoadedTrace
from palimpsest_export.writer import network_document

TOLERANCE = 1e-5
"""Of the largest output."""


class Function(nn.Module):
    """A module around a function of (module, x); parts: its layers, parameters and buffers."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        for name, part in parts.items():
            if isinstance(part, torch.Tensor) and not isinstance(part, nn.Parameter):
                self.register_buffer(name, part)
            else:
                setattr(self, name, part)

    def forward(self, x):
        return self.function(self, x)


def randomised(module, seed=3):
    """The module with every parameter and statistic drawn, in evaluation mode."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.rand(parameter.shape, generator=generator) * 2 - 1)
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_(torch.rand(buffer.shape, generator=generator) - 0.5)
            if name.endswith("running_var"):
                buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)
    return module.eval()


def samples(shape, input_type="u8", count=5, seed=4):
    generator = numpy.random.default_rng(seed)
    if input_type == "f32":
        return generator.standard_normal((count, *shape)).astype(numpy.float32)
    return generator.integers(0, 2 if input_type == "spikes" else 256, (count, *shape)).astype(numpy.uint8)


def evaluated(module, network, inputs):
    """The network's outputs by the interpreter, from a document that went through JSON."""
    import json

    document = json.loads(format_json({"network": network_document(network)}))
    values = parameter_values(module, network)
    loaded = LoadedTrace(document, {f"weights/base/{name}": value for name, value in values.items()})
    return loaded.run({"weights": "base", "adapters": []}, inputs)


def check(module, shape, inputs=None, **entry):
    """Export the module, compare with PyTorch, and return the Network."""
    randomised(module)
    entry = {"input_scale": 1 / 64, "input_offset": -2.0, **entry}
    network = trace_network(module, shape, **entry)
    if inputs is None:
        inputs = samples(shape, entry.get("input_type", "u8"))
    outputs = evaluated(module, network, inputs)
    expected = reference_outputs(module, network, inputs)
    largest = numpy.abs(expected).max()
    assert largest > 0
    assert numpy.abs(outputs.reshape(expected.shape) - expected).max() <= TOLERANCE * largest
    return network


def kinds(network):
    return [step.operation for step in network.operations]
