"""Accuracy and spike rates of the trained phases, in float and with simulated programming errors."""

import torch

from lifelong.testing import PROGRAMMING_ERROR, accuracy_rows, class_samples

from .training import as_stored, network_inputs

DRAWS = 10


def hidden_rate(network, inputs):
    """Share of the hidden neurons that fire in a step, mean over samples and steps."""
    with torch.no_grad():
        _, spikes = network.hidden(None, inputs)
    return spikes.mean().item()


def programming_errors(generator):
    """A function that adds to the weights of a layer errors uniform within +-2/35 of the largest."""

    def disturb(weight):
        drawn = generator.uniform(-PROGRAMMING_ERROR, PROGRAMMING_ERROR, tuple(weight.shape))
        return weight + weight.abs().max() * torch.from_numpy(drawn)

    return disturb


def accuracy_table(phases, data, generator):
    """Text: for each phase, method and subset the float accuracy, and mean and minimum over 10 noisy draws.

    Each draw adds to every array weight an error uniform within +-2/35 of its layer's largest weight. `spikes` is the
    share of hidden neurons that fire in a step, over the samples of the phase.
    """
    rows = accuracy_rows(
        phases,
        network_inputs(data.test_inputs),
        data.test_labels,
        class_samples,
        lambda network: as_stored(network, programming_errors(generator)),
        DRAWS,
        width=7,
        more=("spikes", lambda network, inputs: f"{hidden_rate(network, inputs):7.3f}"),
    )
    return "\n".join([f"input spikes {data.test_inputs.mean():.3f} per channel and step", *rows])
