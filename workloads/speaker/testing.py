"""Accuracy and spike rates of the trained phases, in float and with simulated programming errors."""

import numpy
import torch

from face.testing import accuracies
from face.training import PROGRAMMING_ERROR

from .training import as_stored, network_inputs

DRAWS = 10


def subset_indices(phase, labels):
    """Name to test samples of a phase, without empty groups; `all` has every class of the phase."""
    groups = {
        "all": phase.retain + phase.forget + phase.new,
        "retain": phase.retain,
        "forget": phase.forget,
        "new": phase.new,
    }
    return {name: numpy.flatnonzero(numpy.isin(labels, group)) for name, group in groups.items() if group}


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
    inputs = network_inputs(data.test_inputs)
    lines = [
        f"input spikes {data.test_inputs.mean():.3f} per channel and step",
        f"{'phase':<10} {'method':<8} {'subset':<7} {'samples':>7} {'float':>7} {'noisy':>7} {'lowest':>7} "
        f"{'spikes':>7}",
    ]
    for phase in phases:
        subsets = subset_indices(phase, data.test_labels)
        for kind in ("hybrid", "rewrite"):
            network = getattr(phase, kind).network
            clean = accuracies(network, inputs, data.test_labels, subsets.values())
            noisy = []
            for _ in range(DRAWS):
                with as_stored(network, programming_errors(generator)):
                    noisy.append(accuracies(network, inputs, data.test_labels, subsets.values()))
            mean, lowest = numpy.mean(noisy, axis=0), numpy.min(noisy, axis=0)
            rate = hidden_rate(network, inputs[subsets["all"]])
            for number, (name, subset) in enumerate(subsets.items()):
                figures = f"{clean[number]:7.1f} {mean[number]:7.1f} {lowest[number]:7.1f} {rate:7.3f}"
                lines.append(f"{phase.name:<10} {kind:<8} {name:<7} {len(subset):>7} {figures}")
    return "\n".join(lines)
