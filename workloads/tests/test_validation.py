"""A trace that contradicts itself or its format is refused with one line that says where."""

import copy

import numpy
import pytest
import torch
from refusal import refused
from tiny import tiny_network, tiny_trace

from palimpsest_export import TraceError, TrainingRun, write_trace


def setting(*path):
    """A change of a trace: all but the last of `path` lead to what is set to the last."""
    *keys, value = path

    def change(trace):
        place = trace
        for number, key in enumerate(keys):
            is_item = isinstance(place, (dict, list))
            if number == len(keys) - 1 and is_item:
                place[key] = value
            elif number == len(keys) - 1:
                setattr(place, key, value)
            else:
                place = place[key] if is_item else getattr(place, key)

    return change


def training(*arguments, **options):
    return setting("phases", 0, "rewrite", "training", [TrainingRun(*arguments, **options)])


def renamed_parameter(trace):
    trace.weights["base"]["other"] = trace.weights["base"].pop("tokens.weight")


def renamed_layer(trace):
    trace.adapters["first"].layers["activation"] = trace.adapters["first"].layers.pop("up")


def infinite_weight(trace):
    trace.weights["base"]["tokens.weight"][1, 0] = numpy.inf


def too_large_weight(trace):
    trace.weights["base"]["tokens.weight"] = numpy.full((3, 3), 1e39)


def wrong_label(trace):
    trace.test_labels = numpy.where(numpy.arange(10) == 3, 6, trace.test_labels)


def short_reference(trace):
    trace.phases[0].hybrid.reference = trace.phases[0].hybrid.reference[:-1]


def missing_operation(trace):
    trace.network.operations.pop(0)


def missing_attribute(trace):
    del trace.network.operations[1].attributes["bias"]


def swapped_pair(trace):
    down, up = trace.adapters["first"].layers["up"]
    trace.adapters["first"].layers["up"] = (up, down)


def no_classes(trace):
    trace.phases[0].retain = trace.phases[0].forget = trace.phases[0].new = []


def one_set(trace):
    trace.weights = trace.weights["base"]


def masked_labels(trace):
    trace.test_labels = numpy.ma.masked_array(trace.test_labels, mask=[True] + 9 * [False])


INPUTS = {
    "two dimensions": (
        setting("test_inputs", numpy.zeros((10, 12), numpy.uint8)),
        r"^test: inputs: expected shape \[n, 3, 4\], got \[10, 12\]",
    ),
    "tensor": (
        setting("test_inputs", torch.zeros(10, 3, 4, dtype=torch.uint8)),
        r"^test: inputs: expected a numpy array of uint8, got a torch\.Tensor; \.detach\(\)\.cpu\(\)",
    ),
    "floats": (
        setting("calibration_inputs", numpy.zeros((7, 3, 4))),
        "^calibration: inputs: expected uint8, got f",
    ),
    "none": (setting("calibration_inputs", None), "^calibration: inputs: expected a numpy array.*NoneType"),
    "no samples": (
        setting("calibration_inputs", numpy.zeros((0, 3, 4), numpy.uint8)),
        r"^calibration: inputs: expected 1\.\.1000000 samples, got 0",
    ),
    "label list": (
        setting("test_labels", [0] * 10),
        "^test: labels: expected a numpy array of int64, got a list",
    ),
    "label tensor": (setting("test_labels", torch.zeros(10)), r"^test: labels: .*got a torch\.Tensor"),
    "float labels": (setting("test_labels", numpy.zeros(10)), "^test: labels: expected int64, got float64"),
    "too few labels": (
        setting("test_labels", numpy.zeros(4, numpy.int64)),
        r"^test: labels: expected shape \[10\], got \[4\]",
    ),
    "labels in a column": (
        setting("test_labels", numpy.zeros((10, 1), numpy.int64)),
        r"^test: labels: expected shape \[10\], got \[10, 1\]",
    ),
    "masked labels": (masked_labels, "^test: labels: expected a numpy array of int64, got a masked one"),
    "label too large": (wrong_label, r"^test: labels: expected classes 0\.\.5, got 6 \(sample 3\)"),
    "negative label": (setting("test_labels", numpy.full(10, -1)), r"^test: labels: .*got -1 \(sample 0\)"),
}

