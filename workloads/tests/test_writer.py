import json
import os

import numpy
import pytest
import torch
from tiny import tiny_network, tiny_trace

from palimpsest_export import (
    TraceError,
    TrainingRun,
    adapter_values,
    reference_outputs,
    trace_network,
    write_trace,
)
from palimpsest_export.canonical_json import format_json
from palimpsest_export.interpreter import load_trace

KINDS = ("hybrid", "rewrite")


def test_written_trace_reads_back_and_reproduces_its_references(tmp_path):
    trace = tiny_trace()
    write_trace(trace, tmp_path / "tiny")
    loaded = load_trace(tmp_path / "tiny")
    assert sorted(path.name for path in (tmp_path / "tiny").iterdir()) == [
        "tensors.safetensors",
        "trace.json",
    ]
    document = loaded.document
    assert document["adapters"]["second"] == {"rank": 2, "alpha": 3, "layers": ["up", "output"]}
    assert document["provenance"]["framework"].startswith("torch ")
    for phase in document["phases"]:
        inputs = loaded.tensors["test/inputs"][loaded.phase_samples(phase)]
        for kind in ("hybrid", "rewrite"):
            reference = loaded.tensors[phase[kind]["reference"]]
            numpy.testing.assert_allclose(loaded.run(phase[kind], inputs), reference, rtol=0, atol=1e-5)
    runs = document["phases"][0]["hybrid"]["training"]
    assert runs == [
        {"trains": "backbone", "optimizer": "sgd", "momentum": 0.9, "steps": 7, "batch_size": 3},
        {"trains": "adapter", "adapter": "second", "optimizer": "adam", "steps": 5, "batch_size": 2},
    ]


def test_every_field_is_written_in_its_place(tmp_path):
    trace = tiny_trace()
    write_trace(trace, tmp_path)
    loaded = load_trace(tmp_path)
    document, tensors = loaded.document, dict(loaded.tensors)
    assert (document["name"], document["description"]) == ("tiny", "A network for tests.")
    assert {**document["provenance"], "exporter": None, "framework": None} == {
        "exporter": None,
        "framework": None,
        "seed": 11,
        "data": "random numbers",
        "credit": "nobody",
        "data_sha256": "0123456789abcdef" * 4,
    }
    assert document["network"]["input"] == {"name": "input", "shape": [3, 4], "scale": 1 / 64, "offset": -2.0}
    assert document["adapters"] == {
        "first": {"rank": 1, "alpha": 2, "layers": ["up", "output"]},
        "second": {"rank": 2, "alpha": 3, "layers": ["up", "output"]},
    }
    assert [(phase["name"], phase["classes"]) for phase in document["phases"]] == [
        ("learn", {"retain": [0, 2], "forget": [], "new": []}),
        ("change", {"retain": [0], "forget": [2, 4], "new": [1]}),
    ]
    methods = [
        (phase[kind]["weights"], phase[kind]["adapters"]) for phase in document["phases"] for kind in KINDS
    ]
    assert methods == [("base", ["first", "second"]), ("base", []), ("base", ["second"]), ("rewritten", [])]
    trained = [
        [
            (run["trains"], run["optimizer"], run["steps"], run["batch_size"])
            for run in phase[kind]["training"]
        ]
        for phase in document["phases"]
        for kind in KINDS
    ]
    backbone, adapter = ("backbone", "sgd", 7, 3), ("adapter", "adam", 5, 2)
    assert trained == [[backbone, adapter], [backbone], [adapter], [backbone]]

    expected = {
        document["calibration"]["inputs"]: trace.calibration_inputs,
        document["test"]["inputs"]: trace.test_inputs,
        document["test"]["labels"]: trace.test_labels,
    }
    for phase, written in zip(trace.phases, document["phases"]):
        for kind in KINDS:
            expected[written[kind]["reference"]] = getattr(phase, kind).reference
    for seed, weights in ((0, "base"), (1000, "rewritten")):
        module = tiny_network(seed)
        for name, layer in (("norm.gain", module.norm.gain), ("tokens.weight", module.tokens.weight)):
            expected[f"weights/{weights}/{name}"] = layer.detach().numpy().astype(numpy.float32)
        for name, layer in (("up", module.up), ("output", module.output)):
            weight = layer.base_layer.weight.detach().numpy()
            expected[f"weights/{weights}/{name}.weight"] = weight.astype(numpy.float32)
        bias = module.up.base_layer.bias.detach().numpy()
        expected[f"weights/{weights}/up.bias"] = bias.astype(numpy.float32)
    module = tiny_network(0)
    for name in ("first", "second"):
        for path, layer in (("up", module.up), ("output", module.output)):
            for part in ("lora_A", "lora_B"):
                weight = getattr(layer, part)[name].weight.detach().numpy()
                expected[f"adapters/{name}/{path}/{part}"] = weight.astype(numpy.float32)
    assert set(tensors) == set(expected)
    for name, array in expected.items():
        numpy.testing.assert_array_equal(tensors[name], array, err_msg=name)
    contents = [array.tobytes() for array in tensors.values()]
    assert len(set(contents)) == len(contents)


