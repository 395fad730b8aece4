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
from .graph import INPUT_TYPES
from .limits import (
    EPSILON,
    LARGEST_BATCH,
    LARGEST_EXTENT,
    LARGEST_INPUT_FACTOR,
    LARGEST_SCALE,
    LARGEST_SEED,
    MOST_DIMENSIONS,
    MOST_SAMPLES,
    MOST_STEPS,
)
from .network import Network, Operation
from .numbers import is_number
from .trace import Adapter, LowRank, Method, Phase, Provenance, Trace, TrainingRun
from .values import output_shape

DIGEST = re.compile(r"[0-9a-f]{64}")
OPTIMIZERS = ("sgd", "adam")
TASKS = ("classify", "regress", "score")


def check_trace(trace):
    """Raise TraceError unless the trace can be written and read back by its format."""
    check_kind("trace", trace, Trace, "a Trace")
    check_name("name", trace.name)
    check_text("description", trace.description)
    _check_provenance(trace.provenance)
    require(trace.task in TASKS, f"task: expected one of {', '.join(TASKS)}, got {shown(trace.task)}")
    shape = _check_network(trace.network)
    _check_weights(trace)
    _check_adapters(trace)
    _check_samples(trace)
    _check_answers(trace, shape)
    check_kind("phases", trace.phases, (list, tuple), "a list of Phase")
    require(trace.phases, "phases: expected at least one")
    for phase in trace.phases:
        check_kind("phases", phase, Phase, "a Phase")
        check_name("phases", phase.name)
    check_distinct("phases", [phase.name for phase in trace.phases])
    for phase in trace.phases:
        _check_phase(trace, phase, shape)


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
    """Returns the shape of an output."""
    check_kind("network", network, Network, "what trace_network() gives")
    for key in ("input_scale", "input_offset"):
        check_number(f"network: {key}", getattr(network, key), -LARGEST_INPUT_FACTOR, LARGEST_INPUT_FACTOR)
    require(network.input_scale != 0, "network: input_scale: expected a number other than 0")
    require(
        network.input_type in INPUT_TYPES,
        f"network: input_type: expected one of {', '.join(INPUT_TYPES)}, got {shown(network.input_type)}",
    )
    shape = network.input_shape
    check_kind("network: input_shape", shape, (tuple, list), "the shape of a sample")
    require(
        1 <= len(shape) <= MOST_DIMENSIONS,
        f"network: input_shape: expected 1..{MOST_DIMENSIONS} sizes, got {shown(shape)}",
    )
    for size in shape:
        check_integer("network: input_shape", size, 1, LARGEST_EXTENT)
    check_kind("network: parameters", network.parameters, dict, "a dict of name to shape")
    check_kind("network: operations", network.operations, (list, tuple), "a list of Operation")
    for operation in network.operations:
        check_kind("network: operations", operation, Operation, "an Operation")
        check_name("network: operation", operation.name)
        check_kind(f"network: {operation.name}: inputs", operation.inputs, (list, tuple), "a list of names")
        check_kind(f"network: {operation.name}: outputs", operation.outputs, (list, tuple), "a list of names")
        if "epsilon" in operation.attributes:
            check_number(f"network: {operation.name}: epsilon", operation.attributes["epsilon"], *EPSILON)
    check_distinct("network: operations", [operation.name for operation in network.operations])
    try:
        shapes = network.shapes()
    except ValueError as error:
        raise TraceError(f"network: {error}") from error
    require(network.output in shapes, f"network: no operation gives the output {network.output!r}")
    return output_shape(network)


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
    known = trace.network.layer_shapes()
    check_kind("adapters", trace.adapters, dict, "a dict of name to Adapter")
    for name, adapter in trace.adapters.items():
        check_name("adapters", name)
        where = f"adapter {name}"
        check_kind(where, adapter, Adapter, "an Adapter, as adapter_values() gives it")
        check_kind(f"{where}: layers", adapter.layers, dict, "a dict of layer to LowRank")
        require(adapter.layers, f"{where}: expected at least one layer")
        for layer, low in adapter.layers.items():
            require(layer in known, f"{where}: {shown(layer)} is no layer of the network")
            _check_low_rank(f"{where}: {layer}", low, *known[layer])


def _check_low_rank(where, low, out_features, in_features):
    check_kind(where, low, LowRank, "a LowRank")
    check_number(f"{where}: scale", low.scale, -LARGEST_SCALE, LARGEST_SCALE)
    require(low.scale != 0, f"{where}: scale: expected a number other than 0")
    check_array(f"{where}: lora_A", low.down, (None, in_features))
    rank = len(low.down)
    check_integer(f"{where}: rank", rank, 1, LARGEST_EXTENT)
    check_array(f"{where}: lora_B", low.up, (out_features, rank))


def _check_samples(trace):
    network = trace.network
    for where, inputs in (("calibration", trace.calibration_inputs), ("test", trace.test_inputs)):
        check_array(f"{where}: inputs", inputs, (None, *network.input_shape), INPUT_TYPES[network.input_type])
        require(
            1 <= len(inputs) <= MOST_SAMPLES,
            f"{where}: inputs: expected 1..{MOST_SAMPLES} samples, got {len(inputs)}",
        )
        if network.input_type == "f32":
            check_array(f"{where}: inputs", inputs, inputs.shape)
        if network.input_type == "spikes":
            require((inputs <= 1).all(), f"{where}: inputs: expected spikes, 0 or 1, got {inputs.max()}")


def _check_answers(trace, shape):
    """Labels of a task that classifies, targets of one that regresses."""
    labels, targets = trace.test_labels, trace.test_targets
    require(labels is None or trace.task == "classify", f"test: labels: a task {trace.task} has none")
    require(targets is None or trace.task == "regress", f"test: targets: a task {trace.task} has none")
    if trace.task == "regress":
        check_array("test: targets", targets, (len(trace.test_inputs), *shape))
    if trace.task != "classify":
        return
    require(
        len(shape) == 1,
        f"network: expected an output of shape [classes] or [1, classes], got {list(shape)}; a task that is not "
        "to classify may have any",
    )
    check_array("test: labels", labels, (len(trace.test_inputs),), numpy.int64)
    wrong = numpy.flatnonzero((labels < 0) | (labels >= shape[0]))
    if len(wrong):
        raise TraceError(
            f"test: labels: expected classes 0..{shape[0] - 1}, got {labels[wrong[0]]} (sample {wrong[0]})"
        )


def _check_phase(trace, phase, shape):
    where = f"phase {phase.name}"
    if trace.task == "classify":
        _check_classes(trace, where, phase, shape[0])
    else:
        listed = [*phase.retain, *phase.forget, *phase.new]
        require(not listed, f"{where}: a task {trace.task} has no classes")
    samples = len(trace.test_inputs[phase.samples(trace.test_labels)])
    for kind, method in (("hybrid", phase.hybrid), ("rewrite", phase.rewrite)):
        _check_method(trace, f"{where}: {kind}", method, (samples, *shape))


def _check_classes(trace, where, phase, classes):
    for key in ("retain", "forget", "new"):
        numbers = getattr(phase, key)
        check_kind(f"{where}: {key}", numbers, (list, tuple, range, numpy.ndarray), "a list of class numbers")
        for number in numbers:
            check_integer(f"{where}: {key}: class", number, 0, classes - 1)
            require((trace.test_labels == number).any(), f"{where}: no test sample of class {number}")
    listed = [*phase.retain, *phase.forget, *phase.new]
    require(listed, f"{where}: expected at least one class")
    require(len(set(listed)) == len(listed), f"{where}: a class is listed twice in {shown(listed)}")


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
