"""Train the adapters of chips at hand, on the weights that `palimpsest deploy` wrote.

Each folder holds learn.safetensors, unlearn.safetensors and continual.safetensors of one chip; beside them come
restore.adapter, unlearn.adapter and continual.adapter, for `palimpsest run --adapter`.
"""

import sys

from lifelong import restoring
from lifelong.command import run
from lifelong.phases import adapter_parameters

from .data import prepare_speakers
from .errors import reading_errors
from .main import DATA, TRAIN_COPIES
from .network import build_network, trace_speakers
from .phases import ADAPTERS, ALPHA, PLANS, RANK, drawn_batch, random_stream
from .training import train

CHIP_ERROR = 0.02
"""Deviation of a weight's error in training on a chip, whose own errors are known: for the noise of reading."""


def train_on_chip(data, copies, weights, generic, seed):
    """The adapters of one chip by name, trained from the trace's own, on the grids of the trace.

    The weights of the chip count to the nearest multiple of 2^-14, so that sums stay exact.

    data: Speakers, each clip with `copies`; weights: phase to ChipWeights, all of one chip; generic: name to Adapter.
    Raises ExportError.
    """

    def train_adapter(chip, plan, generator):
        settings = ADAPTERS[plan.adapter]
        train(
            chip,
            adapter_parameters(chip, plan.adapter),
            drawn_batch(data, copies, seed, plan, settings.per_class, generator),
            settings.steps // restoring.SHARE,
            settings.rate,
            reading_errors(generator, CHIP_ERROR),
            lambda scores, labels: plan.loss(scores, labels, generator),
        )

    return restoring.train_on_chip(
        PLANS,
        weights,
        generic,
        lambda adapter, chip: random_stream(seed, f"chip {adapter}", chip),
        build_network,
        lambda adapter: (RANK, ALPHA),
        trace_speakers,
        train_adapter,
    )


def main(arguments=None):
    """Run the command; returns 0, or 1 with one line on stderr if a file cannot be read or written."""
    options = restoring.parse_arguments(arguments, "speaker", __doc__, *DATA)

    def prepare():
        return prepare_speakers(options.data, random_stream(options.seed, "data"), TRAIN_COPIES)

    def train_chip(data, weights, generic):
        return train_on_chip(data, TRAIN_COPIES, weights, generic, options.seed)

    return run(
        "speaker.restore",
        lambda progress: restoring.restore_chips(options.chips, options.trace, PLANS, prepare, train_chip, progress),
    )


if __name__ == "__main__":
    sys.exit(main())
