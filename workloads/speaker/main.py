"""Train the speaker workload and write its trace."""

from pathlib import Path

from lifelong import tracing
from lifelong.command import REPOSITORY, parsed, parser_of, run
from palimpsest_export import Provenance, require_writable, write_trace

from .data import prepare_speakers
from .network import trace_speakers
from .phases import ADAPTERS, random_stream, train_phases
from .testing import accuracy_table

TRAIN_COPIES = 3
DATA = ("speech", "spoken digits")
"""Their folder, and what they are called."""


def build_trace(data, phases, seed):
    """The Trace of the trained phases; data: Speakers."""
    provenance = Provenance(
        seed=seed,
        data="Free Spoken Digit Dataset, six speakers, each clip as spikes of 140 channels in 10 steps",
        credit="Z. Jakobovski and contributors, free-spoken-digit-dataset, CC BY-SA 4.0; the spikes are "
        "derived from its recordings.",
        data_sha256=data.sha256,
    )
    description = (
        "Recurrent spiking network that learns five speakers, forgets one and adds a sixth, from "
        "spikes of a filter bank."
    )
    traced = trace_speakers(phases[0].rewrite.network)
    return tracing.build_trace("speaker", description, provenance, traced, ADAPTERS, data, phases)


def parse_arguments(arguments):
    """The command line as a namespace."""
    parser = parser_of("speaker", __doc__, *DATA, "seed of all training")
    parser.add_argument(
        "--output",
        type=Path,
        default=REPOSITORY / "traces" / "speaker",
        help="folder of the trace (default: traces/speaker)",
    )
    return parsed(parser, arguments)


def main(arguments=None):
    """Run the command; returns 0, or 1 with one line on stderr if a file cannot be read or written.

    Whether the trace can be written is tried before anything is trained.
    """
    options = parse_arguments(arguments)

    def work(progress):
        require_writable(options.output)
        data = prepare_speakers(options.data, random_stream(options.seed, "data"), TRAIN_COPIES)
        progress(f"data: {len(data.train_inputs)} training samples, {len(data.test_inputs)} test samples")
        phases = train_phases(data, TRAIN_COPIES, options.seed, lambda name: progress(f"phase {name}: training"))
        write_trace(build_trace(data, phases, options.seed), options.output)
        progress(f"trace written to {options.output}")
        print(accuracy_table(phases, data, random_stream(options.seed, "table")))

    return run("speaker", work)
