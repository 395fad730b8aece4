import json
import os

import numpy
import pytest
from tiny import tiny_trace

from palimpsest_export import TrainingRun, write_trace
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
    for phase in loaded.document["phases"]:
        inputs = loaded.tensors["test/inputs"][loaded.phase_samples(phase)]
        for kind in ("hybrid", "rewrite"):
            reference = loaded.tensors[phase[kind]["reference"]]
            numpy.testing.assert_allclose(loaded.run(phase[kind], inputs), reference, rtol=0, atol=1e-5)


def test_same_trace_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_trace(tiny_trace(), tmp_path / name)
    for file in ("trace.json", "tensors.safetensors"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_numpy_numbers_are_written_as_numbers(tmp_path):
    plain, other = tiny_trace(), tiny_trace()
    plain.adapters["first"].alpha = 5.0
    other.adapters["first"].alpha = numpy.float32(5)
    other.adapters["second"].rank = numpy.int64(2)
    other.network.input_shape = tuple(numpy.array([3, 4]))
    other.network.input_scale = numpy.float32(1 / 64)
    other.provenance.seed = numpy.uint8(11)
    other.phases[1].forget = numpy.array([2, 4])
    run = TrainingRun("sgd", numpy.int32(10), numpy.int16(17), "second", momentum=numpy.float32(0.5))
    other.phases[1].hybrid.training = [run]
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
    value = {
        "numbers": [1, 2.5, 3e-7],
        "sum": 0.1 + 0.2,
        "nested": [{"a": 1}, {"b": [True, None]}],
        "empty": {},
        "text": "µ",
    }
    text = format_json(value)
    assert json.loads(text) == value
    assert '"numbers": [1, 2.5, 3e-07]' in text
    with pytest.raises(ValueError):
        format_json({"x": float("nan")})
