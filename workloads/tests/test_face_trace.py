"""The shipped face trace: valid, complete, and as accurate as docs/workloads.md says."""

import json
import re
from pathlib import Path

import numpy
import pytest

from face import main as face_main
from palimpsest_export.interpreter import load_trace

REPOSITORY = Path(__file__).resolve().parents[2]
DIRECTORY = REPOSITORY / "traces" / "face"
METHODS = [(phase, kind) for phase in range(3) for kind in ("hybrid", "rewrite")]


@pytest.fixture(scope="module")
def trace():
    return load_trace(DIRECTORY)


def linear_operations(trace):
    return [step for step in trace.document["network"]["operations"] if step["operation"] == "linear"]


def accuracy(trace, phase_number, kind, classes, unaugmented=False):
    """Percent of right answers in the shipped reference outputs for test samples of `classes`."""
    phase = trace.document["phases"][phase_number]
    samples = trace.phase_samples(phase)
    labels = trace.tensors["test/labels"][samples]
    wanted = numpy.isin(labels, classes)
    if unaugmented:
        wanted &= samples % 10 == 0
    answers = trace.tensors[phase[kind]["reference"]].argmax(axis=1)
    return 100 * (answers == labels)[wanted].mean()


def test_document_has_the_keys_of_the_format(trace):
    document = json.loads((DIRECTORY / "trace.json").read_text(encoding="utf-8"))
    assert list(document) == [
        "schema", "version", "name", "description", "provenance", "network", "weights", "adapters",
        "calibration", "test", "phases",
    ]  # fmt: skip
    assert (document["schema"], document["version"]) == ("palimpsest.trace", 1)
    assert set(document["provenance"]) == {"exporter", "framework", "seed", "data", "credit", "data_sha256"}
    assert re.fullmatch(r"torch \d+\.\d+", document["provenance"]["framework"])
    assert re.fullmatch(r"[0-9a-f]{64}", document["provenance"]["data_sha256"])
    assert "Samaria" in document["provenance"]["credit"] and "Laboratory" in document["provenance"]["credit"]
    assert set(document["network"]) == {"input", "operations", "output"}
    own = {
        "linear": {"weight", "bias"},
        "rms_norm": {"gain", "epsilon"},
        "gelu": set(),
        "relu": set(),
        "add": set(),
        "transpose": set(),
        "mean": set(),
    }
    for step in document["network"]["operations"]:
        assert set(step) == {"name", "operation", "inputs", "output"} | own[step["operation"]]
    for adapter in document["adapters"].values():
        assert set(adapter) == {"rank", "alpha", "layers"}
    for phase in document["phases"]:
        assert set(phase) == {"name", "classes", "hybrid", "rewrite"}
        assert set(phase["classes"]) == {"retain", "forget", "new"}
        for kind in ("hybrid", "rewrite"):
            assert set(phase[kind]) == {"weights", "adapters", "training", "reference"}
            assert phase[kind]["weights"] in document["weights"]


def test_every_tensor_is_named_by_the_document_and_has_its_shape(trace):
    document, tensors = trace.document, trace.tensors
    rows, columns = document["network"]["input"]["shape"]
    assert (rows, columns) == (16, 16)
    expected = {"calibration/inputs": (64, 16, 16), "test/inputs": (180, 16, 16), "test/labels": (180,)}
    for weights in document["weights"]:
        for step in document["network"]["operations"]:
            for key in ("weight", "bias", "gain"):
                if step.get(key) is not None:
                    name = f"weights/{weights}/{step[key]}"
                    expected[name] = tensors[name].shape
    for name, adapter in document["adapters"].items():
        for layer in adapter["layers"]:
            (step,) = [step for step in linear_operations(trace) if step["name"] == layer]
            out_features, in_features = tensors[f"weights/base/{step['weight']}"].shape
            rank = adapter["layers"][layer]["rank"]
            expected[f"adapters/{name}/{layer}/lora_A"] = (rank, in_features)
            expected[f"adapters/{name}/{layer}/lora_B"] = (out_features, rank)
    for phase in document["phases"]:
        for kind in ("hybrid", "rewrite"):
            expected[phase[kind]["reference"]] = (len(trace.phase_samples(phase)), 6)
    assert {name: array.shape for name, array in tensors.items()} == expected
    for name, array in tensors.items():
        dtype = {"test/labels": "int64"}.get(name, "uint8" if name.endswith("/inputs") else "float32")
        assert array.dtype == dtype


