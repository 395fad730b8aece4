"""Accuracy of the trained phases, in float and with simulated programming errors."""

import numpy
import torch

PROGRAMMING_ERROR = 2.0 / 35.0
"""Largest programming error of a cell as a share of a layer's largest weight: 2 uS of 35 uS."""


def accuracies(network, inputs, labels, subsets):
    """Share of right answers in percent, for each subset (a list of index arrays)."""
    with torch.no_grad():
        right = network(inputs).argmax(dim=1).numpy() == labels
    return [100 * right[subset].mean() for subset in subsets]


def class_samples(phase, labels):
    """Name to test samples of a phase, without empty groups; `all` has every class of the phase."""
    groups = {
        "all": phase.retain + phase.forget + phase.new,
        "retain": phase.retain,
        "forget": phase.forget,
        "new": phase.new,
    }
    return {name: numpy.flatnonzero(numpy.isin(labels, group)) for name, group in groups.items() if group}


def accuracy_rows(phases, inputs, labels, subsets_of, disturbed, draws, width, more=None):
    """Lines of text: for each phase, method and subset the float accuracy, and mean and minimum over noisy draws.

    inputs: as the networks read them; subsets_of: function of (phase, labels) that gives name to samples; disturbed:
    function of a network that gives a context within which it has errors; width: of the subsets' names; more: a title,
    and a function of (network, inputs of all samples of the phase) that gives its text, in 7 columns.
    """
    title, text_of = more or ("", lambda network, inputs: "")
    heads = ["samples", "float", "noisy", "lowest", title] if more else ["samples", "float", "noisy", "lowest"]
    lines = [f"{'phase':<10} {'method':<8} {'subset':<{width}} " + " ".join(f"{head:>7}" for head in heads)]
    for phase in phases:
        subsets = subsets_of(phase, labels)
        for kind in ("hybrid", "rewrite"):
            network = getattr(phase, kind).network
            clean = accuracies(network, inputs, labels, subsets.values())
            noisy = []
            for _ in range(draws):
                with disturbed(network):
                    noisy.append(accuracies(network, inputs, labels, subsets.values()))
            mean, lowest = numpy.mean(noisy, axis=0), numpy.min(noisy, axis=0)
            last = text_of(network, inputs[subsets["all"]])
            for number, (name, subset) in enumerate(subsets.items()):
                figures = f"{clean[number]:7.1f} {mean[number]:7.1f} {lowest[number]:7.1f} {last}".rstrip()
                lines.append(f"{phase.name:<10} {kind:<8} {name:<{width}} {len(subset):>7} {figures}")
    return lines
