"""Train the adapters of chips at hand, on the weights that `palimpsest deploy` wrote.

Each folder holds learn.safetensors, unlearn.safetensors and continual.safetensors of one chip; beside them come
restore.adapter, unlearn.adapter and continual.adapter, for `palimpsest run --adapter`.
"""

import sys

from lifelong import restoring
from lifelong.command import run
from lifelong.phases import adapter_parameters

from .data import prepare_faces
from .main import DATA, TRAIN_COPIES
from .network import build_network, trace_faces
from .phases import ADAPTER_RANKS, ADAPTERS, PLANS, random_stream
from .training import train

CHIP_NOISE = 0.02
"""Weight noise of training on a chip. Its programming errors are known, so this is for the noise of reading."""


def train_on_chip(data, weights, generic, seed):
    """The adapters of one chip by name, trained from the trace's own.

    data: Faces; weights: phase to ChipWeights, all of one chip; generic: name to Adapter. Raises ExportError.
    """

    def train_adapter(chip, plan, generator):
        settings = ADAPTERS[plan.adapter]
        train(
            chip,
            adapter_parameters(chip, plan.adapter),
            plan.batch,
            data,
            generator,
            settings.steps // restoring.SHARE,
            settings.per_class,
            settings.rate,
            CHIP_NOISE,
            plan.loss,
        )

    return restoring.train_on_chip(
        PLANS,
        weights,
        generic,
        lambda adapter, chip: random_stream(seed, f"chip_{adapter}", chip),
        build_network,
        lambda adapter: (ADAPTER_RANKS[adapter], ADAPTER_RANKS[adapter]),
        trace_faces,
        train_adapter,
    )


def main(arguments=None):
    """Run the command; returns 0, or 1 with one line on stderr if a file cannot be read or written."""
    options = restoring.parse_arguments(arguments, "face", __doc__, *DATA)

    def prepare():
        return prepare_faces(options.data, random_stream(options.seed, "data"), TRAIN_COPIES)

    def train_chip(data, weights, generic):
        return train_on_chip(data, weights, generic, options.seed)

    return run(
        "face.restore",
        lambda progress: restoring.restore_chips(options.chips, options.trace, PLANS, prepare, train_chip, progress),
    )


if __name__ == "__main__":
    sys.exit(main())