def test_same_trace_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_trace(tiny_trace(), tmp_path / name)
    for file in ("trace.json", "tensors.safetensors"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def break_weights(trace):
    trace.weights["base"]["tokens.weight"] = numpy.zeros((2, 2))


def break_parameter_name(trace):
    trace.weights["base"]["other"] = trace.weights["base"].pop("tokens.weight")


def break_finite(trace):
    trace.weights["base"]["tokens.weight"][0, 0] = numpy.inf


def break_adapter_layer(trace):
    trace.adapters["first"].layers["activation"] = trace.adapters["first"].layers.pop("up")


def break_adapter_shape(trace):
    trace.adapters["first"].rank = 3


def break_labels(trace):
    trace.test_labels = trace.test_labels + 1


def break_inputs(trace):
    trace.calibration_inputs = trace.calibration_inputs.astype(numpy.float32)


def break_classes(trace):
    trace.phases[0].forget = [2]


def break_reference(trace):
    trace.phases[0].hybrid.reference = trace.phases[0].hybrid.reference[:-1]


def break_weight_set(trace):
    trace.phases[0].rewrite.weights = "other"


def break_adapter_name(trace):
    trace.phases[0].hybrid.adapters = ["third"]


def break_training(trace):
    trace.phases[0].rewrite.training = [TrainingRun("adam", 1, 1, "first")]


def break_optimizer(trace):
    trace.phases[0].rewrite.training = [TrainingRun("lbfgs", 1, 1)]


def break_kind_of_momentum(trace):
    trace.phases[0].rewrite.training = [TrainingRun("sgd", 1, 1, momentum=None)]


def break_momentum(trace):
    trace.phases[0].rewrite.training = [TrainingRun("sgd", 1, 1, momentum=1.0)]


def break_adam_momentum(trace):
    trace.phases[0].rewrite.training = [TrainingRun("adam", 1, 1, momentum=0.9)]


def break_operation(trace):
    trace.network.operations.pop(0)


def break_dimensions(trace):
    trace.test_inputs = trace.test_inputs.reshape(10, 12)


def break_tensor(trace):
    trace.test_inputs = torch.from_numpy(trace.test_inputs)


def break_label_type(trace):
    trace.test_labels = trace.test_labels.tolist()


def break_label_tensor(trace):
    trace.test_labels = torch.from_numpy(trace.test_labels)


def break_weight_type(trace):
    trace.weights["base"]["tokens.weight"] = torch.zeros(3, 3)


def break_weight_kind(trace):
    trace.weights["base"]["tokens.weight"] = trace.weights["base"]["tokens.weight"].astype(complex)


def break_alpha(trace):
    trace.adapters["first"].alpha = torch.tensor(2.0)


def break_alpha_value(trace):
    trace.adapters["first"].alpha = numpy.float32("nan")


def break_scale(trace):
    trace.network.input_scale = numpy.array([1.0])


def break_steps(trace):
    trace.phases[0].rewrite.training = [TrainingRun("adam", numpy.float64(100), 1)]


def break_seed(trace):
    trace.provenance.seed = True


def break_description(trace):
    trace.description = None


def break_data(trace):
    trace.provenance.data = tiny_trace


def break_no_samples(trace):
    trace.calibration_inputs = trace.calibration_inputs[:0]


def break_class(trace):
    trace.phases[1].new = [numpy.float64(1)]


BREAKS = {
    break_dimensions: r"test: inputs: expected shape \[n, 3, 4\], got \[10, 12\]",
    break_tensor: r"test: inputs: expected a numpy array of uint8, got a torch\.Tensor; its method numpy\(\)",
    break_label_type: r"test: labels: expected a numpy array of int64, got a builtins\.list",
    break_label_tensor: r"test: labels: expected a numpy array of int64, got a torch\.Tensor",
    break_weight_type: r"weights base: tokens\.weight: expected a numpy array, got a torch\.Tensor",
    break_weight_kind: r"weights base: tokens\.weight: expected real numbers, got complex128",
    break_alpha: r"adapter first: alpha: expected a finite number, got tensor\(2\.\) \(torch\.Tensor\)",
    break_alpha_value: "adapter first: alpha: expected a finite number, got nan",
    break_scale: r"network: input_scale: expected a finite number, got array\(\[1\.\]\)",
    break_steps: "phase learn: rewrite: steps must be an integer",
    break_seed: "provenance: seed must be an integer",
    break_description: "description: expected a string, got None",
    break_data: "provenance: data: expected a string, got <function",
    break_no_samples: "calibration: expected at least one sample",
    break_class: r"class 1\.0 is not in 0\.\.5",
    break_weights: "tokens.weight: expected shape",
    break_parameter_name: "parameters missing or unknown: other, tokens.weight",
    break_finite: "not a finite float32",
    break_adapter_layer: "'activation' is not a linear operation",
    break_adapter_shape: "adapter first: up: lora_A: expected shape",
    break_labels: r"labels must lie within 0\.\.5",
    break_inputs: "calibration: inputs: expected uint8",
    break_classes: "listed twice",
    break_reference: "phase learn: hybrid: reference: expected shape",
    break_weight_set: "no weight set 'other'",
    break_adapter_name: "no adapter 'third'",
    break_training: "trains 'first', which is not in use",
    break_optimizer: "optimizer 'lbfgs'",
    break_kind_of_momentum: "momentum must be a number from 0 up to but not 1, got None",
    break_momentum: "momentum must be a number from 0 up to but not 1, got 1.0",
    break_adam_momentum: "only sgd has a momentum, not adam",
    break_operation: "no earlier operation gives",
}


@pytest.mark.parametrize("spoil, message", BREAKS.items(), ids=[spoil.__name__ for spoil in BREAKS])
def test_a_wrong_trace_is_refused_and_the_old_one_stays(tmp_path, spoil, message):
    write_trace(tiny_trace(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    trace = tiny_trace(seed=1)
    spoil(trace)
    with pytest.raises(TraceError, match=message) as caught:
        write_trace(trace, tmp_path)
    assert "\n" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_numpy_numbers_are_written_as_numbers(tmp_path):
    plain, other = tiny_trace(), tiny_trace()
    plain.adapters["first"].alpha = 2.0
    other.adapters["first"].alpha = numpy.float32(2)
    other.adapters["second"].rank = numpy.int64(2)
    other.network.input_shape = tuple(numpy.array([3, 4]))
    other.network.input_scale = numpy.float32(1 / 64)
    other.provenance.seed = numpy.uint8(11)
    other.phases[1].forget = numpy.array([2, 4])
    other.phases[1].hybrid.training = [TrainingRun("adam", numpy.int32(5), numpy.int16(2), "second")]
    for trace, folder in ((plain, "plain"), (other, "other")):
        write_trace(trace, tmp_path / folder)
    for file in ("trace.json", "tensors.safetensors"):
        assert (tmp_path / "plain" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


@pytest.mark.parametrize(
    "inputs, message",
    [
        (numpy.zeros((5, 12), numpy.uint8), r"inputs: expected shape \[n, 3, 4\], got \[5, 12\]"),
        (numpy.zeros((3, 4), numpy.uint8), r"inputs: expected shape \[n, 3, 4\], got \[3, 4\]"),
        (numpy.zeros((5, 3, 4)), r"inputs: expected uint8, got float64"),
        (
            torch.zeros(5, 3, 4, dtype=torch.uint8),
            r"inputs: expected a numpy array of uint8, got a torch\.Tensor",
        ),
        (numpy.zeros((0, 3, 4), numpy.uint8), "inputs: expected at least one sample"),
        ([[[0]]], r"inputs: expected a numpy array of uint8, got a builtins\.list"),
    ],
)
def test_inputs_of_another_kind_have_no_reference(inputs, message):
    module = tiny_network()
    with pytest.raises(ValueError, match=message):
        reference_outputs(module, trace_network(module, (3, 4), 1.0, 0.0), inputs)


def test_a_module_must_give_class_scores():
    module = tiny_network()
    network = trace_network(module, (3, 4), 1.0, 0.0)
    inputs = numpy.zeros((5, 3, 4), numpy.uint8)
    for answer, message in (
        (lambda *_: (1, 2), "gives a tuple, expected a tensor of class scores"),
        (lambda *_: torch.zeros(5, 7), r"gives shape \[5, 7\], expected class scores \[5, 6\]"),
        (lambda *_: torch.zeros(6, 5), r"gives shape \[6, 5\], expected class scores \[5, 6\]"),
        (lambda *_: torch.full((5, 6), 1e39, dtype=torch.float64), "not a finite float32 number"),
        (lambda *_: torch.full((5, 6), float("nan")), "not a finite float32 number"),
    ):
        handle = module.register_forward_hook(answer)
        with pytest.raises(ValueError, match=message):
            reference_outputs(module, network, inputs)
        handle.remove()


def test_a_failure_to_write_leaves_the_old_trace(tmp_path, monkeypatch):
    write_trace(tiny_trace(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        write_trace(tiny_trace(seed=1), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("has_old", [False, True])
def test_a_failure_at_the_second_file_leaves_the_old_trace_or_none(tmp_path, monkeypatch, has_old):
    place = tmp_path / "place"
    if has_old:
        write_trace(tiny_trace(), place)
    before = {path.name: path.read_bytes() for path in place.iterdir()} if has_old else None
    replace = os.replace

    def fail_for_the_document(source, target):
        if str(target).endswith("trace.json"):
            raise OSError("no space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_for_the_document)
    with pytest.raises(OSError, match="no space"):
        write_trace(tiny_trace(seed=1), place)
    after = {path.name: path.read_bytes() for path in place.iterdir()} if place.exists() else None
    assert after == before


def test_an_unknown_adapter_is_refused():
    network = tiny_network()
    with pytest.raises(ValueError, match="adapter 'third'"):
        adapter_values(network, trace_network(network, (3, 4), 1.0, 0.0), "third")


def test_json_is_readable_and_exact():
    value = {"numbers": [1, 2.5, 3e-7], "nested": [{"a": 1}, {"b": [True, None]}], "empty": {}, "text": "µ"}
    text = format_json(value)
    assert json.loads(text) == value
    assert '"numbers": [1, 2.5, 3e-07]' in text
    with pytest.raises(ValueError):
        format_json({"x": float("nan")})
