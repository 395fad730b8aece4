"""Export any module that maps (batch, 3 tokens, 4 features) to class scores, as a trace with one phase."""

import numpy

from palimpsest_export import (
    Method,
    Phase,
    Provenance,
    Trace,
    TrainingRun,
    adapter_values,
    parameter_values,
    reference_outputs,
    trace_network,
)

SHAPE = (3, 4)


def traced(module):
    return trace_network(module, SHAPE, 1 / 32, -4.0)


def samples():
    return numpy.random.default_rng(8).integers(0, 256, (6, *SHAPE), dtype=numpy.uint8)


def small_export(module, network=None, adapters=()):
    """The Trace of a module as it stands; network: the traced one, if it was traced before."""
    network = traced(module) if network is None else network
    inputs = samples()
    reference = reference_outputs(module, network, inputs)
    hybrid, rewrite = (
        Method("base", list(adapters), [run], reference)
        for run in (TrainingRun("sgd", 2, 3), TrainingRun("adam", 4, 5))
    )
    return Trace(
        name="small",
        description="A network for tests.",
        provenance=Provenance(0, "random numbers", "nobody", "0" * 64),
        network=network,
        weights={"base": parameter_values(module, network)},
        adapters={name: adapter_values(module, network, name) for name in adapters},
        calibration_inputs=255 - inputs[:2],
        test_inputs=inputs,
        test_labels=numpy.array([1, 0, 1, 1, 0, 1]),
        phases=[Phase("learn", [1], [0], [], hybrid, rewrite)],
    )
