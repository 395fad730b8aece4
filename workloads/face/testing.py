"""Accuracy of the trained phases, in float and with simulated programming errors."""

import numpy
import torch

from .data import TEST_COPIES
from .training import PROGRAMMING_ERROR, network_inputs, noisy_weights

DRAWS = 20


def accuracies(network, inputs, labels, subsets):
    """Share of right answers in percent, for each subset (a list of index arrays)."""
    with torch.no_grad():
        right = network(inputs).argmax(dim=1).numpy() == labels
    return [100 * right[subset].mean() for subset in subsets]


def subset_indices(phase, labels):
    """Name to test samples of a phase, without empty groups.

    `all` has every class of the phase; `unaugmented` the images themselves, without copies, of retained and
    new faces.
    """
    known = numpy.flatnonzero(numpy.isin(labels, [*phase.retain, *phase.new]))
    groups = {"all": phase.retain + phase.forget + phase.new, "retain": phase.retain}
    groups.update({"forget": phase.forget, "new": phase.new})
    subsets = {name: numpy.flatnonzero(numpy.isin(labels, faces)) for name, faces in groups.items() if faces}
    subsets["unaugmented"] = known[known % (1 + TEST_COPIES) == 0]
    return subsets


def accuracy_table(phases, data, generator):
    """Text: for each phase, method and subset the float accuracy, and mean and minimum over 20 noisy draws.

    Each draw adds to every array weight an error uniform within +-2/35 of its layer's largest weight.
    """
    inputs = network_inputs(data.test_inputs)
    lines = [
        f"{'phase':<10} {'method':<8} {'subset':<12} {'samples':>7} {'float':>7} {'noisy':>7} {'lowest':>7}"
    ]
    for phase in phases:
        subsets = subset_indices(phase, data.test_labels)
        for kind in ("hybrid", "rewrite"):
            network = getattr(phase, kind).network
            clean = accuracies(network, inputs, data.test_labels, subsets.values())
            noisy = []
            for _ in range(DRAWS):
                with noisy_weights(
                    network, lambda shape: PROGRAMMING_ERROR * generator.uniform(-1, 1, shape)
                ):
                    noisy.append(accuracies(network, inputs, data.test_labels, subsets.values()))
            mean, lowest = numpy.mean(noisy, axis=0), numpy.min(noisy, axis=0)
            for number, (name, subset) in enumerate(subsets.items()):
                figures = f"{clean[number]:7.1f} {mean[number]:7.1f} {lowest[number]:7.1f}"
                lines.append(f"{phase.name:<10} {kind:<8} {name:<12} {len(subset):>7} {figures}")
    return "\n".join(lines)
