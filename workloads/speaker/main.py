"""Train the speaker workload and write its trace."""

import argparse
import sys
import time
from pathlib import Path

from face.training import make_deterministic
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

from .data import DataError, prepare_speakers
from .network import CHANNELS, STEPS
from .phases import ADAPTERS, random_stream, train_phases
from .testing import accuracy_table

REPOSITORY = Path(__file__).resolve().parents[2]
SEED = 1
TRAIN_COPIES = 3


def build_trace(data, phases, seed):
    """The Trace of the trained phases; data: Speakers."""
    traced = trace_network(phases[0].rewrite.network, (STEPS, CHANNELS), input_type="spikes")
    methods = [method for phase in phases for method in (phase.hybrid, phase.rewrite)]
    weights = {method.weights: parameter_values(method.network, traced) for method in methods}
    adapters = {name: adapter_values(phases[-1].hybrid.network, traced, name) for name in ADAPTERS}

    def exported(trained, method):
        listed = Phase(trained.name, trained.retain, trained.forget, trained.new, None, None)
        inputs = data.test_inputs[listed.samples(data.test_labels)]
        reference = reference_outputs(method.network, traced, inputs)
        return Method(method.weights, method.adapters, method.training, reference)

    return Trace(
        name="speaker",
        description="Recurrent spiking network that learns five speakers, forgets one and adds a sixth, from "
        "spikes of a filter bank.",
        provenance=Provenance(
            seed=seed,
            data="Free Spoken Digit Dataset, six speakers, each clip as spikes of 140 channels in 10 steps",
            credit="Z. Jakobovski and contributors, free-spoken-digit-dataset, CC BY-SA 4.0; the spikes are "
            "derived from its recordings.",
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
    parser = argparse.ArgumentParser(prog="speaker", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=REPOSITORY.parent / "shared" / "data" / "speech",
        help="folder of the spoken digits (default: ../shared/data/speech beside the repository)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=REPOSITORY / "traces" / "speaker",
        help="folder of the trace (default: traces/speaker)",
    )
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all training (default: 1)")
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
        data = prepare_speakers(options.data, random_stream(options.seed, "data"), TRAIN_COPIES)
        progress(f"data: {len(data.train_inputs)} training samples, {len(data.test_inputs)} test samples")
        phases = train_phases(data, TRAIN_COPIES, options.seed, lambda name: progress(f"phase {name}: training"))
        write_trace(build_trace(data, phases, options.seed), options.output)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"speaker: {where}{error.strerror}", file=sys.stderr)
        return 1
    except (DataError, ExportError) as error:
        print(f"speaker: {error}", file=sys.stderr)
        return 1
    progress(f"trace written to {options.output}")
    print(accuracy_table(phases, data, random_stream(options.seed, "table")))
    return 0
