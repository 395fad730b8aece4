"""Training of adapters on the weights that `palimpsest deploy` wrote of a chip."""

from pathlib import Path

from palimpsest_export import (
    activate_adapters,
    adapter_values,
    add_adapter,
    on_chip,
    read_chip,
    set_adapter,
    trace_adapter,
    write_adapter,
)
from palimpsest_export.interpreter import load_trace

from .command import REPOSITORY, parsed, parser_of

SHARE = 4
"""How many times fewer steps are taken than for the trace's adapters, from which training starts."""


def train_on_chip(plans, weights, generic, stream, build, size_of, traced_of, train):
    """The adapters of one chip by name, trained from the trace's own.

    plans: phase to Plan; weights: phase to ChipWeights, all of one chip; generic: name to Adapter; stream: function of
    an adapter's name and the chip's seed that gives a numpy Generator; build: function of such a Generator that gives
    the network; size_of: function of an adapter's name that gives its rank and alpha; traced_of: function that traces
    the network; train: function of (network, plan, generator) that trains the plan's adapter. Raises ExportError.
    """
    adapters = {}
    for phase, plan in plans.items():
        own = plan.adapter
        generator = stream(own, int(weights[phase].chip["seed"]))
        module = build(generator)
        for name in plan.adapters:
            add_adapter(module, name, *size_of(name), generator)
        traced = traced_of(module)
        chip = on_chip(module, traced, weights[phase])
        for name in plan.active:
            set_adapter(chip, name, adapters[name])
        set_adapter(chip, own, generic[own])
        activate_adapters(chip, plan.adapters)
        train(chip, plan, generator)
        adapters[own] = adapter_values(chip, traced, own)
    return adapters


def parse_arguments(arguments, workload, description, folder, recordings):
    """The command line of a workload's `restore` as a namespace."""
    parser = parser_of(
        f"{workload}.restore", description, folder, recordings, "seed with which the trace was made"
    )
    parser.add_argument(
        "--trace",
        type=Path,
        default=REPOSITORY / "traces" / workload,
        help=f"folder of the trace that the chips run (default: traces/{workload})",
    )
    parser.add_argument("chips", type=Path, nargs="+", metavar="FOLDER", help="the files of a chip")
    return parsed(parser, arguments)


def restore_chips(folders, trace_folder, plans, prepare, train, progress):
    """Train the adapters of the chips in folders, and write them there.

    plans: phase to Plan; prepare: function that gives the data; train: function of (data, phase to ChipWeights, name
    to Adapter) that gives the adapters by name. Raises ExportError, DataError or OSError.
    """
    # All are read before anything is trained.
    chips = {folder: read_chip(folder, trace_folder, plans) for folder in folders}
    trace = load_trace(trace_folder)
    generic = {plan.adapter: trace_adapter(trace, plan.adapter) for plan in plans.values()}
    data = prepare()
    for folder, weights in chips.items():
        adapters = train(data, weights, generic)
        for phase, plan in plans.items():
            write_adapter(folder / f"{plan.adapter}.adapter", plan.adapter, adapters[plan.adapter], weights[phase])
        progress(f"{folder}: adapters trained")
