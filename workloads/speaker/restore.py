"""Train the adapters of chips at hand, on the weights that `palimpsest deploy` wrote.

Each folder holds learn.safetensors, unlearn.safetensors and continual.safetensors of one chip; beside them come
restore.adapter, unlearn.adapter and continual.adapter, for `palimpsest run --adapter`.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy

from face.phases import adapter_parameters
from face.training import make_deterministic
from palimpsest_export import (
    ExportError,
    activate_adapters,
    adapter_values,
    add_adapter,
    on_chip,
    read_chip,
    set_adapter,
    trace_adapter,
    trace_network,
    write_adapter,
)
from palimpsest_export.interpreter import load_trace

from .data import DataError, prepare_speakers
from .errors import reading_errors
from .main import REPOSITORY, SEED, TRAIN_COPIES
from .network import CHANNELS, STEPS, build_network
from .phases import (
    ADAPTERS,
    ADDED,
    ALPHA,
    KEPT,
    LEARNED,
    RANK,
    extend_loss,
    forget_loss,
    keep_loss,
    random_stream,
    replayed_samples,
)
from .training import balanced_batch, train

CHIP_ERROR = 0.02
"""Deviation of a weight's error in training on a chip, whose own errors are known: for the noise of reading."""
SHARE = 4
"""How many times fewer steps are taken than for the trace's adapters, from which training starts."""


@dataclass
class ChipPhase:
    """How an adapter is trained for a phase: with which others in use, on which speakers, to which loss.

    replayed: the samples are those of the continual phase, not all.
    """

    adapter: str
    active: list
    speakers: list
    loss: Callable
    replayed: bool = False


PHASES = {
    "learn": ChipPhase("restore", [], LEARNED, keep_loss),
    "unlearn": ChipPhase("unlearn", [], LEARNED, forget_loss),
    "continual": ChipPhase("continual", ["unlearn"], [*KEPT, ADDED], extend_loss, replayed=True),
}


def train_on_chip(data, copies, weights, generic, seed):
    """The adapters of one chip by name, trained from the trace's own, on the grids of the trace.

    The weights of the chip count to the nearest multiple of 2^-14, so that sums stay exact.

    data: Speakers, each clip with `copies`; weights: phase to ChipWeights, all of one chip; generic: name to Adapter.
    Raises ExportError.
    """
    samples = {
        False: numpy.arange(len(data.train_labels)),
        True: replayed_samples(data.train_labels, copies, random_stream(seed, "replay")),
    }
    adapters = {}
    for phase_name, phase in PHASES.items():
        own, on_phase = phase.adapter, weights[phase_name]
        generator = random_stream(seed, f"chip {own}", int(on_phase.chip["seed"]))
        module = build_network(generator)
        for name in (*phase.active, own):
            add_adapter(module, name, RANK, ALPHA, generator)
        traced = trace_network(module, (STEPS, CHANNELS), input_type="spikes")
        chip = on_chip(module, traced, on_phase)
        for name in phase.active:
            set_adapter(chip, name, adapters[name])
        set_adapter(chip, own, generic[own])
        activate_adapters(chip, [*phase.active, own])
        settings = ADAPTERS[own]
        train(
            chip,
            adapter_parameters(chip, own),
            lambda: balanced_batch(
                data.train_inputs,
                data.train_labels,
                samples[phase.replayed],
                phase.speakers,
                settings.per_speaker,
                generator,
            ),
            settings.steps // SHARE,
            settings.rate,
            reading_errors(generator, CHIP_ERROR),
            lambda scores, labels: phase.loss(scores, labels, generator),
        )
        adapters[own] = adapter_values(chip, traced, own)
    return adapters


def parse_arguments(arguments):
    """The command line as a namespace."""
    parser = argparse.ArgumentParser(
        prog="speaker.restore", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=REPOSITORY.parent / "shared" / "data" / "speech",
        help="folder of the spoken digits (default: ../shared/data/speech beside the repository)",
    )
    parser.add_argument(
        "--trace",
        type=Path,
        default=REPOSITORY / "traces" / "speaker",
        help="folder of the trace that the chips run (default: traces/speaker)",
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help="seed with which the trace was made (default: 1)"
    )
    parser.add_argument("chips", type=Path, nargs="+", metavar="FOLDER", help="the files of a chip")
    options = parser.parse_args(arguments)
    if options.seed < 0:
        parser.error("--seed: expected 0 or more")
    return options


def main(arguments=None):
    """Run the command; returns 0, or 1 with one line on stderr if a file cannot be read or written."""
    options = parse_arguments(arguments)
    start = time.monotonic()
    make_deterministic()
    try:
        # All are read before anything is trained.
        chips = {directory: read_chip(directory, options.trace, PHASES) for directory in options.chips}
        trace = load_trace(options.trace)
        generic = {phase.adapter: trace_adapter(trace, phase.adapter) for phase in PHASES.values()}
        data = prepare_speakers(options.data, random_stream(options.seed, "data"), TRAIN_COPIES)
        for directory, weights in chips.items():
            for name, adapter in train_on_chip(data, TRAIN_COPIES, weights, generic, options.seed).items():
                phase = next(key for key, value in PHASES.items() if value.adapter == name)
                write_adapter(directory / f"{name}.adapter", name, adapter, weights[phase])
            print(f"{time.monotonic() - start:5.0f} s  {directory}: adapters trained", flush=True)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"speaker.restore: {where}{error.strerror}", file=sys.stderr)
        return 1
    except (DataError, ExportError) as error:
        print(f"speaker.restore: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
