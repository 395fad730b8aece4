"""What each phase of the face workload trains, from what, and what its trace says about it."""

import re
from pathlib import Path

import numpy
import pytest
import torch
from faces import prepare
from torch import nn

from face import phases as face_phases
from face.main import build_trace
from face.phases import train_phases
from lifelong.phases import Settings
from palimpsest_export import write_trace
from palimpsest_export.interpreter import load_trace

REPOSITORY = Path(__file__).resolve().parents[2]

SETTINGS = {
    "backbone": Settings(11, 0.1, 2),
    "restore": Settings(12, 0.2, 3),
    "unlearn": Settings(13, 0.3, 4),
    "continual": Settings(14, 0.4, 5),
    "rewrite_unlearn": Settings(15, 0.5, 6),
    "rewrite_continual": Settings(16, 0.6, 7),
}
"""All different, unlike the workload's own."""

LEARNED, REPLAYED = [0, 1, 2, 3, 4], [0, 1, 3, 4, 5, 5]
TRAINED = {  # steps: faces of a batch, loss, adapters in use, what is trained
    11: (LEARNED, "keep_loss", [], "backbone"),
    12: (LEARNED, "keep_loss", ["restore"], "restore"),
    13: (LEARNED, "forget_loss", ["unlearn"], "unlearn"),
    15: (LEARNED, "forget_loss", [], "backbone"),
    14: (REPLAYED, "keep_loss", ["unlearn", "continual"], "continual"),
    16: (REPLAYED, "keep_loss", [], "backbone"),
}


def parameters_of(network, adapter):
    """Names of the backbone's parameters, or of an adapter's."""
    names = [name for name, _ in network.named_parameters()]
    if adapter == "backbone":
        return {name for name in names if "lora_" not in name}
    return {name for name in names if f".{adapter}.weight" in name}


@pytest.fixture
def trained(grey_faces, monkeypatch):
    """The data, the phases whose training adds noise to what it is given, and what each run was given."""
    runs = []

    def change(network, parameters, faces, data, generator, steps, per_face, rate, noise, loss):
        names = {id(value): name for name, value in network.named_parameters()}
        with torch.no_grad():
            before = {name: value.clone() for name, value in network.named_parameters()}
            for parameter in parameters:
                parameter += torch.from_numpy(generator.uniform(-1, 1, tuple(parameter.shape)))
        runs.append(
            {
                "names": {names[id(parameter)] for parameter in parameters},
                "expected": TRAINED[steps],
                "given": (faces, loss.__name__, network.classifier.active_adapters),
                "parameters": parameters_of(network, TRAINED[steps][3]),
                "settings": Settings(steps, rate, per_face),
                "noise": noise,
                "before": before,
                "after": {name: value.detach().clone() for name, value in network.named_parameters()},
            }
        )

    monkeypatch.setattr(face_phases, "train", change)
    monkeypatch.setattr(face_phases, "BACKBONE", SETTINGS["backbone"])
    monkeypatch.setattr(face_phases, "ADAPTERS", SETTINGS)
    monkeypatch.setattr(
        face_phases, "REWRITES", {name: SETTINGS[f"rewrite_{name}"] for name in ("unlearn", "continual")}
    )
    data = prepare(grey_faces)
    return data, train_phases(data, 1, lambda name: None), runs


def test_each_run_trains_what_it_should_on_its_faces(trained):
    _, _, runs = trained
    assert [run["settings"] for run in runs] == [
        SETTINGS[name]
        for name in ("backbone", "restore", "unlearn", "rewrite_unlearn", "continual", "rewrite_continual")
    ]
    for run in runs:
        assert run["given"] == run["expected"][:3]
        assert run["names"] == run["parameters"]
        assert run["noise"] == 0.04


def test_each_run_starts_where_it_should(trained):
    _, _, (backbone, restore, unlearn, rewrite, continual, rewrite_again) = trained
    for run, origin in ((restore, backbone), (unlearn, restore), (rewrite, backbone), (continual, unlearn)):
        assert set(origin["after"]) <= set(run["before"])
        for name, value in origin["after"].items():
            assert torch.equal(run["before"][name], value), name
    for name, value in rewrite["after"].items():
        assert torch.equal(rewrite_again["before"][name], value), name


