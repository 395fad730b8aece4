import json
import os

import numpy
import pytest
from tiny import tiny_network, tiny_trace

from palimpsest_export import TrainingRun, write_trace
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


def test_json_is_readable_and_exact():
    value = {"numbers": [1, 2.5, 3e-7], "nested": [{"a": 1}, {"b": [True, None]}], "empty": {}, "text": "µ"}
    text = format_json(value)
    assert json.loads(text) == value
    assert '"numbers": [1, 2.5, 3e-07]' in text
    with pytest.raises(ValueError):
        format_json({"x": float("nan")})