NUMBERS = {
    "shape": (
        setting("weights", "base", "tokens.weight", numpy.zeros((2, 2))),
        r"tokens\.weight: expected shape",
    ),
    "tensor": (setting("weights", "base", "tokens.weight", torch.zeros(3, 3)), "got a torch.Tensor"),
    "complex": (
        setting("weights", "base", "tokens.weight", numpy.zeros((3, 3), complex)),
        r"^weights base: tokens\.weight: expected real numbers, got complex128",
    ),
    "infinite": (infinite_weight, r"tokens\.weight: expected finite float32 numbers, got inf at \[1, 0\]"),
    "too large": (
        too_large_weight,
        r"tokens\.weight: expected finite float32 numbers, got 1e\+39 at \[0, 0\]",
    ),
    "other name": (renamed_parameter, "^weights base: parameters missing or unknown: other, tokens.weight"),
    "one set": (
        one_set,
        r"^weights norm\.gain: expected a dict, as parameter_values\(\) gives it, got array",
    ),
    "module": (setting("weights", "base", tiny_network()), r"^weights base: expected a dict.*TinyNetwork"),
    "no dict": (setting("weights", ["base"]), "^weights: expected a dict of set name to parameters"),
    "reference": (short_reference, r"^phase learn: hybrid: reference: expected shape \[6, 6\], got \[5, 6\]"),
    "layer": (renamed_layer, "^adapter first: 'activation' is not a linear operation"),
    "rank": (setting("adapters", "first", "rank", 3), "^adapter first: up: lora_A: expected shape"),
    "swapped": (swapped_pair, r"^adapter first: up: lora_A: expected shape \[1, 4\], got \[5, 1\]"),
    "one matrix": (
        setting("adapters", "first", "layers", "up", numpy.zeros((1, 4))),
        r"up: expected \(A, B\)",
    ),
    "three matrices": (setting("adapters", "first", "layers", "up", (1, 2, 3)), r"expected \(A, B\), got 3"),
    "no adapter": (setting("adapters", "first", None), "^adapter first: expected an Adapter"),
    "alpha tensor": (setting("adapters", "first", "alpha", torch.tensor(2.0)), r"alpha: .*got tensor\(2\.\)"),
    "alpha nan": (
        setting("adapters", "first", "alpha", numpy.float32("nan")),
        r"alpha: expected a number.*nan",
    ),
    "alpha huge": (
        setting("adapters", "first", "alpha", 10**400),
        r"alpha: expected a number 1e-06\.\.1e\+06",
    ),
    "scale array": (
        setting("network", "input_scale", numpy.ones(1)),
        r"^network: input_scale: .*array\(\[1\.\]\)",
    ),
    "scale zero": (setting("network", "input_scale", 0.0), "^network: input_scale: .*other than 0"),
    "shape of three": (setting("network", "input_shape", (1, 3, 4)), r"input_shape: .*got \(1, 3, 4\)"),
    "shape of text": (setting("network", "input_shape", (3, "4")), "input_shape: expected a whole number"),
    "operation": (missing_operation, "^network: up: no earlier operation gives"),
    "attribute": (missing_attribute, "^network: up: no attribute or parameter 'bias'"),
    "no network": (setting("network", tiny_network()), r"^network: expected what trace_network\(\) gives"),
}


def rewrite(key, value):
    return setting("phases", 0, "rewrite", key, value)


