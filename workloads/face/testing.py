"""Accuracy of the trained phases, in float and with simulated programming errors."""

import numpy

from lifelong.testing import PROGRAMMING_ERROR, accuracy_rows, class_samples

from .data import TEST_COPIES
from .training import network_inputs, noisy_weights

DRAWS = 20


def subset_indices(phase, labels):
    """Name to test samples of a phase, without empty groups.

    `all` has every class of the phase; `unaugmented` the images themselves, without copies, of retained and
    new faces.
    """
    known = numpy.flatnonzero(numpy.isin(labels, [*phase.retain, *phase.new]))
    return {**class_samples(phase, labels), "unaugmented": known[known % (1 + TEST_COPIES) == 0]}


def accuracy_table(phases, data, generator):
    """Text: for each phase, method and subset the float accuracy, and mean and minimum over 20 noisy draws.

    Each draw adds to every array weight an error uniform within +-2/35 of its layer's largest weight.
    """

    def disturbed(network):
        return noisy_weights(network, lambda shape: PROGRAMMING_ERROR * generator.uniform(-1, 1, shape))

    inputs = network_inputs(data.test_inputs)
    return "\n".join(accuracy_rows(phases, inputs, data.test_labels, subset_indices, disturbed, DRAWS, width=12))
