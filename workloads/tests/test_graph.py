import numpy
import pytest
import torch
from tiny import fill
from torch import nn

from palimpsest_export import (
    LoraLinear,
    RMSNorm,
    UnsupportedOperation,
    parameter_values,
    reference_outputs,
    trace_network,
)
from palimpsest_export.canonical_json import format_json
from palimpsest_export.interpreter import LoadedTrace
from palimpsest_export.writer import network_document

ROWS, COLUMNS = 3, 4


class Bare(nn.Module):
    """A module around a function of (module, x), with a linear layer at hand."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.linear = nn.Linear(COLUMNS, COLUMNS)
        self.square = nn.Linear(ROWS, ROWS, bias=False)
        self.drop = nn.Dropout(0.5)
        self.offset = nn.Parameter(torch.zeros(COLUMNS))

    def forward(self, x):
        return self.function(self, x)


class Wrapped(nn.Module):
    """Bare as a part, so that errors have a path to name."""

    def __init__(self, part):
        super().__init__()
        self.part = part

    def forward(self, x):
        return self.part(x).mean(1)


def trace(module):
    return trace_network(module, (ROWS, COLUMNS), 1 / 32, -4.0)


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
    "view that is used after a change": Bare(lambda m, x: viewed_before(m.linear(x), x).mean(1)),
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


def viewed_before(y, x):
    turned = y.mT
    y += x
    return turned.mT


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
    assert network.linear_shapes() == {"part.0": (7, 4), "part.3": (2, 7)}
    assert network.shapes()[network.output] == (1, 2)


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
        {},
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


class Branching(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


def looped(module, x):
    while x.abs().max() > 1:
        x = module.linear(x)
    return x


def assigned(x):
    x[:, 0] = 0
    return x


def stale(y, x):
    turned = y.transpose(1, 2)
    y += x
    return turned + turned


def stale_source(y, x):
    turned = y.mT
    turned += x.mT
    return y + x


def computed_weight():
    layer = nn.Linear(COLUMNS, 2)
    weight = layer.weight.detach()
    del layer.weight
    layer.weight = weight
    return layer


UNSUPPORTED = {
    "module": (nn.Sequential(nn.Linear(COLUMNS, 2), nn.Softmax(-1)), r"part\.1 \(torch\.nn\.Softmax\)"),
    "attention": (
        nn.LayerNorm(COLUMNS),
        r"part \(torch\.nn\.LayerNorm\): torch\.nn\.LayerNorm is not supported",
    ),
    "tanh gelu": (nn.GELU("tanh"), r"part \(torch\.nn\.GELU\): GELU with approximate='tanh'"),
    "in-place relu": (nn.ReLU(inplace=True), r"part \(torch\.nn\.ReLU\): ReLU with inplace=True"),
    "adapter on a convolution": (
        LoraLinear(nn.Conv1d(3, 3, 1)),
        r"part \(.*LoraLinear\): an adapter on torch\.nn\.Conv1d",
    ),
    "control flow": (
        nn.Sequential(Branching()),
        r"part\.0 \(test_graph\.Branching\): a branch or loop that depends",
    ),
    "loop over tokens": (
        Bare(lambda m, x: sum(row for row in x)),
        r"part \(test_graph\.Bare\): a loop over a tensor",
    ),
    "loop over a size": (
        Bare(lambda m, x: [m.linear(x) for _ in range(x.shape[1])][0]),
        r"part \(test_graph\.Bare\): a Python number taken from a tensor",
    ),
    "loop until a value": (Bare(lambda m, x: looped(m, x)), r"part \(test_graph\.Bare\): a branch or loop"),
    "length": (Bare(lambda m, x: m.linear(x) if len(x) > 1 else x), r"part \(.*Bare\): len\(\) of a tensor"),
    "number": (Bare(lambda m, x: x + float(x.mean())), r"part \(.*Bare\): a Python number taken"),
    "assignment": (Bare(lambda m, x: assigned(x)), r"part \(.*Bare\): assignment to a part of a tensor"),
    "size": (Bare(lambda m, x: m.linear(x) if x.shape[1] == 3 else x), r"part \(.*Bare\): a branch or loop"),
    "own error": (
        Bare(lambda m, x: m.absent(x)),
        r"part \(.*Bare\) cannot be traced \(AttributeError: .*absent",
    ),
    "transpose of a changed tensor": (
        Bare(lambda m, x: stale(m.linear(x), x)),
        r"part \(.*Bare\): using a tensor after \+= on its transpose",
    ),
    "tensor of a changed transpose": (
        Bare(lambda m, x: stale_source(m.linear(x), x)),
        r"part \(.*Bare\): using a tensor after \+= on its transpose",
    ),
    "weight that is no parameter": (
        computed_weight(),
        r"part \(torch\.nn\.Linear\): a weight that is a Tensor",
    ),
    "subtraction": (Bare(lambda m, x: x - m.linear(x)), r"part \(test_graph\.Bare\): the function sub"),
    "method": (Bare(lambda m, x: x.view(1, 2)), r"part \(test_graph\.Bare\): the tensor method view"),
    "in-place method": (Bare(lambda m, x: (x.add_(x), x)[1]), r"the tensor method add_"),
    "attribute": (Bare(lambda m, x: x.T), r"the attribute 'T' of a tensor"),
    "constant": (Bare(lambda m, x: x + 1.0), r"an operand that is not a value of the network \(1\.0\)"),
    "parameter": (Bare(lambda m, x: x + m.offset), r"the parameter 'part\.offset'"),
    "scaled add": (Bare(lambda m, x: torch.add(x, x, alpha=2)), r"\+ with further arguments"),
    "transpose of samples": (Bare(lambda m, x: x.transpose(0, 1)), r"a transpose of dimensions 0 and 1"),
    "mean of features": (Bare(lambda m, x: x.mean(2)), r"a mean over 2"),
    "mean of everything": (Bare(lambda m, x: x.mean()), r"a mean over None"),
    "mean of samples": (Bare(lambda m, x: x.mean(1).mean(-2)), r"a mean over -2"),
    "broadcast": (Bare(lambda m, x: x + x.mean(1, keepdim=True)), r"\+ of shapes"),
    "active dropout": (Bare(lambda m, x: nn.functional.dropout(x, 0.5)), r"dropout that stays active"),
    "layer twice": (
        Bare(lambda m, x: m.linear(m.linear(x))),
        r"part\.linear .* calling a layer with parameters twice",
    ),
    "wrong width": (nn.Linear(COLUMNS + 1, 2), r"part: weight takes 5 features, input has 4"),
}


@pytest.mark.parametrize("part, message", UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_what_is_unsupported_is_named(part, message):
    with pytest.raises(UnsupportedOperation, match=message) as caught:
        trace(Wrapped(part))
    assert "\n" not in str(caught.value)


def test_the_message_says_what_is_supported():
    with pytest.raises(UnsupportedOperation, match=r"supported: nn\.Linear, LoraLinear, RMSNorm"):
        trace(Wrapped(nn.Tanh()))


def test_the_result_must_be_class_scores():
    with pytest.raises(UnsupportedOperation, match=r"a result of shape \[3, 4\]"):
        trace(nn.Sequential(nn.Linear(COLUMNS, COLUMNS)))
    with pytest.raises(UnsupportedOperation, match="a result of type tuple"):
        trace(Bare(lambda m, x: (x, x)))


def test_arguments_without_names_are_refused():
    class AnyInputs(nn.Module):
        def forward(self, x, **others):
            return x.mean(1)

    for module in (AnyInputs(), nn.DataParallel(AnyInputs())):
        with pytest.raises(UnsupportedOperation, match=r"the network \(.*\): a forward function with \*args"):
            trace(module)


def test_a_second_input_is_refused():
    class TwoInputs(nn.Module):
        def forward(self, x, y):
            return (x + y).mean(1)

    with pytest.raises(UnsupportedOperation, match=r"a second input \(y\)"):
        trace(TwoInputs())


@pytest.mark.parametrize(
    "shape, scale, offset, message",
    [
        ((4,), 1.0, 0.0, r"input_shape: expected \(rows, columns\).*got \(4,\); .* \(batch, 1, features\)"),
        ((5, 3, 4), 1.0, 0.0, r"input_shape: .*got \(5, 3, 4\)"),
        ((3, 4.0), 1.0, 0.0, r"input_shape: .*got \(3, 4\.0\)"),
        (4, 1.0, 0.0, r"input_shape: .*got 4;"),
        ((0, 4), 1.0, 0.0, r"input_shape: .*got \(0, 4\)"),
        ((3, 4), torch.tensor(1.0), 0.0, r"input_scale: expected a finite number, got tensor\(1\.\)"),
        ((3, 4), "1", 0.0, "input_scale: expected a finite number, got '1'"),
        ((3, 4), float("nan"), 0.0, "input_scale: expected a finite number, got nan"),
        ((3, 4), 0, 0.0, "input_scale: expected a number other than 0"),
        ((3, 4), 1.0, None, "input_offset: expected a finite number, got None"),
    ],
)
def test_a_wrong_input_is_named(shape, scale, offset, message):
    with pytest.raises(ValueError, match=message):
        trace_network(SUPPORTED["residual"], shape, scale, offset)


def test_numpy_numbers_are_numbers():
    plain = trace_network(SUPPORTED["residual"], (3, 4), 0.5, -2.0)
    sizes = numpy.array([3, 4])
    other = trace_network(SUPPORTED["residual"], tuple(sizes), numpy.float32(0.5), numpy.int64(-2))
    assert network_document(other) == network_document(plain)
    assert format_json(network_document(other)) == format_json(network_document(plain))
