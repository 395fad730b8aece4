"""Check a trace before it is written: kinds, names, shapes, classes, ranges."""

import re

import numpy

from .checks import (
    check_array,
    check_distinct,
    check_integer,
    check_kind,
    check_name,
    check_number,
    check_text,
    require,
)
from .errors import TraceError, shown
from .limits import (
    ALPHA,
    EPSILON,
    LARGEST_BATCH,
    LARGEST_EXTENT,
    LARGEST_INPUT_FACTOR,
    LARGEST_SEED,
    MOST_SAMPLES,
    MOST_STEPS,
)
from .numbers import is_number
from .operations import Network, Operation
from .trace import Adapter, Method, Phase, Provenance, Trace, TrainingRun

DIGEST = re.compile(r"[0-9a-f]{64}")
OPTIMIZERS = ("sgd", "adam")


def check_trace(trace):
    """Raise TraceError unless the trace can be written and read back by its format."""
    check_kind("trace", trace, Trace, "a Trace")
    check_name("name", trace.name)
    check_text("description", trace.description)
    _check_provenance(trace.provenance)
    classes = _check_network(trace.network)
    _check_weights(trace)
    _check_adapters(trace)
    _check_samples(trace, classes)
    check_kind("phases", trace.phases, (list, tuple), "a list of Phase")
    require(trace.phases, "phases: expected at least one")
    for phase in trace.phases:
        check_kind("phases", phase, Phase, "a Phase")
        check_name("phases", phase.name)
    check_distinct("phases", [phase.name for phase in trace.phases])
    for phase in trace.phases:
        _check_phase(trace, phase, classes)


def _check_provenance(provenance):
    check_kind("provenance", provenance, Provenance, "a Provenance")
    check_integer("provenance: seed", provenance.seed, 0, LARGEST_SEED)
    for key in ("data", "credit", "data_sha256"):
        check_text(f"provenance: {key}", getattr(provenance, key))
    digest = provenance.data_sha256
    require(
        DIGEST.fullmatch(digest),
        f"provenance: data_sha256: expected 64 hexadecimal digits, got {shown(digest)}",
    )


def _check_network(network):
    check_kind("network", network, Network, "what trace_network() gives")
    for key in ("input_scale", "input_offset"):
        check_number(f"network: {key}", getattr(network, key), -LARGEST_INPUT_FACTOR, LARGEST_INPUT_FACTOR)
    require(network.input_scale != 0, "network: input_scale: expected a number other than 0")
    shape = network.input_shape
    check_kind("network: input_shape", shape, (tuple, list), "(rows, columns)")
    require(len(shape) == 2, f"network: input_shape: expected (rows, columns), got {shown(shape)}")
    for size in shape:
        check_integer("network: input_shape", size, 1, LARGEST_EXTENT)
    check_kind("network: parameters", network.parameters, dict, "a dict of name to shape")
    check_kind("network: operations", network.operations, (list, tuple), "a list of Operation")
    for operation in network.operations:
        check_kind("network: operations", operation, Operation, "an Operation")
        check_name("network: operation", operation.name)
        check_kind(f"network: {operation.name}: inputs", operation.inputs, (list, tuple), "a list of names")
        if operation.operation == "rms_norm":
            check_number(f"network: {operation.name}: epsilon", operation.attributes.get("epsilon"), *EPSILON)
    check_distinct("network: operations", [operation.name for operation in network.operations])
    try:
        shapes = network.shapes()
    except ValueError as error:
        raise TraceError(f"network: {error}") from error
    require(network.output in shapes, f"network: no operation gives the output {network.output!r}")
    rows, classes = shapes[network.output]
    require(rows == 1, f"network: expected an output of shape [1, classes], got [{rows}, {classes}]")
    return classes


def _check_weights(trace):
    check_kind("weights", trace.weights, dict, "a dict of set name to parameters")
    require(trace.weights, "weights: expected at least one set")
    for set_name, values in trace.weights.items():
        check_name("weights", set_name)
        check_kind(f"weights {set_name}", values, dict, "a dict, as parameter_values() gives it")
        for name in values:
            check_name(f"weights {set_name}", name)
        wrong = sorted(set(trace.network.parameters) ^ set(values))
        require(not wrong, f"weights {set_name}: parameters missing or unknown: {', '.join(wrong)}")
        for name, shape in trace.network.parameters.items():
            check_array(f"weights {set_name}: {name}", values[name], shape)


