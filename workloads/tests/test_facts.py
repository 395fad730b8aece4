"""Wrong classes, methods, training runs or provenance are refused with one line that says where."""

import numpy
import pytest
import torch
from spoiling import check_refused, setting
from tiny import tiny_trace

from palimpsest_export import TrainingRun


def training(*arguments, **options):
    return setting("phases", 0, "rewrite", "training", [TrainingRun(*arguments, **options)])


def no_classes(trace):
    trace.phases[0].retain = trace.phases[0].forget = trace.phases[0].new = []


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
        r"steps: expected a whole number 1\.\.1000000000, got .*100",
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
    "empty": (setting("description", ""), "^description: expected text without control characters, got ''"),
    "bell": (setting("provenance", "data", "a\x07"), "^provenance: data: expected text without control"),
    "long": (setting("description", numpy.zeros((99, 99))), "^description: expected a string, got array"),
    "no Unicode": (setting("description", "a\ud800"), r"^description: expected Unicode text, got 'a\\ud800'"),
}


@pytest.mark.parametrize("spoil, message", FACTS.values(), ids=FACTS.keys())
def test_wrong_facts_are_refused(tmp_path, spoil, message):
    check_refused(tmp_path, spoil, message)
