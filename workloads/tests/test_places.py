"""Every number and name of a trace is written in its own place, and no other."""

import copy
import itertools

import numpy
import pytest
from tiny import ADAPTERS, WEIGHT_SEEDS, tiny_network, tiny_trace

from palimpsest_export import TraceError, encode_tensors, write_trace
from palimpsest_export.interpreter import load_trace
from palimpsest_export.verification import check_outputs

RUNS = {
    ("learn", "hybrid"): [
        {"trains": "backbone", "optimizer": "sgd", "momentum": 0.9, "steps": 7, "batch_size": 14},
        {"trains": "adapter", "adapter": "second", "optimizer": "adam", "steps": 8, "batch_size": 15},
    ],
    ("learn", "rewrite"): [{"trains": "backbone", "optimizer": "adam", "steps": 9, "batch_size": 16}],
    ("change", "hybrid"): [
        {
            "trains": "adapter",
            "adapter": "second",
            "optimizer": "sgd",
            "momentum": 0.5,
            "steps": 10,
            "batch_size": 17,
        }
    ],
    ("change", "rewrite"): [
        {"trains": "backbone", "optimizer": "sgd", "momentum": 0.25, "steps": 12, "batch_size": 18},
        {"trains": "adapter", "adapter": "first", "optimizer": "adam", "steps": 13, "batch_size": 19},
    ],
}
METHODS = {
    ("learn", "hybrid"): ("base", ["first", "second"]),
    ("learn", "rewrite"): ("relearnt", ["last"]),
    ("change", "hybrid"): ("changed", ["second"]),
    ("change", "rewrite"): ("rewritten", ["first"]),
}
CLASSES = {
    "learn": {"retain": [2, 0], "forget": [3], "new": [5]},
    "change": {"retain": [0], "forget": [2, 4], "new": [1]},
}


def operation(name, kind, *inputs, **attributes):
    return {"name": name, "operation": kind, "inputs": list(inputs), "outputs": [name], **attributes}


OPERATIONS = [
    operation("norm", "rms_norm", "input", gain="norm.gain", epsilon=0.01),
    operation("up", "linear", "norm", weight="up.weight", bias="up.bias"),
    operation("activation", "gelu", "up", approximate="none"),
    operation("permute", "permute", "activation", order=[1, 0]),
    operation("tokens", "linear", "permute", weight="tokens.weight", bias=None),
    operation("permute_2", "permute", "tokens", order=[1, 0]),
    operation("add", "add", "activation", "permute_2"),
    operation("mean", "mean", "add", axes=[0], keep=False),
    operation("output", "linear", "mean", weight="output.weight", bias=None),
]


def expected_document():
    """trace.json of tiny_trace(), but for the versions of exporter and framework."""
    return {
        "schema": "palimpsest.trace",
        "version": 2,
        "name": "tiny",
        "description": "A network for tests.",
        "provenance": {
            "seed": 11,
            "data": "random numbers",
            "credit": "nobody",
            "data_sha256": "0123456789abcdef" * 4,
        },
        "task": {"kind": "classify"},
        "network": {
            "input": {"name": "input", "shape": [3, 4], "type": "u8", "scale": 1 / 64, "offset": -2.0},
            "operations": OPERATIONS,
            "output": "output",
        },
        "weights": ["base", "relearnt", "changed", "rewritten"],
        "adapters": {
            "first": {"layers": {name: {"rank": 1, "scale": 5.0} for name in ("up", "output")}},
            "second": {"layers": {name: {"rank": 2, "scale": 3.0} for name in ("up", "output")}},
            "last": {"layers": {name: {"rank": 2, "scale": 10.5} for name in ("up", "output")}},
        },
        "calibration": {"inputs": "calibration/inputs"},
        "test": {"inputs": "test/inputs", "labels": "test/labels"},
        "phases": [
            {
                "name": phase,
                "classes": classes,
                **{
                    kind: {
                        "weights": METHODS[phase, kind][0],
                        "adapters": METHODS[phase, kind][1],
                        "training": RUNS[phase, kind],
                        "reference": f"phases/{phase}/{kind}/reference",
                    }
                    for kind in ("hybrid", "rewrite")
                },
            }
            for phase, classes in CLASSES.items()
        ],
    }


