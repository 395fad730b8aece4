"""The table of accuracies: which samples count, and under which error of the weights."""

from types import SimpleNamespace

import numpy
import pytest
import torch

from lifelong.testing import class_samples
from speaker.network import build_network, linear_layers
from speaker.testing import accuracy_table, hidden_rate
from speaker.training import network_inputs, store

LABELS = numpy.repeat(numpy.arange(6), 2)
PHASE = SimpleNamespace(name="continual", retain=[0, 2, 3, 4], forget=[1], new=[5])


def silent(answer):
    """A network whose neurons never fire and whose bias gives the answer."""
    network = build_network(numpy.random.default_rng(0))
    store(network)
    with torch.no_grad():
        network.hidden.body.input.base_layer.bias.fill_(-100)
        network.readout.bias[answer] = 1
    return network


def table_of(hybrid, rewrite):
    phase = SimpleNamespace(
        **vars(PHASE), hybrid=SimpleNamespace(network=hybrid), rewrite=SimpleNamespace(network=rewrite)
    )
    data = SimpleNamespace(test_inputs=numpy.zeros((12, 10, 140), numpy.uint8), test_labels=LABELS)
    data.test_inputs[:, :, :35] = 1
    return accuracy_table([phase], data, numpy.random.default_rng(0)).splitlines()


def test_the_subsets_are_the_speakers_of_the_phase():
    subsets = class_samples(PHASE, LABELS)
    speakers = {name: sorted(set(LABELS[samples])) for name, samples in subsets.items()}
    assert speakers == {"all": [0, 1, 2, 3, 4, 5], "retain": [0, 2, 3, 4], "forget": [1], "new": [5]}
    assert "new" not in class_samples(SimpleNamespace(retain=[0], forget=[1], new=[]), LABELS)


def test_the_table_has_each_method():
    lines = table_of(silent(5), silent(2))
    assert lines[0] == "input spikes 0.250 per channel and step"
    rows = {tuple(line.split()[1:3]): [float(word) for word in line.split()[3:]] for line in lines[2:]}
    assert rows["hybrid", "new"] == [2, 100, 100, 100, 0]
    assert rows["hybrid", "retain"] == [8, 0, 0, 0, 0]
    assert rows["rewrite", "retain"] == [8, 25, 25, 25, 0]
    assert rows["rewrite", "forget"] == [2, 0, 0, 0, 0]


def test_the_table_is_under_the_error_of_programming(monkeypatch):
    seen = []
    network = silent(0)
    forward = type(network).forward

    def noted(self, x):
        seen.append([layer.weight.detach().clone() for layer in linear_layers(self)])
        return forward(self, x)

    monkeypatch.setattr(type(network), "forward", noted)
    table_of(network, network)
    assert len(seen) == 2 * 11
    for held, disturbed in zip([seen[0]] * 10, seen[1:11]):
        for clean, weight in zip(held, disturbed):
            error = (weight - clean) / clean.abs().max()
            assert error.abs().max().item() == pytest.approx(2 / 35, rel=1e-2)
            assert error.std().item() == pytest.approx(2 / 35 / 3**0.5, rel=0.05)


def test_the_rate_is_the_share_of_neurons_that_fire():
    network = silent(0)
    with torch.no_grad():
        network.hidden.body.input.base_layer.bias[:128] = 100
    inputs = network_inputs(numpy.zeros((3, 10, 140), numpy.uint8))
    assert hidden_rate(network, inputs) == pytest.approx(0.25)
