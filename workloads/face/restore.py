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

from .data import INPUT_OFFSET, INPUT_SCALE, DataError, prepare_faces
from .main import REPOSITORY, SEED, TRAIN_COPIES
from .network import PIXELS, TOKENS, build_network
from .phases import (
    ADAPTER_RANKS,
    ADAPTERS,
    LEARNED,
    REPLAYED,
    adapter_parameters,
    forget_loss,
    keep_loss,
    random_stream,
)
from .training import make_deterministic, train

CHIP_NOISE = 0.02
"""Weight noise of training on a chip. Its programming errors are known, so this is for the noise of reading."""
SHARE = 4
"""How many times fewer steps are taken than for the trace's adapters, from which training starts."""


@dataclass
class ChipPhase:
    """How an adapter is trained for a phase: with which others in use, on which faces, to which loss."""

    adapter: str
    active: list
    faces: list
    loss: Callable


PHASES = {
    "learn": ChipPhase("restore", [], LEARNED, keep_loss),
    "unlearn": ChipPhase("unlearn", [], LEARNED, forget_loss),
    "continual": ChipPhase("continual", ["unlearn"], REPLAYED, keep_loss),
}


def train_on_chip(data, weights, generic, seed):
    """The adapters of one chip by name, trained from the trace's own.

    data: Faces; weights: phase to ChipWeights, all of one chip; generic: name to Adapter. Raises ExportError.
    """
    adapters = {}
    for phase_name, phase in PHASES.items():
        own, on_phase = phase.adapter, weights[phase_name]
        stream = random_stream(seed, f"chip_{own}", int(on_phase.chip["seed"]))
        module = build_network(stream)
        for name in (*phase.active, own):
            add_adapter(module, name, ADAPTER_RANKS[name], ADAPTER_RANKS[name], stream)
        traced = trace_network(module, (TOKENS, PIXELS), INPUT_SCALE, INPUT_OFFSET)
        chip = on_chip(module, traced, on_phase)
        for name in phase.active:
            set_adapter(chip, name, adapters[name])
        set_adapter(chip, own, generic[own])
        activate_adapters(chip, [*phase.active, own])
        settings = ADAPTERS[own]
        train(
            chip,
            adapter_parameters(chip, own),
            phase.faces,
            data,
            stream,
            settings.steps // SHARE,
            settings.per_face,
            settings.rate,
            CHIP_NOISE,
            phase.loss,
        )
        adapters[own] = adapter_values(chip, traced, own)
    return adapters


def parse_arguments(arguments):
    """The command line as a namespace."""
    parser = argparse.ArgumentParser(
        prog="face.restore", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=REPOSITORY.parent / "shared" / "data" / "faces",
        help="folder of the Olivetti faces (default: ../shared/data/faces beside the repository)",
    )
    parser.add_argument(
        "--trace",
        type=Path,
        default=REPOSITORY / "traces" / "face",
        help="folder of the trace that the chips run (default: traces/face)",
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
        data = prepare_faces(options.data, random_stream(options.seed, "data"), TRAIN_COPIES)
        for directory, weights in chips.items():
            for name, adapter in train_on_chip(data, weights, generic, options.seed).items():
                phase = next(key for key, value in PHASES.items() if value.adapter == name)
                write_adapter(directory / f"{name}.adapter", name, adapter, weights[phase])
            print(f"{time.monotonic() - start:5.0f} s  {directory}: adapters trained", flush=True)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"face.restore: {where}{error.strerror}", file=sys.stderr)
        return 1
    except (DataError, ExportError) as error:
        print(f"face.restore: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