FACTS = {
    "class twice": (
        setting("phases", 1, "new", [4]),
        r"^phase change: a class is listed twice in \[0, 2, 4, 4\]",
    ),
    "class name": (
        setting("phases", 0, "retain", ["cat"]),
        r"^phase learn: retain: class: .* 0\.\.5, got 'cat'",
    ),
    "class float": (setting("phases", 1, "new", [numpy.float64(1)]), "new: class: expected a whole number"),
    "class tensor": (
        setting("phases", 0, "retain", torch.tensor([0])),
        "retain: expected a list of class num",
    ),
    "one class": (
        setting("phases", 0, "retain", 2),
        r"^phase learn: retain: expected a list of.*got 2 \(int\)",
    ),
    "class too large": (
        setting("phases", 0, "retain", [0, 6]),
        r"class: expected a whole number 0\.\.5, got 6",
    ),
    "no class": (no_classes, "^phase learn: expected at least one class"),
    "class set": (setting("phases", 0, "retain", {0}), "retain: expected a list of class numbers"),
    "phase name": (setting("phases", 0, "name", "a/b"), r"^phases: expected a name .*, got 'a/b'"),
    "same phase name": (setting("phases", 0, "name", "change"), "^phases: a name occurs twice"),
    "no phase": (setting("phases", []), "^phases: expected at least one"),
    "phases of none": (setting("phases", None), "^phases: expected a list of Phase"),
    "method": (setting("phases", 0, "hybrid", None), "^phase learn: hybrid: expected a Method, got None"),
    "weight set": (rewrite("weights", "other"), "^phase learn: rewrite: no weight set 'other'"),
    "weight sets": (rewrite("weights", ["base"]), "rewrite: weights: expected the name of a weight set"),
    "adapter name": (rewrite("adapters", ["third"]), "^phase learn: rewrite: no adapter 'third'"),
    "adapter text": (
        rewrite("adapters", "first"),
        "rewrite: adapters: expected a list of names, got 'first'",
    ),
    "adapter twice": (rewrite("adapters", ["first", "first"]), "rewrite: adapters: a name occurs twice"),
    "one run": (rewrite("training", TrainingRun("adam", 1, 1)), "training: expected a list of TrainingRun"),
    "run of a dict": (
        rewrite("training", [{"steps": 1}]),
        "training: expected a TrainingRun, got {'steps': 1}",
    ),
    "trained": (training("adam", 1, 1, "first"), "trains 'first', which is not in use"),
    "optimizer": (training("Adam", 1, 1), "optimizer: expected one of sgd, adam, got 'Adam'"),
    "no momentum": (training("sgd", 1, 1, momentum=None), "momentum must be a number from 0 up to .*None"),
    "momentum": (training("sgd", 1, 1, momentum=1.0), r"momentum must be a number .* not 1, got 1\.0"),
    "complex momentum": (training("sgd", 1, 1, momentum=numpy.complex64(0.5)), "momentum must be a number"),
    "adam's momentum": (training("adam", 1, 1, momentum=0.9), "only sgd has a momentum, not adam"),
    "steps": (
        training("adam", numpy.float64(100), 1),
        r"steps: expected a whole number 1\.\.1000000000, got 100",
    ),
    "steps tensor": (training("adam", torch.tensor(3), 1), r"steps: .*got tensor\(3\)"),
    "too many steps": (training("adam", 10**10, 1), "steps: expected a whole number"),
    "batch": (training("adam", 1, 0), r"batch_size: expected a whole number 1\.\.1000000, got 0"),
    "seed": (setting("provenance", "seed", True), "^provenance: seed: expected a whole number"),
    "data": (
        setting("provenance", "data", tiny_trace),
        "^provenance: data: expected a string, got <function",
    ),
    "digest": (setting("provenance", "data_sha256", "abc"), "data_sha256: expected 64 hexadecimal digits"),
    "no provenance": (setting("provenance", {"seed": 1}), "^provenance: expected a Provenance"),
    "name": (setting("name", "my trace"), r"^name: expected a name .*got 'my trace'"),
    "description": (setting("description", None), "^description: expected a string, got None"),
    "long": (setting("description", numpy.zeros((99, 99))), "^description: expected a string, got array"),
    "no Unicode": (setting("description", "a\ud800"), r"^description: expected Unicode text, got 'a\\ud800'"),
}

BREAKS = {
    f"{kind}: {name}": case
    for kind, cases in (("inputs", INPUTS), ("numbers", NUMBERS), ("facts", FACTS))
    for name, case in cases.items()
}


@pytest.fixture(scope="module")
def new_trace():
    return tiny_trace(seed=1)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A trace on disk, and its bytes by file."""
    folder = tmp_path_factory.mktemp("old")
    write_trace(tiny_trace(), folder)
    return folder, {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("spoil, message", BREAKS.values(), ids=BREAKS.keys())
def test_a_wrong_trace_is_refused_and_the_old_one_stays(new_trace, place, spoil, message):
    folder, before = place
    trace = copy.deepcopy(new_trace)
    spoil(trace)
    with refused(message, TraceError):
        write_trace(trace, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_is_no_trace_is_refused(tmp_path):
    with refused("^trace: expected a Trace, got {} ", TraceError):
        write_trace({}, tmp_path)
    with refused(r"^directory: expected a path, got None \(NoneType\)"):
        write_trace(tiny_trace(), None)
    assert not any(tmp_path.iterdir())
