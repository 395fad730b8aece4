import numpy
import pytest
import torch
from refusal import refused
from torch import nn
from torch.nn import functional

from palimpsest_export import LIF, Scan
from palimpsest_export.modules.spiking import spike


def tensor(*shape, seed=0):
    return torch.from_numpy(numpy.random.default_rng(seed).normal(size=shape))


@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_a_neuron_follows_its_formula(reset):
    current, membrane = tensor(50, 7), tensor(50, 7, seed=1)
    current[0, 0], membrane[0, 0] = 0.3, 0.0  # exactly at the threshold: no spike
    spikes, after = LIF(0.5, 0.3, reset)(current, membrane)
    potential = 0.5 * membrane.numpy() + current.numpy()
    fired = potential > 0.3
    assert spikes.dtype == torch.float64 and (spikes.numpy() == fired).all() and 100 < fired.sum() < 250
    assert not fired[0, 0]
    expected = numpy.where(fired, 0, potential) if reset == "zero" else potential - 0.3 * fired
    numpy.testing.assert_allclose(after.numpy(), expected, rtol=0, atol=1e-15)


def test_a_constant_current_fires_at_the_rate_that_its_charge_gives():
    # Without leak and with the threshold subtracted, n steps of current I fire floor(n I / threshold) times.
    neuron, membrane, fired = LIF(1, 1.0, "subtract"), torch.zeros(1, 1), 0
    for _ in range(100):
        spikes, membrane = neuron(torch.full((1, 1), 0.21875), membrane)
        fired += spikes.item()
    assert fired == 21


def test_the_gradient_of_a_spike_is_the_derivative_of_a_fast_sigmoid():
    excess = (torch.arange(-50, 51, dtype=torch.float64) / 25).requires_grad_()
    (spike(excess, 4.0) * torch.arange(101)).sum().backward()
    # The fast sigmoid x / (1 + k |x|), differentiated by torch.
    smooth = excess.detach().clone().requires_grad_()
    (smooth / (1 + 4 * smooth.abs()) * torch.arange(101)).sum().backward()
    torch.testing.assert_close(excess.grad[excess != 0], smooth.grad[smooth != 0], rtol=1e-12, atol=0)
    assert excess.grad[50] == 50  # at the threshold the derivative is 1


@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_the_reset_is_differentiated_with_the_surrogate(reset):
    current, membrane = (tensor(5, 3, seed=seed).requires_grad_() for seed in (0, 1))
    spikes, after = LIF(0.5, 0.3, reset, slope=10.0)(current, membrane)
    after.sum().backward()
    u = (0.5 * membrane + current).detach()
    slope = 1 / (1 + 10 * (u - 0.3).abs()) ** 2
    fired = spikes.detach()
    derivative = (1 - fired) - u * slope if reset == "zero" else 1 - 0.3 * slope
    torch.testing.assert_close(current.grad, derivative)
    torch.testing.assert_close(membrane.grad, 0.5 * derivative)


def fired(neurons, currents, of=lambda current, spikes: current):
    """The spikes [steps, neurons] of a LIF, of what `of` makes of a step's current and the spikes before it."""
    spikes, membrane, found = torch.zeros_like(currents[0]), torch.zeros_like(currents[0]), []
    for current in currents:
        spikes, membrane = neurons(of(current, spikes), membrane)
        found.append(spikes)
    return torch.stack(found).numpy() == 1


@pytest.mark.parametrize("decay", [False, True])
@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_neurons_of_spikingjelly_as_docs_modules_tells(reset, decay):
    tau, threshold, currents = 3.0, 0.6, tensor(40, 200)
    v, expected = numpy.zeros(200), []
    for x in currents.numpy():
        v = v + (x - v) / tau if decay else v - v / tau + x
        spikes = v >= threshold
        v = numpy.where(spikes, 0.0 if reset == "zero" else v - threshold, v)
        expected.append(spikes)
    found = fired(LIF(1 - 1 / tau, threshold, reset), currents / tau if decay else currents)
    assert (found == expected).all() and 0.01 < found.mean() < 0.6


