"""The speaker network, and its training: what is drawn, what is stored, what is summed exactly."""

import numpy
import pytest
import torch

from palimpsest_export import activate_adapters, add_adapter
from speaker.network import add_speaker, build_network, linear_layers
from speaker.training import (
    as_stored,
    balanced_batch,
    bound_weights,
    network_inputs,
    rounded,
    squared_error,
    store,
    stored_grid,
    train,
    wrong_labels,
)


def network_with_adapters(*names):
    """A network as it is stored, with random adapters of rank 8."""
    generator = numpy.random.default_rng(0)
    network = build_network(generator)
    for name in names:
        add_adapter(network, name, 8, 16, generator)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "lora_B" in name:
                parameter.copy_(torch.from_numpy(generator.normal(0, 0.05, tuple(parameter.shape))))
    store(network)
    activate_adapters(network, list(names))
    return network


def random_spikes(samples, seed=0):
    return (numpy.random.default_rng(seed).random((samples, 10, 140)) < 0.2).astype(numpy.uint8)


def values_of(network):
    return {name: value.detach().clone() for name, value in network.named_parameters()}


def test_parameter_counts_are_those_of_the_paper():
    network = network_with_adapters("a")
    sizes = {name: value.numel() for name, value in network.named_parameters()}
    adapters = sum(size for name, size in sizes.items() if "lora_" in name)
    assert adapters == 13408
    assert sum(sizes.values()) - adapters == 337413 + 513


def test_the_sixth_speaker_is_a_row_of_the_readout_and_nothing_else():
    network = build_network(numpy.random.default_rng(0))
    before = values_of(network)
    assert (before["readout.weight"][5] == 0).all() and (before["readout.weight"][:5] != 0).all()
    assert (network(network_inputs(random_spikes(4)))[:, 5] == 0).all()
    add_speaker(network, numpy.random.default_rng(1))
    for name, value in values_of(network).items():
        same = value == before[name]
        assert same[:5].all() and not same[5].any() if name.startswith("readout.") else same.all(), name
    row = network.readout.weight[5].detach()
    assert 0.95 / 512**0.5 < row.abs().max() <= 1 / 512**0.5 and abs(row.mean()) < 0.005


def test_weights_are_drawn_by_the_width_of_their_layer():
    for layer in linear_layers(build_network(numpy.random.default_rng(0))):
        bound = layer.in_features**-0.5
        assert 0.98 * bound < layer.weight.abs().max() <= bound and (layer.bias == 0).all()


def test_single_precision_sums_exactly_what_is_stored():
    network = network_with_adapters("one", "two")
    inputs = network_inputs(random_spikes(200))
    with torch.no_grad():
        exact = network.hidden(None, inputs)[1]
        single = network.float().hidden(None, inputs.float())[1]
    assert 0.02 < exact.mean() < 0.6
    assert torch.equal(single.double(), exact)


def test_every_parameter_has_its_grid():
    network = network_with_adapters("one")
    grids = {name: stored_grid(name) for name, _ in network.named_parameters()}
    assert grids["hidden.body.input.lora_A.one.weight"] == 2**-7
    assert grids["hidden.body.recurrent.lora_B.one.weight"] == 2**-8
    assert grids["readout.bias"] == grids["hidden.body.input.base_layer.weight"] == 2**-14
    with torch.no_grad():
        for value in network.parameters():
            value += 1e-3
    store(network)
    for name, value in network.named_parameters():
        assert (value / grids[name] % 1 == 0).all(), name
    assert rounded(torch.tensor([0.4, 0.6, -0.9]), 0.5).tolist() == [0.5, 0.5, -1.0]


def test_errors_are_of_array_weights_alone_and_gone_afterwards():
    network = network_with_adapters("one")
    with torch.no_grad():
        for value in network.parameters():
            value += 1e-5
    before = values_of(network)
    with as_stored(network, lambda weight: weight + 0.5 * weight.abs().max()):
        for name, value in network.named_parameters():
            held = rounded(before[name], stored_grid(name))
            if name.endswith("weight") and "lora_" not in name:
                assert (value * 2**16 % 1 == 0).all()
                torch.testing.assert_close(value, held + 0.5 * held.abs().max(), rtol=0, atol=2**-17)
            else:
                assert torch.equal(value, held)
    for name, value in network.named_parameters():
        assert torch.equal(value, before[name])


def test_the_loss_is_the_squared_error_of_the_speakers_that_are_known():
    scores = torch.tensor([[0.5, 0.25, 9.0], [0.0, 1.0, 9.0]])
    assert squared_error(scores, torch.tensor([0, 1]), 2).item() == pytest.approx((0.25 + 0.0625) / 4)
    assert squared_error(scores, torch.tensor([0, 2]), 3).item() == pytest.approx((0.3125 + 81 + 1 + 64) / 6)


