"""Command lines of the workloads."""

import argparse
import sys
import time
from pathlib import Path

from palimpsest_export import ExportError

from .determinism import make_deterministic
from .errors import DataError

REPOSITORY = Path(__file__).resolve().parents[2]
SEED = 1
"""With which the shipped traces are made."""


def parser_of(program, description, folder, recordings, seed):
    """An ArgumentParser with --data and --seed.

    folder: of the data, in ../shared/data beside the repository; recordings, seed: what these are, for the help.
    """
    parser = argparse.ArgumentParser(
        prog=program, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=REPOSITORY.parent / "shared" / "data" / folder,
        help=f"folder of the {recordings} (default: ../shared/data/{folder} beside the repository)",
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"{seed} (default: {SEED})")
    return parser


def parsed(parser, arguments):
    """The command line as a namespace; ends the program, with a line and exit code 2, if it is none."""
    options = parser.parse_args(arguments)
    if options.seed < 0:
        parser.error("--seed: expected 0 or more")
    return options


def run(program, work):
    """Do the work of a command; returns 0, or 1 with one line on stderr if a file cannot be read or written.

    work: called with a function that prints a line with the seconds since the start.
    """
    start = time.monotonic()
    make_deterministic()

    def progress(line):
        print(f"{time.monotonic() - start:5.0f} s  {line}", flush=True)

    try:
        work(progress)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"{program}: {where}{error.strerror}", file=sys.stderr)
        return 1
    except (DataError, ExportError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    return 0
