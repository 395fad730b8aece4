"""Train the face workload and write its trace."""

import argparse
import sys
import time
from pathlib import Path

import numpy

from palimpsest_export import (
    ExportError,
    Method,
    Phase,
    Provenance,
    Trace,
    adapter_values,
    parameter_values,
    reference_outputs,
    require_writable,
    trace_network,
    write_trace,
)

from .data import INPUT_OFFSET, INPUT_SCALE, DataError, prepare_faces
from .network import PIXELS, TOKENS
from .phases import ADAPTER_RANKS, random_stream, train_phases
from .testing import accuracy_table
from .training import make_deterministic

REPOSITORY = Path(__file__).resolve().parents[2]
SEED = 1
TRAIN_COPIES = 60


def build_trace(data, phases, seed):
    """The Trace of the trained phases; data: Faces."""
    traced = trace_network(phases[0].rewrite.network, (TOKENS, PIXELS), INPUT_SCALE, INPUT_OFFSET)
    methods = [method for phase in phases for method in (phase.hybrid, phase.rewrite)]
    weights = {method.weights: parameter_values(method.network, traced) for method in methods}
    adapters = {name: adapter_values(phases[-1].hybrid.network, traced, name) for name in ADAPTER_RANKS}

    def exported(trained, method):
        listed = Phase(trained.name, trained.retain, trained.forget, trained.new, None, None)
        inputs = data.test_inputs[listed.samples(data.test_labels)]
        reference = reference_outputs(method.network, traced, inputs)
        return Method(method.weights, method.adapters, method.training, reference)

    return Trace(
        name="face",
        description="MLP-Mixer that learns five faces, forgets one and adds a sixth, from 16x16 images.",
        provenance=Provenance(
            seed=seed,
            data="Olivetti faces (the ORL face database), faces 0 to 5, down-sampled to 16x16",
            credit="AT&T (Olivetti) Research Laboratory, Cambridge. F. Samaria and A. Harter, "
            "Parameterisation of a stochastic model for human face identification, 2nd IEEE Workshop on "
            "Applications of Computer Vision, Sarasota, Florida, December 1994.",
            data_sha256=data.sha256,
        ),
        network=traced,
        weights=weights,
        adapters=adapters,
        calibration_inputs=data.calibration_inputs,
        test_inputs=data.test_inputs,
        test_labels=data.test_labels,
        phases=[
            Phase(
                trained.name,
                trained.retain,
                trained.forget,
                trained.new,
                exported(trained, trained.hybrid),
                exported(trained, trained.rewrite),
            )
            for trained in phases
        ],
    )


def parse_arguments(arguments):
    """The command line as a namespace."""
    parser = argparse.ArgumentParser(prog="face", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=REPOSITORY.parent / "shared" / "data" / "faces",
        help="folder of the Olivetti faces (default: ../shared/data/faces beside the repository)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=REPOSITORY / "traces" / "face",
        help="folder of the trace (default: traces/face)",
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help="seed of the split and of all training (default: 1)"
    )
    options = parser.parse_args(arguments)
    if options.seed < 0:
        parser.error("--seed: expected 0 or more")
    return options


def main(arguments=None):
    """Run the command; returns 0, or 1 with one line on stderr if a file cannot be read or written.

    Whether the trace can be written is tried before anything is trained.
    """
    options = parse_arguments(arguments)
    start = time.monotonic()
    make_deterministic()

    def progress(line):
        print(f"{time.monotonic() - start:5.0f} s  {line}", flush=True)

    try:
        require_writable(options.output)
        data = prepare_faces(options.data, random_stream(options.seed, "data"), TRAIN_COPIES)
        progress(
            f"data: {len(data.train_inputs)} training samples, images {data.held_out} of each face held out"
        )
        phases = train_phases(data, options.seed, lambda name: progress(f"phase {name}: training"))
        write_trace(build_trace(data, phases, options.seed), options.output)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"face: {where}{error.strerror}", file=sys.stderr)
        return 1
    except (DataError, ExportError) as error:
        print(f"face: {error}", file=sys.stderr)
        return 1
    progress(f"trace written to {options.output}")
    print(accuracy_table(phases, data, numpy.random.default_rng(options.seed)))
    return 0