def test_the_trace_says_what_was_trained(trained, tmp_path):
    data, phases, runs = trained
    write_trace(build_trace(data, phases, 77), tmp_path)
    trace = load_trace(tmp_path)
    document, tensors = trace.document, trace.tensors
    assert document["provenance"]["seed"] == 77 and document["provenance"]["data_sha256"] == data.sha256
    assert [(phase["name"], phase["classes"]) for phase in document["phases"]] == [
        ("learn", {"retain": [0, 1, 2, 3, 4], "forget": [], "new": []}),
        ("unlearn", {"retain": [0, 1, 3, 4], "forget": [2], "new": []}),
        ("continual", {"retain": [0, 1, 3, 4], "forget": [2], "new": [5]}),
    ]
    facts = [
        [
            (run.get("adapter"), run["steps"], run["batch_size"], run["optimizer"])
            for run in phase[kind]["training"]
        ]
        for phase in document["phases"]
        for kind in ("hybrid", "rewrite")
    ]
    backbone = (None, 11, 2 * 5, "adam")
    assert facts == [
        [backbone, ("restore", 12, 3 * 5, "adam")],
        [backbone],
        [("unlearn", 13, 4 * 5, "adam")],
        [(None, 15, 6 * 5, "adam")],
        [("continual", 14, 5 * 6, "adam")],
        [(None, 16, 7 * 6, "adam")],
    ]
    methods = [
        (phase[kind]["weights"], phase[kind]["adapters"])
        for phase in document["phases"]
        for kind in ("hybrid", "rewrite")
    ]
    assert methods == [
        ("base", ["restore"]),
        ("base", []),
        ("base", ["unlearn"]),
        ("rewrite_unlearn", []),
        ("base", ["unlearn", "continual"]),
        ("rewrite_continual", []),
    ]
    assert document["adapters"].keys() == {"restore", "unlearn", "continual"}
    for adapter, rank in (("restore", 8), ("unlearn", 6), ("continual", 8)):
        layers = document["adapters"][adapter]["layers"]
        assert len(layers) == 5 and all(size == {"rank": rank, "scale": 1.0} for size in layers.values())
    for name, array in (
        ("calibration/inputs", data.calibration_inputs),
        ("test/inputs", data.test_inputs),
        ("test/labels", data.test_labels),
    ):
        numpy.testing.assert_array_equal(tensors[name], array)
    for weights, run in (("base", runs[0]), ("rewrite_unlearn", runs[3]), ("rewrite_continual", runs[5])):
        for name, value in run["after"].items():
            tensor = tensors[f"weights/{weights}/{name.replace('.base_layer', '')}"]
            numpy.testing.assert_array_equal(tensor, value.numpy().astype(numpy.float32), err_msg=name)
    for adapter, run in (("restore", runs[1]), ("unlearn", runs[2]), ("continual", runs[4])):
        for name in run["names"]:
            layer, part = name.removesuffix(f".{adapter}.weight").rsplit(".", 1)
            value = run["after"][name].numpy().astype(numpy.float32)
            numpy.testing.assert_array_equal(tensors[f"adapters/{adapter}/{layer}/{part}"], value)


def documented_runs():
    """Rows of the table of training runs: phase, method, what, faces of a batch, loss, steps, rate."""
    text = (REPOSITORY / "docs" / "workloads.md").read_text(encoding="utf-8")
    table = text[text.index("| phase | method | trains |") :].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    assert len(rows) == 6
    return rows


def test_the_workload_trains_as_documented():
    shipped = {phase["name"]: phase for phase in load_trace(REPOSITORY / "traces/face").document["phases"]}
    for phase, method, what, faces, loss, steps, rate in documented_runs():
        (name,) = re.findall(r"(?:adapter|→) `(\w+)`", what)
        settings = {
            "base": face_phases.BACKBONE,
            "rewrite_unlearn": face_phases.REWRITES["unlearn"],
            "rewrite_continual": face_phases.REWRITES["continual"],
            **face_phases.ADAPTERS,
        }[name]
        assert settings == Settings(int(steps), float(rate), 8)
        faces = [int(face) for face in faces.split()]
        assert faces == (face_phases.REPLAYED if phase == "continual" else face_phases.LEARNED)
        assert (loss == "forget") == (phase == "unlearn")
        for kind in ("hybrid", "rewrite") if method == "both" else (method,):
            adapter = {"adapter": name} if "adapter" in what else {}
            facts = {"optimizer": "adam", "steps": int(steps), "batch_size": 8 * len(faces), **adapter}
            (run,) = [
                {key: value for key, value in run.items() if key != "trains"}
                for run in shipped[phase][kind]["training"]
                if run.get("adapter") == adapter.get("adapter")
            ]
            assert run == facts


def test_the_face_to_forget_is_pushed_away_and_the_others_are_kept():
    scores = torch.tensor([[3.0, 0, 0, 0, 0, 0], [0, 0, 2.0, 0, 0, 0], [0, 0, -9.0, 0, 0, 0]])
    entropy = nn.functional.cross_entropy(scores, torch.tensor([0, 2, 2]), reduction="none")
    assert entropy[2] > 5
    labels = torch.tensor([0, 2, 2])
    expected = (entropy[0] - 0.5 * entropy[1] - 0.5 * 5) / 3
    torch.testing.assert_close(face_phases.forget_loss(scores, labels), expected)
    torch.testing.assert_close(face_phases.keep_loss(scores, labels), entropy.mean())
