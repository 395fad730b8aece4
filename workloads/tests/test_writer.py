import json
import os

import numpy
import pytest
from tiny import tiny_network, tiny_trace

from palimpsest_export import TraceError, TrainingRun, adapter_values, trace_network, write_trace
from palimpsest_export.canonical_json import format_json
from palimpsest_export.interpreter import load_trace


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
        {"trains": "backbone", "optimizer": "sgd", "steps": 7, "batch_size": 3},
        {"trains": "adapter", "adapter": "second", "optimizer": "adam", "steps": 5, "batch_size": 2},
    ]


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
    trace.phases[0].forget = [1]


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


def break_operation(trace):
    trace.network.operations.pop(0)


BREAKS = {
    break_weights: "tokens.weight: expected shape",
    break_parameter_name: "parameters missing or unknown: other, tokens.weight",
    break_finite: "not a finite float32",
    break_adapter_layer: "'activation' is not a linear operation",
    break_adapter_shape: "adapter first: up: lora_A: expected shape",
    break_labels: r"labels must lie within 0\.\.1",
    break_inputs: "calibration: inputs: expected uint8",
    break_classes: "listed twice",
    break_reference: "phase learn: hybrid: reference: expected shape",
    break_weight_set: "no weight set 'other'",
    break_adapter_name: "no adapter 'third'",
    break_training: "trains 'first', which is not in use",
    break_optimizer: "optimizer 'lbfgs'",
    break_operation: "no earlier operation gives",
}


@pytest.mark.parametrize("spoil, message", BREAKS.items(), ids=[spoil.__name__ for spoil in BREAKS])
def test_a_wrong_trace_is_refused_and_the_old_one_stays(tmp_path, spoil, message):
    write_trace(tiny_trace(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    trace = tiny_trace(seed=1)
    spoil(trace)
    with pytest.raises(TraceError, match=message):
        write_trace(trace, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_failure_to_write_leaves_the_old_trace(tmp_path, monkeypatch):
    write_trace(tiny_trace(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        write_trace(tiny_trace(seed=1), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


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