def _check_adapters(trace):
    linear = trace.network.linear_shapes()
    check_kind("adapters", trace.adapters, dict, "a dict of name to Adapter")
    for name, adapter in trace.adapters.items():
        check_name("adapters", name)
        where = f"adapter {name}"
        check_kind(where, adapter, Adapter, "an Adapter, as adapter_values() gives it")
        check_integer(f"{where}: rank", adapter.rank, 1, LARGEST_EXTENT)
        check_number(f"{where}: alpha", adapter.alpha, *ALPHA)
        check_kind(f"{where}: layers", adapter.layers, dict, "a dict of layer to (A, B)")
        require(adapter.layers, f"{where}: expected at least one layer")
        for layer, pair in adapter.layers.items():
            require(layer in linear, f"{where}: {shown(layer)} is not a linear operation")
            check_kind(f"{where}: {layer}", pair, (tuple, list), "(A, B)")
            require(len(pair) == 2, f"{where}: {layer}: expected (A, B), got {len(pair)} matrices")
            out_features, in_features = linear[layer]
            check_array(f"{where}: {layer}: lora_A", pair[0], (adapter.rank, in_features))
            check_array(f"{where}: {layer}: lora_B", pair[1], (out_features, adapter.rank))


def _check_samples(trace, classes):
    shape = tuple(trace.network.input_shape)
    for where, inputs in (("calibration", trace.calibration_inputs), ("test", trace.test_inputs)):
        check_array(f"{where}: inputs", inputs, (None, *shape), numpy.uint8)
        require(
            1 <= len(inputs) <= MOST_SAMPLES,
            f"{where}: inputs: expected 1..{MOST_SAMPLES} samples, got {len(inputs)}",
        )
    labels = trace.test_labels
    check_array("test: labels", labels, (len(trace.test_inputs),), numpy.int64)
    wrong = numpy.flatnonzero((labels < 0) | (labels >= classes))
    if len(wrong):
        raise TraceError(
            f"test: labels: expected classes 0..{classes - 1}, got {labels[wrong[0]]} (sample {wrong[0]})"
        )


def _check_phase(trace, phase, classes):
    where = f"phase {phase.name}"
    for key in ("retain", "forget", "new"):
        numbers = getattr(phase, key)
        check_kind(f"{where}: {key}", numbers, (list, tuple, range, numpy.ndarray), "a list of class numbers")
        for number in numbers:
            check_integer(f"{where}: {key}: class", number, 0, classes - 1)
            require((trace.test_labels == number).any(), f"{where}: no test sample of class {number}")
    listed = [*phase.retain, *phase.forget, *phase.new]
    require(listed, f"{where}: expected at least one class")
    require(len(set(listed)) == len(listed), f"{where}: a class is listed twice in {shown(listed)}")
    samples = len(phase.samples(trace.test_labels))
    for kind, method in (("hybrid", phase.hybrid), ("rewrite", phase.rewrite)):
        _check_method(trace, f"{where}: {kind}", method, (samples, classes))


def _check_method(trace, where, method, reference_shape):
    check_kind(where, method, Method, "a Method")
    check_kind(f"{where}: weights", method.weights, str, "the name of a weight set")
    require(method.weights in trace.weights, f"{where}: no weight set {method.weights!r}")
    check_kind(f"{where}: adapters", method.adapters, (list, tuple), "a list of names")
    for name in method.adapters:
        check_kind(f"{where}: adapters", name, str, "a name")
        require(name in trace.adapters, f"{where}: no adapter {name!r}")
    check_distinct(f"{where}: adapters", method.adapters)
    check_kind(f"{where}: training", method.training, (list, tuple), "a list of TrainingRun")
    for run in method.training:
        check_kind(f"{where}: training", run, TrainingRun, "a TrainingRun")
        _check_training_run(where, run, method)
    check_array(f"{where}: reference", method.reference, reference_shape)


def _check_training_run(where, run, method):
    known = run.adapter is None or run.adapter in method.adapters
    require(known, f"{where}: trains {shown(run.adapter)}, which is not in use")
    require(
        run.optimizer in OPTIMIZERS,
        f"{where}: optimizer: expected one of {', '.join(OPTIMIZERS)}, got {shown(run.optimizer)}",
    )
    require(
        is_number(run.momentum) and 0 <= run.momentum < 1,
        f"{where}: momentum must be a number from 0 up to but not 1, got {shown(run.momentum)}",
    )
    require(
        run.optimizer == "sgd" or run.momentum == 0, f"{where}: only sgd has a momentum, not {run.optimizer}"
    )
    check_integer(f"{where}: steps", run.steps, 1, MOST_STEPS)
    check_integer(f"{where}: batch_size", run.batch_size, 1, LARGEST_BATCH)