@pytest.mark.parametrize("phase_number, kind", METHODS)
def test_interpreter_reproduces_the_references(trace, phase_number, kind):
    phase = trace.document["phases"][phase_number]
    scores = trace.run(phase[kind], trace.tensors["test/inputs"][trace.phase_samples(phase)])
    numpy.testing.assert_allclose(scores, trace.tensors[phase[kind]["reference"]], rtol=0, atol=1e-5)


def test_sizes_are_those_of_the_paper(trace):
    tensors = trace.tensors
    for weights in trace.document["weights"]:
        count = sum(array.size for name, array in tensors.items() if name.startswith(f"weights/{weights}/"))
        assert count == 5148
    for name, expected in (("restore", 1872), ("unlearn", 1404), ("continual", 1872)):
        assert (
            sum(array.size for key, array in tensors.items() if key.startswith(f"adapters/{name}/"))
            == expected
        )
    assert all(step["bias"] is None for step in linear_operations(trace))


def test_dense_multiply_accumulates_per_sample(trace):
    entry = trace.document["network"]["input"]
    rows = {entry["name"]: entry["shape"][0]}
    columns = {entry["name"]: entry["shape"][1]}
    products = 0
    for step in trace.document["network"]["operations"]:
        source, (output,) = step["inputs"][0], step["outputs"]
        rows[output], columns[output] = rows[source], columns[source]
        if step["operation"] == "linear":
            out_features, in_features = trace.tensors[f"weights/base/{step['weight']}"].shape
            products += rows[source] * out_features * in_features
            columns[output] = out_features
        elif step["operation"] == "permute":
            rows[output], columns[output] = columns[source], rows[source]
        elif step["operation"] == "mean":
            rows[output] = 1
    assert products == 87160


def test_phases_are_those_of_the_paper(trace):
    phases = trace.document["phases"]
    assert [phase["name"] for phase in phases] == ["learn", "unlearn", "continual"]
    assert [phase["classes"] for phase in phases] == [
        {"retain": [0, 1, 2, 3, 4], "forget": [], "new": []},
        {"retain": [0, 1, 3, 4], "forget": [2], "new": []},
        {"retain": [0, 1, 3, 4], "forget": [2], "new": [5]},
    ]
    assert [phase["hybrid"]["adapters"] for phase in phases] == [
        ["restore"],
        ["unlearn"],
        ["unlearn", "continual"],
    ]
    assert [phase["hybrid"]["weights"] for phase in phases] == ["base", "base", "base"]
    assert [phase["rewrite"]["weights"] for phase in phases] == [
        "base",
        "rewrite_unlearn",
        "rewrite_continual",
    ]
    labels = trace.tensors["test/labels"]
    assert labels.tolist() == sorted(labels.tolist()) and numpy.bincount(labels).tolist() == [30] * 6


@pytest.mark.parametrize("kind", ["hybrid", "rewrite"])
def test_accuracies(trace, kind):
    assert accuracy(trace, 0, kind, [0, 1, 2, 3, 4]) >= 92
    assert accuracy(trace, 0, kind, [0, 1, 2, 3, 4], unaugmented=True) >= 97
    for phase in (1, 2):
        assert accuracy(trace, phase, kind, [2]) <= 20
        assert accuracy(trace, phase, kind, [0, 1, 3, 4]) >= 90
    assert accuracy(trace, 2, kind, [5]) >= 90


def test_trained_values_lie_on_the_grid(trace):
    for name, array in trace.tensors.items():
        if name.startswith(("weights/", "adapters/")):
            assert (array.astype(numpy.float64) * 2**16 % 1 == 0).all(), name


def test_trace_is_small_and_names_no_place_or_time(trace):
    assert sum(path.stat().st_size for path in DIRECTORY.iterdir()) < 1_000_000
    text = (DIRECTORY / "trace.json").read_text(encoding="utf-8")
    assert not re.search(r'"/|/work|/home|\d{4}-\d\d-\d\d|\d\d:\d\d', text)


def test_the_data_are_those_the_trace_was_made_from(trace):
    default = face_main.parse_arguments([]).data
    if not default.is_dir():
        pytest.skip("the Olivetti faces are not here")
    options = face_main.parse_arguments([])
    data = face_main.prepare_faces(
        options.data, face_main.random_stream(options.seed, "data"), face_main.TRAIN_COPIES
    )
    assert data.sha256 == trace.document["provenance"]["data_sha256"]
    numpy.testing.assert_array_equal(data.test_inputs, trace.tensors["test/inputs"])
    numpy.testing.assert_array_equal(data.calibration_inputs, trace.tensors["calibration/inputs"])
