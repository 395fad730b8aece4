"""What a module states becomes operations that compute the same."""

import numpy
import pytest
import torch
from bare import COLUMNS, ROWS, Bare, Wrapped, trace
from tiny import fill
from torch import nn

from palimpsest_export import (
    LoraLinear,
    RMSNorm,
    parameter_values,
    reference_outputs,
    trace_network,
)
from palimpsest_export.canonical_json import format_json
from palimpsest_export.interpreter import LoadedTrace
from palimpsest_export.writer import network_document


def check(module):
    """Export the module and compare the interpreter with torch; returns the kinds of operations."""
    generator = numpy.random.default_rng(3)
    module.double()
    fill(module, generator)
    network = trace(module)
    inputs = generator.integers(0, 256, (5, ROWS, COLUMNS), dtype=numpy.uint8)
    values = parameter_values(module, network)
    loaded = LoadedTrace(
        {"network": network_document(network)}, {f"weights/base/{k}": v for k, v in values.items()}
    )
    scores = loaded.run({"weights": "base", "adapters": []}, inputs)
    numpy.testing.assert_allclose(scores, reference_outputs(module, network, inputs), rtol=1e-6, atol=1e-6)
    return [step.operation for step in network.operations]


SUPPORTED = {
    "sequential": nn.Sequential(
        nn.Linear(COLUMNS, 7), nn.ReLU(), nn.Dropout(0.5), nn.Identity(), Wrapped(nn.Linear(7, 3, bias=False))
    ),
    "norm and gelu": Wrapped(nn.Sequential(RMSNorm(COLUMNS, epsilon=0.1), nn.GELU())),
    "adapter without adapters": Wrapped(LoraLinear(nn.Linear(COLUMNS, 2))),
    "residual": Bare(lambda m, x: (m.linear(x) + x).mean(1)),
    "torch.add": Bare(lambda m, x: torch.add(m.linear(x), other=x).mean(dim=1)),
    "in-place plus": Bare(lambda m, x: plus_assigned(x, m.linear(x)).mean(1)),
    "alias of a sum in place": Bare(lambda m, x: (alias_changed(m.linear(x), x) + x).mean(1)),
    "input changed in place": Bare(lambda m, x: (plus_assigned(x, m.linear(x)) + x).mean(1)),
    "alias through dropout": Bare(lambda m, x: alias_changed(m.linear(x), x, m.drop).mean(1)),
    "changed twice": Bare(lambda m, x: changed_twice(m.linear(x), x).mean(1)),
    "transpose changed in place": Bare(lambda m, x: plus_assigned(m.square(x.mT).mT, x).mean(1)),
    "transposed twice and changed": Bare(
        lambda m, x: alias_changed(m.linear(x), x, twice_transposed).mean(1)
    ),
    "sum that leaves its operands": Bare(
        lambda m, x: (m.linear(x) + x + plus_kept(m.square(x.mT).mT, x)).mean(1)
    ),
    "transposes": Bare(
        lambda m, x: (m.square(x.mT).transpose(-1, -2) + torch.transpose(x.mT, 1, 2)).mean(-2)
    ),
    "mean keeps the dimension": Bare(lambda m, x: m.linear(x.mean(1, keepdim=True))),
    "mean drops the dimension": Bare(lambda m, x: m.linear(torch.mean(x, dim=[1]))),
    "add after mean": Bare(lambda m, x: x.mean(1) + m.linear(x).mean(1)),
    "functional": Bare(
        lambda m, x: nn.functional.gelu(torch.relu(x) + nn.functional.relu(m.linear(x))).mean(1)
    ),
    "functional dropout": Bare(lambda m, x: nn.functional.dropout(m.linear(x), 0.5, m.training).mean(1)),
    "unused result": Bare(lambda m, x: (m.square(x.mT), m.linear(x).mean(1))[1]),
}


def plus_assigned(x, y):
    x += y
    return x


def alias_changed(y, x, view=lambda y: y):
    """y after += on another name for it."""
    z = view(y)
    z += x
    return y + z


def changed_twice(y, x):
    z = y
    y += x
    z += y
    return z + y


def twice_transposed(y):
    return y.mT.transpose(1, 2)


def plus_kept(y, x):
    """y after a sum that is not in place."""
    z = y
    z = z + x
    return y


@pytest.mark.parametrize("module", SUPPORTED.values(), ids=SUPPORTED.keys())
def test_interpreter_reproduces_torch(module):
    assert check(module)


