import math

import numpy
import pytest
import torch
from faces import prepare
from torch import nn

from face.network import build_network
from face.phases import random_stream
from face.training import (
    array_weights,
    balanced_batch,
    forgetting_loss,
    network_inputs,
    noisy_weights,
    train,
)
from lifelong.determinism import GRID, make_deterministic, snap_to_grid
from palimpsest_export import add_adapter


@pytest.fixture(scope="module", autouse=True)
def deterministic():
    """Set torch up as the workload does, and put it back."""
    threads = torch.get_num_threads()
    make_deterministic()
    yield
    torch.use_deterministic_algorithms(False)
    torch.set_num_threads(threads)


def test_parameter_counts():
    network = build_network(numpy.random.default_rng(0))
    assert sum(parameter.numel() for parameter in network.parameters()) == 5148
    for rank, expected in ((6, 1404), (8, 1872)):
        network = build_network(numpy.random.default_rng(0))
        add_adapter(network, "a", rank, rank, numpy.random.default_rng(0))
        assert sum(value.numel() for name, value in network.named_parameters() if "lora_" in name) == expected


def test_noise_is_scaled_by_layer_and_gone_afterwards():
    network = build_network(numpy.random.default_rng(0))
    add_adapter(network, "a", 2, 2, numpy.random.default_rng(0))
    before = {name: value.detach().clone() for name, value in network.named_parameters()}
    assert len(array_weights(network)) == 10
    with noisy_weights(network, lambda shape: numpy.full(shape, 0.5)):
        for name, value in network.named_parameters():
            is_noisy = "lora_" not in name and not name.endswith("gain")
            shift = 0.5 * before[name].abs().max() if is_noisy else 0.0
            torch.testing.assert_close(value, before[name] + shift)
    for name, value in network.named_parameters():
        assert torch.equal(value, before[name])


def test_grid_removes_rounding_differences_and_is_exact_in_float32():
    value = torch.tensor([0.1234567, -3.3, 1e-7], dtype=torch.float64)
    other = value + 1e-14
    snap_to_grid([value, other])
    assert torch.equal(value, other)
    assert torch.equal(value.float().double(), value)
    assert ((value / GRID) % 1 == 0).all()


def test_ascent_is_bounded():
    scores = torch.tensor([[9.0, 0.0], [0.0, 9.0], [0.0, 1.0]], dtype=torch.float64, requires_grad=True)
    loss = forgetting_loss(scores, torch.tensor([0, 0, 1]), [0], -0.5, 5.0)
    entropy = [math.log(1 + math.exp(-9)), 5.0, math.log(1 + math.exp(-1))]
    assert loss.item() == pytest.approx((-0.5 * entropy[0] - 0.5 * entropy[1] + entropy[2]) / 3)
    loss.backward()
    assert (scores.grad[1] == 0).all() and scores.grad[0, 0] > 0 and scores.grad[2, 1] < 0


def test_batches_are_full_and_balanced(grey_faces):
    faces = prepare(grey_faces)
    inputs, labels = balanced_batch(
        faces.train_inputs, faces.train_labels, [0, 5], 8, numpy.random.default_rng(0)
    )
    assert labels.tolist() == [0] * 8 + [5] * 8
    assert len({float(sample[0, 0]) for sample in inputs}) > 2


def test_training_moves_only_what_it_is_given_and_repeats(grey_faces):
    faces = prepare(grey_faces)

    def run():
        network = build_network(numpy.random.default_rng(0))
        add_adapter(network, "a", 2, 2, numpy.random.default_rng(0))
        before = {name: value.detach().clone() for name, value in network.named_parameters()}
        train(
            network,
            [network.norm.gain, network.embed.weight],
            [0, 1],
            faces,
            numpy.random.default_rng(1),
            3,
            2,
            1e-2,
            0.04,
            torch.nn.functional.cross_entropy,
        )
        values = dict(network.named_parameters())
        assert all(((values[name] / GRID) % 1 == 0).all() for name in ("norm.gain", "embed.weight"))
        moved = {name for name, value in values.items() if not torch.equal(value, before[name])}
        return moved, values["embed.weight"].detach().numpy().tobytes()

    first, second = run(), run()
    assert first[0] == {"norm.gain", "embed.weight"}
    assert first == second


class Constant(nn.Module):
    """Scores are a parameter, whatever the input; the layer's weight is noted at every call."""

    def __init__(self):
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(1, dtype=torch.float64))
        self.layer = nn.Linear(300, 200, bias=False).double()
        self.seen = []

    def forward(self, x):
        self.seen.append(self.layer.weight.detach().clone())
        return self.scores


def train_constant(faces, steps, noise):
    network = Constant()
    train(
        network,
        [network.scores],
        [0, 1],
        faces,
        numpy.random.default_rng(1),
        steps,
        2,
        1e-2,
        noise,
        lambda scores, labels: scores.sum(),
    )
    return network


@pytest.mark.parametrize("steps", [1, 5, 8])
def test_the_rate_falls_along_a_cosine(grey_faces, steps):
    # Under a constant gradient Adam moves by the rate.
    moved = -train_constant(prepare(grey_faces), steps, 0.0).scores.item()
    rates = [1e-2 * (1 + math.cos(math.pi * step / steps)) / 2 for step in range(steps)]
    assert moved == pytest.approx(sum(rates), abs=steps * GRID / 2)


def test_every_step_draws_its_own_noise(grey_faces):
    network = train_constant(prepare(grey_faces), 3, 0.04)
    clean = network.layer.weight.detach()
    errors = [((seen - clean) / clean.abs().max()).flatten() for seen in network.seen]
    assert len(errors) == 3
    for error in errors:
        assert error.std().item() == pytest.approx(0.04, rel=0.02)
        assert abs(error.mean().item()) < 0.001
    assert abs(torch.corrcoef(torch.stack(errors))[0, 1].item()) < 0.02


def test_streams_differ():
    draws = {random_stream(1, purpose).random() for purpose in ("data", "backbone", "restore")}
    assert len(draws) == 3


def test_inputs_are_scaled_and_shifted():
    assert network_inputs(numpy.array([0, 128, 255], dtype=numpy.uint8)).tolist() == [-1.0, 0.0, 127 / 128]
