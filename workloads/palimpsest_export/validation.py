"""Check a trace before it is written: names, shapes, classes, references."""

import math
import re

import numpy

from .arrays import array_fault, class_name
from .numbers import is_number

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
OPTIMIZERS = ("sgd", "adam")


class TraceError(Exception):
    """The trace contradicts itself or the format; the one-line message says where and what was expected."""


def _require(condition, message):
    if not condition:
        raise TraceError(message)


def _is_integer(value, minimum):
    return is_number(value, int) and value >= minimum


def _check_number(where, value):
    _require(
        is_number(value) and math.isfinite(value),
        f"{where}: expected a finite number, got {value!r} ({class_name(value)})",
    )


def _check_text(where, value):
    _require(isinstance(value, str), f"{where}: expected a string, got {value!r}")


def _check_name(where, name):
    _require(
        isinstance(name, str) and NAME.fullmatch(name), f"{where}: {name!r} is not a name ({NAME.pattern})"
    )


def _check_array(where, array, shape, dtype=None):
    fault = array_fault(array, shape, dtype)
    _require(fault is None, f"{where}: {fault}")
    if dtype is not None:
        return
    _require(array.dtype.kind in "fiu", f"{where}: expected real numbers, got {array.dtype}")
    with numpy.errstate(over="ignore"):
        finite = numpy.isfinite(array.astype(numpy.float32)).all()
    _require(finite, f"{where}: a value is not a finite float32 number")


def check_trace(trace):
    """Raise TraceError unless the trace can be written and read back by its format."""
    _check_name("name", trace.name)
    _check_text("description", trace.description)
    _require(_is_integer(trace.provenance.seed, 0), "provenance: seed must be an integer, 0 or more")
    for key in ("data", "credit", "data_sha256"):
        _check_text(f"provenance: {key}", getattr(trace.provenance, key))
    classes = _check_network(trace.network)
    _check_weights(trace)
    _check_adapters(trace)
    _check_samples(trace, classes)
    names = [phase.name for phase in trace.phases]
    _require(names, "phases: expected at least one")
    _require(len(set(names)) == len(names), f"phases: a name occurs twice in {names}")
    for phase in trace.phases:
        _check_phase(trace, phase, classes)


def _check_network(network):
    for key in ("input_scale", "input_offset"):
        _check_number(f"network: {key}", getattr(network, key))
    for operation in network.operations:
        _check_name("network: operation", operation.name)
    names = [operation.name for operation in network.operations]
    _require(len(set(names)) == len(names), "network: an operation's name occurs twice")
    try:
        shapes = network.shapes()
    except (KeyError, ValueError) as error:
        raise TraceError(f"network: {error}") from error
    _require(network.output in shapes, f"network: no operation gives the output {network.output!r}")
    rows, classes = shapes[network.output]
    _require(rows == 1, f"network: expected an output of shape [1, classes], got [{rows}, {classes}]")
    return classes


def _check_weights(trace):
    _require(trace.weights, "weights: expected at least one set")
    for set_name, values in trace.weights.items():
        _check_name("weights", set_name)
        missing = set(trace.network.parameters) ^ set(values)
        _require(
            not missing, f"weights {set_name}: parameters missing or unknown: {', '.join(sorted(missing))}"
        )
        for name, shape in trace.network.parameters.items():
            _check_array(f"weights {set_name}: {name}", values[name], shape)


def _check_adapters(trace):
    linear = trace.network.linear_shapes()
    for name, adapter in trace.adapters.items():
        _check_name("adapters", name)
        _require(_is_integer(adapter.rank, 1), f"adapter {name}: rank must be an integer, 1 or more")
        _check_number(f"adapter {name}: alpha", adapter.alpha)
        _require(adapter.alpha > 0, f"adapter {name}: alpha must be positive")
        _require(adapter.layers, f"adapter {name}: expected at least one layer")
        for layer, (down, up) in adapter.layers.items():
            _require(layer in linear, f"adapter {name}: {layer!r} is not a linear operation")
            out_features, in_features = linear[layer]
            _check_array(f"adapter {name}: {layer}: lora_A", down, (adapter.rank, in_features))
            _check_array(f"adapter {name}: {layer}: lora_B", up, (out_features, adapter.rank))


def _check_samples(trace, classes):
    shape = tuple(trace.network.input_shape)
    for where, inputs in (("calibration", trace.calibration_inputs), ("test", trace.test_inputs)):
        _check_array(f"{where}: inputs", inputs, (None, *shape), numpy.uint8)
        _require(len(inputs) > 0, f"{where}: expected at least one sample")
    _check_array("test: labels", trace.test_labels, (len(trace.test_inputs),), numpy.int64)
    in_range = (trace.test_labels >= 0).all() and (trace.test_labels < classes).all()
    _require(in_range, f"test: labels must lie within 0..{classes - 1}")


def _check_phase(trace, phase, classes):
    where = f"phase {phase.name}"
    _check_name("phases", phase.name)
    listed = [*phase.retain, *phase.forget, *phase.new]
    _require(listed, f"{where}: expected at least one class")
    _require(len(set(listed)) == len(listed), f"{where}: a class is listed twice in {listed}")
    for number in listed:
        _require(
            _is_integer(number, 0) and number < classes,
            f"{where}: class {number!r} is not in 0..{classes - 1}",
        )
        _require((trace.test_labels == number).any(), f"{where}: no test sample of class {number}")
    samples = len(phase.samples(trace.test_labels))
    for kind, method in (("hybrid", phase.hybrid), ("rewrite", phase.rewrite)):
        _check_method(trace, f"{where}: {kind}", method, (samples, classes))


def _check_momentum(where, run):
    is_number = isinstance(run.momentum, (int, float, numpy.number)) and not isinstance(run.momentum, bool)
    _require(
        is_number and 0 <= run.momentum < 1,
        f"{where}: momentum must be a number from 0 up to but not 1, got {run.momentum!r}",
    )
    _require(
        run.optimizer == "sgd" or run.momentum == 0, f"{where}: only sgd has a momentum, not {run.optimizer}"
    )


def _check_method(trace, where, method, reference_shape):
    _require(method.weights in trace.weights, f"{where}: no weight set {method.weights!r}")
    _require(len(set(method.adapters)) == len(method.adapters), f"{where}: an adapter is listed twice")
    for name in method.adapters:
        _require(name in trace.adapters, f"{where}: no adapter {name!r}")
    for run in method.training:
        known = run.adapter is None or run.adapter in method.adapters
        _require(known, f"{where}: trains {run.adapter!r}, which is not in use")
        _require(
            run.optimizer in OPTIMIZERS, f"{where}: optimizer {run.optimizer!r} is not one of {OPTIMIZERS}"
        )
        _check_momentum(where, run)
        _require(_is_integer(run.steps, 1), f"{where}: steps must be an integer, 1 or more")
        _require(_is_integer(run.batch_size, 1), f"{where}: batch_size must be an integer, 1 or more")
    _check_array(f"{where}: reference", method.reference, reference_shape)