def test_operations_are_named_by_module_paths_and_inactive_layers_vanish():
    network = trace(
        Wrapped(nn.Sequential(nn.Linear(COLUMNS, 7), nn.Dropout(), nn.ReLU(), nn.Linear(7, 2, bias=False)))
    )
    assert [(step.name, step.operation) for step in network.operations] == [
        ("part.0", "linear"),
        ("part.2", "relu"),
        ("part.3", "linear"),
        ("mean", "mean"),
    ]
    assert network.parameters == {"part.0.weight": (7, 4), "part.0.bias": (7,), "part.3.weight": (2, 7)}
    assert network.operations[2].attributes == {"weight": "part.3.weight", "bias": None}
    assert network.layer_shapes() == {"part.0": (7, 4), "part.3": (2, 7)}
    assert network.shapes()[network.output] == (2,)


def test_unused_operations_leave_no_parameters():
    network = trace(SUPPORTED["unused result"])
    assert "square.weight" not in network.parameters


def test_a_layer_without_parameters_may_be_called_twice():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.activation = nn.GELU()

        def forward(self, x):
            return self.activation(self.activation(x)).mean(1)

    assert check(Twice()) == ["gelu", "gelu", "mean"]


def test_tracing_leaves_the_module_as_it_was():
    module = Wrapped(nn.Sequential(nn.Linear(COLUMNS, 2), nn.Dropout()))
    module.train()
    trace(module)
    assert module.training and module.part[1].training


class Tied(nn.Module):
    """Layers that share parameters: a weight among three, a bias between two, a gain with a bias."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(COLUMNS, COLUMNS)
        self.second = LoraLinear(nn.Linear(COLUMNS, COLUMNS))
        self.third = nn.Linear(COLUMNS, COLUMNS, bias=False)
        self.norm = RMSNorm(COLUMNS)
        self.second.base_layer.weight = self.third.weight = self.first.weight
        self.second.base_layer.bias = self.first.bias
        self.norm.gain = self.first.bias

    def forward(self, x):
        return self.third(self.norm(self.second(self.first(x)))).mean(1)


def test_tied_parameters_are_one():
    module = Tied()
    assert check(module) == ["linear", "linear", "rms_norm", "linear", "mean"]
    network = trace(module)
    assert network.parameters == {"first.weight": (COLUMNS, COLUMNS), "first.bias": (COLUMNS,)}
    assert [step.attributes for step in network.operations] == [
        {"weight": "first.weight", "bias": "first.bias"},
        {"weight": "first.weight", "bias": "first.bias"},
        {"gain": "first.bias", "epsilon": 1e-6},
        {"weight": "first.weight", "bias": None},
        {"axes": [0], "keep": False},
    ]
    assert sorted(parameter_values(module, network)) == ["first.bias", "first.weight"]
    sizes = [parameter.numel() for parameter in module.parameters()]
    assert sum(numpy.prod(shape) for shape in network.parameters.values()) == sum(sizes)


def test_equal_parameters_that_are_not_tied_stay_two():
    module = Tied()
    module.third.weight = nn.Parameter(module.first.weight.detach().clone())
    assert sorted(trace(module).parameters) == ["first.bias", "first.weight", "third.weight"]


def test_weights_that_are_views_are_exported_as_the_module_uses_them():
    module = Wrapped(nn.Sequential(nn.Linear(COLUMNS, 6), nn.Linear(6, 3), nn.Linear(3, 2)))
    module.part[0].weight = nn.Parameter(torch.rand(COLUMNS, 6).t())
    module.part[1].weight = nn.Parameter(torch.rand(6, 12)[::2, ::2])
    module.part[2].weight = nn.Parameter(torch.rand(1, 3).expand(2, 3))
    assert not any(module.part[number].weight.is_contiguous() for number in range(3))
    network = trace(module)
    values = parameter_values(module, network)
    for number in range(3):
        weight = module.part[number].weight.detach().numpy()
        numpy.testing.assert_array_equal(values[f"part.{number}.weight"], weight)
    assert values["part.1.weight"].shape == (3, 6)


def test_numpy_numbers_are_numbers():
    plain = trace_network(SUPPORTED["residual"], (3, 4), 0.5, -2.0)
    sizes = numpy.array([3, 4])
    other = trace_network(SUPPORTED["residual"], tuple(sizes), numpy.float32(0.5), numpy.int64(-2))
    assert network_document(other) == network_document(plain)
    assert format_json(network_document(other)) == format_json(network_document(plain))


def test_numpy_numbers_may_name_dimensions():
    one, two = numpy.array([1, 2])
    module = Bare(lambda m, x: x.transpose(one, two).transpose(two, one).mean(dim=one))
    assert check(module) == ["permute", "permute", "mean"]