def test_wrong_labels_are_random_ones_of_the_others():
    labels = torch.arange(5).repeat(400)
    drawn = wrong_labels(labels, 1, [0, 2, 3, 4], numpy.random.default_rng(0))
    assert torch.equal(drawn[labels != 1], labels[labels != 1])
    counts = torch.bincount(drawn[labels == 1], minlength=6)
    assert counts[1] == counts[5] == 0 and (counts[[0, 2, 3, 4]] > 70).all()


def test_batches_are_balanced_and_of_the_samples_given():
    inputs = random_spikes(60)
    labels = numpy.repeat(numpy.arange(6), 10)
    samples = numpy.arange(0, 60, 2)
    drawn, drawn_labels = balanced_batch(inputs, labels, samples, [5, 0], 5, numpy.random.default_rng(0))
    assert drawn_labels.tolist() == [5] * 5 + [0] * 5 and drawn.dtype == torch.float64
    expected = sorted(inputs[number].tobytes() for number in samples if labels[number] in (0, 5))
    assert sorted(sample.numpy().astype(numpy.uint8).tobytes() for sample in drawn) == expected


def run(network, steps=8, rate=0.01, disturb=lambda weight: weight, parameters=None):
    inputs, labels = network_inputs(random_spikes(30)), torch.arange(30) % 5
    losses = []

    def loss(scores, labels):
        losses.append(squared_error(scores, labels, 5))
        return losses[-1]

    chosen = list(network.parameters()) if parameters is None else parameters
    train(network, chosen, lambda: (inputs, labels), steps, rate, disturb, loss)
    return [value.item() for value in losses]


def test_training_learns_and_ends_with_what_is_stored():
    network = network_with_adapters()
    losses = run(network, steps=25, rate=2e-3)
    assert losses[-1] < 0.3 * losses[0]
    for name, value in network.named_parameters():
        assert (value / stored_grid(name) % 1 == 0).all()


def test_weights_of_arrays_stay_within_the_bound_of_their_layer():
    network = network_with_adapters("one")
    with torch.no_grad():
        for value in network.parameters():
            value *= 1.5
    before = values_of(network)
    bound_weights(network)
    for layer in linear_layers(network):
        assert layer.weight.abs().max().item() == pytest.approx(1.2 * layer.in_features**-0.5, rel=1e-12)
    for name, value in values_of(network).items():
        if "lora_" in name or name.endswith("bias"):
            assert torch.equal(value, before[name]), name
    # A chip's weights have its errors.
    frozen = network_with_adapters("one")
    frozen.readout.weight.requires_grad_(False)
    with torch.no_grad():
        for layer in linear_layers(frozen):
            layer.weight.fill_(0.5)
    bound_weights(frozen)
    assert (frozen.readout.weight == 0.5).all() and (frozen.hidden.body.input.weight < 0.5).all()
    network = network_with_adapters()
    run(network, steps=30, rate=0.02)
    for layer in linear_layers(network):
        assert layer.weight.abs().max().item() <= 1.2 * layer.in_features**-0.5 + 2**-15


def test_only_what_is_listed_is_trained():
    network = network_with_adapters("one", "two")
    before = values_of(network)
    run(network, parameters=[value for name, value in network.named_parameters() if ".two." in name])
    for name, value in values_of(network).items():
        assert torch.equal(value, before[name]) != (".two." in name), name


def test_the_gradient_is_that_of_the_disturbed_network():
    """A network whose weights are disturbed by the same error at every step learns to do without it."""
    generator = numpy.random.default_rng(3)
    network = network_with_adapters()
    error = {}

    def disturb(weight):
        shape = tuple(weight.shape)
        drawn = error.setdefault(shape, torch.from_numpy(0.3 * generator.standard_normal(shape)))
        return weight + drawn * weight.abs().max()

    losses = run(network, steps=40, rate=2e-3, disturb=disturb)
    clean = squared_error(network(network_inputs(random_spikes(30))), torch.arange(30) % 5, 5).item()
    assert losses[-1] < 0.3 * losses[0] and clean > 2 * losses[-1]


def test_the_rate_falls_as_a_cosine(monkeypatch):
    seen = []
    step = torch.optim.Adam.step

    def noted(self, *arguments):
        seen.append(self.param_groups[0]["lr"])
        return step(self, *arguments)

    monkeypatch.setattr(torch.optim.Adam, "step", noted)
    run(network_with_adapters(), steps=4, rate=0.5)
    assert seen == pytest.approx([0.5 * (1 + numpy.cos(numpy.pi * step / 4)) / 2 for step in range(4)])