@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_neurons_of_snntorch_as_docs_modules_tells(reset):
    beta, threshold, currents = 0.75, 0.6, tensor(40, 200)
    u, before, expected = numpy.zeros(200), numpy.zeros(200), []
    for x in currents.numpy():
        u = beta * u + x
        u = u - before * (u if reset == "zero" else threshold)
        before = (u > threshold).astype(float)
        expected.append(before == 1)
    of = {
        "zero": lambda current, spikes: current * (1 - spikes),
        "subtract": lambda current, spikes: current - (1 - beta) * threshold * spikes,
    }[reset]
    neurons = LIF(beta, threshold, reset)
    assert (fired(neurons, currents, of) == expected).all()
    assert (fired(neurons, currents) != expected).mean() > 0.02


class RecurrentSpikes(nn.Module):
    """One step of a recurrent layer of spiking neurons: (spikes, membrane, x) to the same and the spikes."""

    def __init__(self, inputs, neurons):
        super().__init__()
        self.input = nn.Linear(inputs, neurons)
        self.recurrent = nn.Linear(neurons, neurons)
        self.neurons = LIF(leak=0.5, threshold=0.3)

    def forward(self, spikes, membrane, x):
        spikes, membrane = self.neurons(self.input(x) + self.recurrent(spikes), membrane)
        return spikes, membrane, spikes


class Speakers(nn.Module):
    """The speaker network in small: rates of recurrent spikes, (batch, steps, inputs) to class scores."""

    def __init__(self, inputs=20, neurons=32, classes=5):
        super().__init__()
        self.layer = Scan(RecurrentSpikes(inputs, neurons), zeros=((neurons,), (neurons,)))
        self.readout = nn.Linear(neurons, classes)

    def forward(self, x):
        return self.readout(self.layer(None, x)[1].mean(dim=1))


def test_a_recurrent_spiking_network_is_the_equations_of_its_paper():
    torch.manual_seed(0)
    network = Speakers().double()
    x = (tensor(4, 10, 20) > 0.5).double()
    cell = network.layer.body
    weights, biases = (
        [getattr(layer, kind).detach().numpy() for layer in (cell.input, cell.recurrent)]
        for kind in ("weight", "bias")
    )
    # m = m * decay * (1 - spike) + Wx x + bx + Wh h + bh, spike = m > 0.3 (Lin et al., arXiv 2601.10037).
    membrane, fired, counts = numpy.zeros((4, 32)), numpy.zeros((4, 32)), numpy.zeros((4, 32))
    for step in range(10):
        drive = x[:, step].numpy() @ weights[0].T + biases[0] + fired @ weights[1].T + biases[1]
        membrane = membrane * 0.5 * (1 - fired) + drive
        fired = (membrane > 0.3).astype(float)
        counts += fired
    expected = counts / 10 @ network.readout.weight.detach().numpy().T + network.readout.bias.detach().numpy()
    numpy.testing.assert_allclose(network(x).detach().numpy(), expected, rtol=1e-12)
    assert 100 < counts.sum() < 1200


def test_a_recurrent_spiking_network_learns():
    torch.manual_seed(0)
    network = Speakers()
    labels = torch.arange(60) % 5
    rates = torch.rand(5, 20)[labels]
    x = (torch.rand(60, 10, 20) < rates[:, None]).float()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for _ in range(40):
        loss = functional.mse_loss(network(x), functional.one_hot(labels, 5).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]
    assert network.layer.body.recurrent.weight.grad.abs().sum() > 0


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((1.1, 0.3), r"^LIF: leak: expected a number 0\.\.1, got 1\.1"),
        ((-0.1, 0.3), "^LIF: leak: expected a number"),
        ((torch.tensor(0.5), 0.3), "^LIF: leak: expected a number"),
        ((0.5, 0), "^LIF: threshold: expected a number above 0, got 0"),
        ((0.5, float("nan")), "^LIF: threshold: expected a number above 0, got nan"),
        ((0.5, float("inf")), "^LIF: threshold: expected a number above 0, got inf"),
        ((0.5, 0.3, "hard"), "^LIF: reset: expected 'zero' or 'subtract', got 'hard'"),
        ((0.5, 0.3, ["zero"]), "^LIF: reset: expected 'zero' or 'subtract'"),
        ((0.5, 0.3, "zero", 0), "^LIF: slope: expected a number above 0, got 0"),
    ],
)
def test_numbers_of_no_neuron_are_refused(arguments, message):
    with refused(message):
        LIF(*arguments)


def test_current_and_membrane_are_of_one_shape():
    with refused(r"^LIF: expected current and membrane of one shape, got \[2, 3\] and \[2, 1\]"):
        LIF(0.5, 0.3)(torch.zeros(2, 3), torch.zeros(2, 1))
