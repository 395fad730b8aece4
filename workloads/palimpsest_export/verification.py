"""Check a trace on disk: it must compute what the module computed."""

import numpy

from .errors import TraceError
from .interpreter import load_trace
from .tolerance import TOLERANCE, allowed_deviation, within_tolerance


def check_outputs(directory):
    """Evaluate the trace in `directory` (Path) apart from the exporter and compare it with its references.

    Raises TraceError that names the first phase and method whose outputs on the phase's test samples differ
    by more than 1e-5 of the largest.
    """
    trace = load_trace(directory)
    for phase in trace.document["phases"]:
        inputs = trace.tensors[trace.document["test"]["inputs"]][trace.phase_samples(phase)]
        for kind in ("hybrid", "rewrite"):
            method = phase[kind]
            with numpy.errstate(over="ignore", invalid="ignore"):
                scores = trace.run(method, inputs)
            reference = trace.tensors[method["reference"]]
            if not within_tolerance(scores, reference):
                raise TraceError(f"phase {phase['name']}: {kind}: {_difference(method, scores, reference)}")


def _difference(method, scores, reference):
    deviation = numpy.abs(scores - reference)
    deviation[~numpy.isfinite(deviation)] = numpy.inf
    place = numpy.unravel_index(deviation.argmax(), deviation.shape)
    where = f"sample {place[0]} of the phase, output {', '.join(map(str, place[1:]))}"
    adapters = (
        f" with adapters {', '.join(method['adapters'])}" if method["adapters"] else " without adapters"
    )
    return (
        "the exported network does not compute the module's outputs: "
        f"{scores[place]:.6g} instead of {reference[place]:.6g} ({where}), off by {deviation[place]:.2g}, "
        f"allowed {allowed_deviation(reference):.2g} ({TOLERANCE:.0e} of the largest); the operations, weights "
        f"{method['weights']}{adapters}, or the reference are not the module's"
    )
