"""Train the face workload and write its trace."""

from pathlib import Path

import numpy

from lifelong import tracing
from lifelong.command import REPOSITORY, parsed, parser_of, run
from palimpsest_export import Provenance, require_writable, write_trace

from .data import prepare_faces
from .network import trace_faces
from .phases import ADAPTER_RANKS, random_stream, train_phases
from .testing import accuracy_table

TRAIN_COPIES = 60
DATA = ("faces", "Olivetti faces")
"""Their folder, and what they are called."""


def build_trace(data, phases, seed):
    """The Trace of the trained phases; data: Faces."""
    provenance = Provenance(
        seed=seed,
        data="Olivetti faces (the ORL face database), faces 0 to 5, down-sampled to 16x16",
        credit="AT&T (Olivetti) Research Laboratory, Cambridge. F. Samaria and A. Harter, "
        "Parameterisation of a stochastic model for human face identification, 2nd IEEE Workshop on "
        "Applications of Computer Vision, Sarasota, Florida, December 1994.",
        data_sha256=data.sha256,
    )
    description = "MLP-Mixer that learns five faces, forgets one and adds a sixth, from 16x16 images."
    traced = trace_faces(phases[0].rewrite.network)
    return tracing.build_trace("face", description, provenance, traced, ADAPTER_RANKS, data, phases)


def parse_arguments(arguments):
    """The command line as a namespace."""
    parser = parser_of("face", __doc__, *DATA, "seed of the split and of all training")
    parser.add_argument(
        "--output",
        type=Path,
        default=REPOSITORY / "traces" / "face",
        help="folder of the trace (default: traces/face)",
    )
    return parsed(parser, arguments)


def main(arguments=None):
    """Run the command; returns 0, or 1 with one line on stderr if a file cannot be read or written.

    Whether the trace can be written is tried before anything is trained.
    """
    options = parse_arguments(arguments)

    def work(progress):
        require_writable(options.output)
        data = prepare_faces(options.data, random_stream(options.seed, "data"), TRAIN_COPIES)
        progress(
            f"data: {len(data.train_inputs)} training samples, images {data.held_out} of each face held out"
        )
        phases = train_phases(data, options.seed, lambda name: progress(f"phase {name}: training"))
        write_trace(build_trace(data, phases, options.seed), options.output)
        progress(f"trace written to {options.output}")
        print(accuracy_table(phases, data, numpy.random.default_rng(options.seed)))

    return run("face", work)
