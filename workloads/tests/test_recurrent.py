import copy
import itertools

import numpy
import pytest
import torch
from refusal import refused
from torch import nn

from palimpsest_export import Repeat, Scan, add_lora, as_scan, replace_recurrent

CHOICES = [
    dict(zip(("num_layers", "bidirectional", "batch_first", "bias"), choice))
    for choice in itertools.product((1, 2), (False, True), (False, True), (False, True))
]
KINDS = [
    *((kind, options) for kind in (nn.LSTM, nn.GRU, nn.RNN) for options in CHOICES),
    (nn.RNN, {"nonlinearity": "relu", "num_layers": 3}),
    (nn.LSTM, {"proj_size": 2, "num_layers": 2, "bidirectional": True}),
]


def named(value):
    return value.__name__ if isinstance(value, type) else "-".join(f"{k}={v}" for k, v in value.items())


def sequences(*shape, seed=0):
    return torch.from_numpy(numpy.random.default_rng(seed).normal(size=shape))


def flat(value):
    return [value] if isinstance(value, torch.Tensor) else [part for item in value for part in flat(item)]


def assert_the_same(ours, theirs):
    ours, theirs = flat(ours), flat(theirs)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind, options", KINDS, ids=named)
def test_a_recurrent_layer_as_scans_gives_what_torch_gives(kind, options):
    torch.manual_seed(0)
    module = kind(3, 4, **options).double()
    scanned = as_scan(module)
    x = sequences(2, 5, 3) if module.batch_first else sequences(5, 2, 3)
    assert_the_same(scanned(x), module(x))
    count = module.num_layers * (2 if module.bidirectional else 1)
    state = sequences(count, 2, module.proj_size or 4, seed=1)
    if kind is nn.LSTM:
        state = state, sequences(count, 2, 4, seed=2)
    assert_the_same(scanned(x, state), module(x, state))


@pytest.mark.parametrize(
    "kind, options",
    [
        (nn.LSTMCell, {}),
        (nn.GRUCell, {}),
        (nn.RNNCell, {"nonlinearity": "relu"}),
        (nn.LSTMCell, {"bias": False}),
    ],
    ids=named,
)
def test_a_cell_gives_what_torch_gives(kind, options):
    torch.manual_seed(0)
    cell = kind(3, 4, **options).double()
    scanned = as_scan(cell)
    x, state = sequences(2, 3), sequences(2, 4, seed=1)
    assert_the_same(scanned(x), cell(x))
    if kind is nn.LSTMCell:
        state = state, sequences(2, 4, seed=2)
    assert_the_same(scanned(x, state), cell(x, state))


def test_the_parameters_are_shared_and_train_as_torchs_do():
    torch.manual_seed(0)
    module = nn.LSTM(3, 4, 2, bidirectional=True, batch_first=True).double()
    scanned = as_scan(module)
    assert {id(p) for p in scanned.parameters()} == {id(p) for p in module.parameters()}
    gradients = []
    for layers in (module, scanned):
        module.zero_grad()
        layers(sequences(2, 5, 3))[0].pow(2).sum().backward()
        gradients.append([parameter.grad.clone() for parameter in module.parameters()])
    assert_the_same(gradients[1], gradients[0])


def test_dropout_between_layers_is_there_in_training_only():
    torch.manual_seed(0)
    module = nn.GRU(3, 4, 2, batch_first=True, dropout=0.5).double()
    scanned, x = as_scan(module), sequences(2, 5, 3)
    assert (scanned(x)[0] != scanned(x)[0]).any()
    assert_the_same(as_scan(module.eval())(x), module(x))
    single = as_scan(nn.RNN(3, 4, batch_first=True).double())
    assert_the_same(single(x), single(x))


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)
        self.inner = nn.Sequential(nn.GRU(4, 4, batch_first=True))
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.inner(self.lstm(x)[0])[1][-1])


def test_the_recurrent_layers_of_a_model_can_be_replaced_and_get_adapters():
    torch.manual_seed(0)
    module = Reader().double()
    x = sequences(2, 5, 3)
    before = module(x)
    assert replace_recurrent(module) == ["lstm", "inner.0"]
    assert_the_same(module(x), before)
    paths = add_lora(module, ["recurrent"], rank=2, alpha=2, generator=numpy.random.default_rng(0))
    assert paths == ["lstm.scans.0.body.recurrent", "inner.0.scans.0.body.recurrent"]
    assert_the_same(module(x), before)
    assert_the_same(copy.deepcopy(module)(x), before)


class Outputs(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        return self.layers(x)[0]


class Tracer(torch.fx.Tracer):
    def is_leaf_module(self, module, path):
        return isinstance(module, (Repeat, Scan)) or super().is_leaf_module(module, path)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_what_is_left_of_the_layers_can_be_recorded(kind):
    network = Outputs(as_scan(kind(3, 4, 2, bidirectional=True, batch_first=True).double()))
    x = sequences(2, 5, 3)
    graph = Tracer().trace(network)
    leaves = [node.target.partition(".")[2] for node in graph.nodes if node.op == "call_module"]
    assert leaves == ["scans.0", "scans.1", "dropout", "scans.2", "scans.3"]
    assert_the_same(torch.fx.GraphModule(network, graph)(x), network(x))
    body = network.layers.scans[0].body
    names = [node.target for node in Tracer().trace(body).nodes if node.op == "call_module"]
    assert names[:2] == ["input", "recurrent"]


def test_hooks_that_would_be_lost_are_named():
    for register in ("register_forward_hook", "register_forward_pre_hook"):
        module = nn.LSTM(3, 4)
        getattr(module, register)(lambda *_: None)
        with refused("^as_scan: a forward hook of the LSTM would be lost; remove it"):
            as_scan(module)


@pytest.mark.parametrize(
    "run, message",
    [
        (lambda: as_scan(3), "^as_scan: expected an nn.LSTM, GRU or RNN, or a cell of these, got int"),
        (lambda: as_scan(nn.Linear(3, 4)), "^as_scan: expected an nn.LSTM, GRU or RNN, or a cell .*Linear"),
        (
            lambda: as_scan(nn.LSTM(3, 4))(torch.zeros(5, 3)),
            r"expected a batch of sequences, got shape \[5, 3\]",
        ),
        (lambda: as_scan(nn.GRUCell(3, 4))(torch.zeros(3)), r"expected a batch of vectors, got shape \[3\]"),
        (
            lambda: as_scan(nn.GRU(3, 4))(nn.utils.rnn.pack_sequence([torch.zeros(5, 3)])),
            "expected a tensor, got a PackedSequence: sequences of one length only",
        ),
        (lambda: as_scan(nn.GRU(3, 4))(torch.zeros(0, 2, 3)), r"sequence: expected .* got shape \[2, 0, 3\]"),
    ],
)
def test_what_has_no_scan_is_refused(run, message):
    with refused(message):
        run()