def expected_tensors():
    """Name to array of tiny_trace(), taken from the modules it was made of."""
    trace = tiny_trace()
    tensors = {
        "calibration/inputs": trace.calibration_inputs,
        "test/inputs": trace.test_inputs,
        "test/labels": trace.test_labels,
    }
    for phase in trace.phases:
        for kind in ("hybrid", "rewrite"):
            tensors[f"phases/{phase.name}/{kind}/reference"] = getattr(phase, kind).reference
    for weights, seed in WEIGHT_SEEDS.items():
        module = tiny_network(seed)
        parameters = {
            "norm.gain": module.norm.gain,
            "up.weight": module.up.base_layer.weight,
            "up.bias": module.up.base_layer.bias,
            "tokens.weight": module.tokens.weight,
            "output.weight": module.output.base_layer.weight,
        }
        for name, parameter in parameters.items():
            tensors[f"weights/{weights}/{name}"] = parameter.detach().numpy().astype(numpy.float32)
    module = tiny_network()
    for name, layer in (("up", module.up), ("output", module.output)):
        for adapter, part in itertools.product(ADAPTERS, ("lora_A", "lora_B")):
            weight = getattr(layer, part)[adapter].weight.detach().numpy()
            tensors[f"adapters/{adapter}/{name}/{part}"] = weight.astype(numpy.float32)
    return tensors


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    write_trace(tiny_trace(), folder)
    return folder


def test_every_field_is_written_in_its_place(place):
    document = load_trace(place).document
    for key in ("exporter", "framework"):
        assert isinstance(document["provenance"].pop(key), str)
    assert document == expected_document()
    assert list(document) == list(expected_document())


def test_every_tensor_is_written_in_its_place(place):
    tensors, expected = load_trace(place).tensors, expected_tensors()
    assert set(tensors) == set(expected)
    for name, array in expected.items():
        assert tensors[name].dtype == array.dtype, name
        numpy.testing.assert_array_equal(tensors[name], array, err_msg=name)


def numbers_of(value, path=()):
    """Path and value of every number, and of every list of numbers, below a value."""
    if isinstance(value, list) and value and all(isinstance(item, int) for item in value):
        yield path, value
    elif isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers_of(item, (*path, key))
    elif isinstance(value, (int, float)) and path != ("version",):
        yield path, value


def put(document, path, value):
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


def test_a_swap_of_any_two_numbers_changes_the_document():
    places = list(numbers_of(expected_document()))
    assert len(places) == 42
    alike = (
        "rank",
        "scale",
        "order",
        "axes",
        "retain",
    )  # of layers of one adapter, of transposes, lists of a 0
    for (one, first), (other, second) in itertools.combinations(places, 2):
        equal = first == second and {one[-1], other[-1]} <= set(alike)
        if isinstance(first, list) == isinstance(second, list) and not equal:
            swapped = copy.deepcopy(expected_document())
            put(swapped, one, second)
            put(swapped, other, first)
            assert swapped != expected_document(), (one, other)


def test_no_two_methods_agree_in_anything():
    for one, other in itertools.combinations(METHODS, 2):
        assert METHODS[one][0] != METHODS[other][0] and METHODS[one][1] != METHODS[other][1]
        assert all(run not in RUNS[other] for run in RUNS[one])


def test_a_swap_of_any_two_tensors_of_one_shape_is_seen(place, tmp_path):
    tensors = load_trace(place).tensors
    document = (place / "trace.json").read_text(encoding="utf-8")
    (tmp_path / "trace.json").write_text(document, encoding="utf-8")
    unseen = []
    pairs = [
        (one, other)
        for one, other in itertools.combinations(tensors, 2)
        if (tensors[one].shape, tensors[one].dtype) == (tensors[other].shape, tensors[other].dtype)
    ]
    assert len(pairs) > 30
    for one, other in pairs:
        swapped = {**tensors, one: tensors[other], other: tensors[one]}
        (tmp_path / "tensors.safetensors").write_bytes(encode_tensors(swapped))
        try:
            check_outputs(tmp_path)
        except TraceError:
            continue
        unseen.append((one, other))
    assert unseen == []
