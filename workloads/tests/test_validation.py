"""Wrong inputs, labels, weights, adapters or networks are refused with one line that says where."""

import numpy
import pytest
import torch
from refusal import refused
from spoiling import check_refused, setting
from tiny import tiny_network, tiny_trace

from palimpsest_export import TraceError, write_trace


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
    low = trace.adapters["first"].layers["up"]
    low.up, low.down = low.down, low.up


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
    "layer": (renamed_layer, "^adapter first: 'activation' is no layer of the network"),
    "rank": (
        setting("adapters", "first", "layers", "up", "up", numpy.zeros((5, 3))),
        r"^adapter first: up: lora_B: expected shape \[5, 1\], got \[5, 3\]",
    ),
    "swapped": (swapped_pair, r"^adapter first: up: lora_A: expected shape \[n, 4\], got \[5, 1\]"),
    "one matrix": (
        setting("adapters", "first", "layers", "up", numpy.zeros((1, 4))),
        r"up: expected a LowRank",
    ),
    "no adapter": (setting("adapters", "first", None), "^adapter first: expected an Adapter"),
    "factor tensor": (
        setting("adapters", "first", "layers", "up", "scale", torch.tensor(2.0)),
        r"up: scale: .*got tensor\(2\.\)",
    ),
    "factor nan": (
        setting("adapters", "first", "layers", "up", "scale", numpy.float32("nan")),
        r"scale: expected a number.*nan",
    ),
    "factor huge": (
        setting("adapters", "first", "layers", "up", "scale", 10**400),
        r"scale: expected a number -1e\+06\.\.1e\+06",
    ),
    "factor of zero": (setting("adapters", "first", "layers", "up", "scale", 0), "scale: .*other than 0"),
    "scale array": (
        setting("network", "input_scale", numpy.ones(1)),
        r"^network: input_scale: .*array\(\[1\.\]\)",
    ),
    "scale zero": (setting("network", "input_scale", 0.0), "^network: input_scale: .*other than 0"),
    "shape of nine": (
        setting("network", "input_shape", (1,) * 9),
        r"input_shape: expected 1\.\.8 sizes, got \(1, 1",
    ),
    "shape of text": (setting("network", "input_shape", (3, "4")), "input_shape: expected a whole number"),
    "operation": (missing_operation, "^network: up: no earlier operation gives"),
    "attribute": (missing_attribute, "^network: up: linear: no key bias"),
    "no network": (setting("network", tiny_network()), r"^network: expected what trace_network\(\) gives"),
}


@pytest.mark.parametrize("spoil, message", INPUTS.values(), ids=INPUTS.keys())
def test_wrong_inputs_and_labels_are_refused(tmp_path, spoil, message):
    check_refused(tmp_path, spoil, message)


@pytest.mark.parametrize("spoil, message", NUMBERS.values(), ids=NUMBERS.keys())
def test_wrong_numbers_are_refused(tmp_path, spoil, message):
    check_refused(tmp_path, spoil, message)


def test_what_is_no_trace_is_refused(tmp_path):
    with refused("^trace: expected a Trace, got {} ", TraceError):
        write_trace({}, tmp_path)
    with refused(r"^directory: expected a path, got None \(NoneType\)"):
        write_trace(tiny_trace(), None)
    assert not any(tmp_path.iterdir())
