"""Loops, recurrent layers and spiking neurons are exported as loops that compute what PyTorch computes."""

import pytest
import torch
from exported import Function, check, kinds
from refusal import refused
from torch import nn

from palimpsest_export import LIF, Repeat, Scan
from palimpsest_export.network import walk


class Sum(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x, part, constant):
        return torch.tanh(self.layer(x) + part * constant)


class Step(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.lif = LIF(0.9, 0.5)

    def forward(self, membrane, x):
        spikes, membrane = self.lif(self.layer(x), membrane)
        return membrane, spikes


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.norm = nn.LayerNorm(4)

    def forward(self, x):
        return x + torch.relu(self.layer(self.norm(x)))


def test_a_layer_that_is_repeated_is_there_once():
    network = check(nn.Sequential(Repeat(Block(), 10)), (3, 4))
    (loop,) = network.operations
    assert loop.operation == "loop" and loop.attributes["iterations"] == 10
    assert [step.operation for step in loop.body] == ["layer_norm", "linear", "relu", "add"]
    assert network.layer_shapes() == {"0.body.layer": (4, 4)}


def test_a_repeat_sees_parts_and_constants():
    times = nn.Parameter(torch.zeros(5, 3, 4))
    module = Function(lambda m, x: m.repeat(x, m.times, x * 2), repeat=Repeat(Sum(), 5), times=times)
    network = check(module, (3, 4))
    assert kinds(network) == ["multiply", "parameter", "loop"]


def test_loops_may_be_nested():
    network = check(nn.Sequential(Repeat(Repeat(Block(), 2), 3)), (3, 4))
    assert [step.operation for step in walk(network.operations)][:3] == ["loop", "loop", "layer_norm"]


@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_spiking_neurons(reset):
    step = Step()
    step.lif = LIF(0.9, 0.5, reset)
    network = check(Function(lambda m, x: m.scan(None, x)[1].mean(1), scan=Scan(step, zeros=(4,))), (6, 4))
    (loop, mean) = network.operations
    assert loop.attributes["carried"][0]["initial"] is None
    assert [entry["take"] for entry in loop.attributes["results"]] == ["all"]
    assert [step.operation for step in loop.body] == ["linear", "lif"]


def test_neurons_may_begin_in_a_state_that_is_written_down():
    def unrolled(m, x):
        membrane, counts = torch.full((x.shape[0], 4), 2.0), 0
        for step in range(x.shape[1]):
            spikes, membrane = m.lif(m.layer(x[:, step]), membrane)
            counts = counts + spikes
        return counts

    network = check(Function(unrolled, layer=nn.Linear(4, 4), lif=LIF(0.9, 0.5)), (3, 4))
    assert kinds(network).count("lif") == 3 and kinds(network).count("parameter") == 1
    # What does not depend on the input at all is a constant.
    constant = Function(lambda m, x: x + m.lif(m.start, m.start)[0], start=torch.ones(1, 4), lif=LIF(0.9, 0.5))
    assert kinds(check(constant, (4,))) == ["add"]


class Sums(nn.Module):
    """A recurrent layer whose step is written in the order of its input or of its state."""

    def __init__(self, state_first):
        super().__init__()
        self.input, self.state, self.neurons = nn.Linear(4, 3), nn.Linear(3, 3), LIF(0.9, 0.1)
        self.state_first = state_first

    def forward(self, spikes, membrane, x):
        if self.state_first:
            current = self.state(spikes) + torch.tanh(self.input(x))
        else:
            driven = torch.tanh(self.input(x))
            current = driven + self.state(spikes)
        spikes, membrane = self.neurons(current, membrane)
        return spikes, membrane, spikes


@pytest.mark.parametrize("state_first", [False, True])
def test_what_needs_nothing_of_the_state_comes_first_in_a_body(state_first):
    scan = Scan(Sums(state_first), zeros=((3,), (3,)))
    network = check(Function(lambda m, x: m.scan(None, x)[1].mean(1), scan=scan), (6, 4))
    body = network.operations[0].body
    assert [step.operation for step in body] == ["linear", "tanh", "linear", "add", "lif"]
    assert [body[0].name, body[2].name] == ["scan.body.input", "scan.body.state"]


class Forgetful(Step):
    def forward(self, membrane, x):
        spikes, _ = self.lif(self.layer(x), membrane)
        return membrane, spikes


def test_neurons_that_forget_their_state_are_refused():
    module = Function(lambda m, x: m.scan(None, x)[1].mean(1), scan=Scan(Forgetful(), zeros=(4,)))
    with refused("expected the membrane that the neurons scan.body.lif give in a loop to be carried on"):
        check(module, (6, 4))


LAYERS = {
    "LSTM": nn.LSTM(4, 3, batch_first=True),
    "LSTM of two layers": nn.LSTM(4, 3, 2, batch_first=True, dropout=0.1),
    "LSTM of both directions": nn.LSTM(4, 3, batch_first=True, bidirectional=True),
    "LSTM with a projection": nn.LSTM(4, 3, proj_size=2, batch_first=True),
    "GRU": nn.GRU(4, 3, batch_first=True),
    "GRU without bias": nn.GRU(4, 3, bias=False, batch_first=True),
    "RNN": nn.RNN(4, 3, batch_first=True),
}


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS.keys())
def test_a_recurrent_layer_of_torch_is_a_loop(layer):
    network = check(Function(lambda m, x: m.layer(x)[0][:, -1], layer=layer), (5, 4))
    assert "loop" in kinds(network)


def test_the_last_state_and_all_outputs():
    module = Function(
        lambda m, x: m.head(m.layer(x)[1][0][-1]), layer=nn.LSTM(4, 3, batch_first=True), head=nn.Linear(3, 2)
    )
    network = check(module, (5, 4))
    loop = next(step for step in network.operations if step.operation == "loop")
    assert [entry["take"] for entry in loop.attributes["results"]] == ["last"]
    module = Function(lambda m, x: m.layer(x.transpose(0, 1))[0].transpose(0, 1), layer=nn.GRU(4, 3))
    assert kinds(check(module, (5, 4))) == ["loop"]


def test_a_state_that_is_given():
    def forward(m, x):
        return m.layer(x, m.start(x.mean(1))[None])[0]

    network = check(Function(forward, layer=nn.GRU(4, 3, batch_first=True), start=nn.Linear(4, 3)), (5, 4))
    loop = network.operations[-1]
    assert loop.operation == "loop" and loop.attributes["carried"][0]["initial"] is not None
