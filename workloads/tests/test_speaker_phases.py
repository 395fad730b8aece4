"""What each phase of the speaker workload trains, from what, and what its trace says about it."""

import re
from pathlib import Path

import numpy
import pytest
import torch
from spoken import prepare, recordings, write

from lifelong.phases import Settings
from palimpsest_export import write_trace
from palimpsest_export.interpreter import load_trace
from speaker import phases as speaker_phases
from speaker.main import build_trace
from speaker.phases import replayed_samples, train_phases
from speaker.training import store

REPOSITORY = Path(__file__).resolve().parents[2]

SETTINGS = {
    "backbone": Settings(11, 0.1, 1),
    "restore": Settings(12, 0.2, 2),
    "unlearn": Settings(13, 0.3, 3),
    "continual": Settings(14, 0.4, 1),
    "rewrite_unlearn": Settings(15, 0.5, 2),
    "rewrite_continual": Settings(16, 0.6, 2),
}
"""All different, unlike the workload's own."""

LEARNED, KNOWN = [0, 1, 2, 3, 4], [0, 2, 3, 4, 5]
TRAINED = {  # steps: speakers of a batch, adapters in use, what is trained
    11: (LEARNED, [], "backbone"),
    12: (LEARNED, ["restore"], "restore"),
    13: (LEARNED, ["unlearn"], "unlearn"),
    15: (LEARNED, [], "backbone"),
    14: (KNOWN, ["unlearn", "continual"], "continual"),
    16: (KNOWN, [], "backbone"),
}
ORDER = ("backbone", "restore", "unlearn", "rewrite_unlearn", "continual", "rewrite_continual")


def parameters_of(network, adapter):
    """Names of the backbone's parameters, or of an adapter's."""
    names = [name for name, _ in network.named_parameters()]
    if adapter == "backbone":
        return {name for name in names if "lora_" not in name}
    return {name for name in names if f".{adapter}.weight" in name}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The data, the phases whose training adds noise to what it is given, and what each run was given."""
    runs = []

    def change(network, parameters, batch, steps, rate, disturb, loss):
        names = {id(value): name for name, value in network.named_parameters()}
        with torch.no_grad():
            before = {name: value.clone() for name, value in network.named_parameters()}
            for parameter in parameters:
                drawn = numpy.random.default_rng(steps).uniform(-1, 1, tuple(parameter.shape))
                parameter += torch.from_numpy(drawn) / 16
            store(network)
            inputs, labels = batch()
            scores = torch.zeros(len(labels), 6, dtype=torch.float64)
            scores[:, 5] = 9
        # An output alone in its array has next to no offset of the wires, and a weight of zero nothing to lose.
        weight = torch.zeros(1, 1025, dtype=torch.float64)
        weight[0, 0] = 1
        errors = numpy.stack([disturb(weight)[:, 1:].numpy() for _ in range(400)])
        shared = errors.mean(axis=(1, 2))
        runs.append(
            {
                "names": {names[id(parameter)] for parameter in parameters},
                "expected": TRAINED[steps],
                "given": (sorted(set(labels.tolist())), network.hidden.body.input.active_adapters),
                "parameters": parameters_of(network, TRAINED[steps][2]),
                "settings": Settings(steps, rate, len(labels) // 5),
                "errors": ((errors - shared[:, None, None]).std(), shared.std()),
                "loss": loss(scores, labels).item(),
                "batch": {sample.numpy().astype(numpy.uint8).tobytes() for sample in inputs},
                "before": before,
                "after": {name: value.detach().clone() for name, value in network.named_parameters()},
            }
        )

    directory = tmp_path_factory.mktemp("spoken")
    write(directory, recordings())
    data = prepare(directory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speaker_phases, "train", change)
        patch.setattr(speaker_phases, "BACKBONE", SETTINGS["backbone"])
        patch.setattr(speaker_phases, "ADAPTERS", {name: SETTINGS[name] for name in speaker_phases.ADAPTERS})
        rewrites = {name: SETTINGS[f"rewrite_{name}"] for name in ("unlearn", "continual")}
        patch.setattr(speaker_phases, "REWRITES", rewrites)
        return data, train_phases(data, 1, 1, lambda name: None), runs


def test_each_run_trains_what_it_should_on_its_speakers(trained):
    _, _, runs = trained
    assert [run["settings"] for run in runs] == [SETTINGS[name] for name in ORDER]
    for run in runs:
        assert run["given"] == run["expected"][:2]
        assert run["names"] == run["parameters"]
        assert run["errors"] == (pytest.approx(0.04, rel=0.01), pytest.approx(0.015, rel=0.15))


def test_the_sixth_score_counts_once_there_is_a_sixth_speaker(trained):
    # All scores are 0 but the sixth, 9, which learn and unlearn leave out.
    for run in trained[2]:
        extends = run["expected"][0] == KNOWN
        assert run["loss"] == pytest.approx((4 * (1 + 81) + 64) / 5 / 6 if extends else 1 / 5)


def test_the_speaker_to_forget_gets_wrong_labels():
    labels = torch.arange(5).repeat(50)
    scores = torch.nn.functional.one_hot(labels, 6).double()
    generator = numpy.random.default_rng(0)
    assert speaker_phases.keep_loss(scores, labels, generator).item() == 0
    # A fifth of the samples, with two of five scores off by one.
    assert speaker_phases.forget_loss(scores, labels, generator).item() == pytest.approx(0.2 * 2 / 5)
    scores[labels == 1] = 0
    assert speaker_phases.forget_loss(scores, labels, generator).item() == pytest.approx(0.2 * 1 / 5)


def test_each_run_starts_where_it_should(trained):
    _, _, (backbone, restore, unlearn, rewrite, continual, rewrite_again) = trained
    for run, origin in (
        (restore, backbone),
        (unlearn, restore),
        (rewrite, backbone),
        (continual, unlearn),
        (rewrite_again, rewrite),
    ):
        assert set(origin["after"]) <= set(run["before"])
        for name, value in origin["after"].items():
            rows = 5 if origin in (unlearn, rewrite) and name.startswith("readout.") else None
            assert torch.equal(run["before"][name][:rows], value[:rows]), name
    # Both ways to add a speaker begin with the same row, which the hybrid keeps.
    row = continual["before"]["readout.weight"][5]
    assert (row != 0).all() and torch.equal(rewrite_again["before"]["readout.weight"][5], row)
    assert (continual["after"]["readout.weight"][5] - row).abs().max() <= 2**-15
    assert (rewrite_again["after"]["readout.weight"][5] - row).abs().max() > 0.05


def test_replay_takes_a_part_of_the_clips_and_all_of_the_new_speaker():
    labels = numpy.repeat(numpy.arange(6), 80)
    samples = replayed_samples(labels, 3, numpy.random.default_rng(0))
    assert numpy.bincount(labels[samples]).tolist() == [24, 0, 24, 24, 24, 80]
    clips = samples.reshape(-1, 4)
    assert (clips[:, :1] % 4 == 0).all() and (clips == clips[:, :1] + numpy.arange(4)).all()
    assert len(set(samples.tolist())) == len(samples)
    other = replayed_samples(labels, 3, numpy.random.default_rng(1))
    assert (samples != other).any()


def test_the_trace_says_what_was_trained(trained, tmp_path):
    data, phases, runs = trained
    write_trace(build_trace(data, phases, 77), tmp_path)
    trace = load_trace(tmp_path)
    document, tensors = trace.document, trace.tensors
    assert document["provenance"]["seed"] == 77 and document["provenance"]["data_sha256"] == data.sha256
    assert document["network"]["input"] == {
        "name": "input", "shape": [10, 140], "type": "spikes", "scale": 1.0, "offset": 0.0,
    }  # fmt: skip
    facts = [
        [(run.get("adapter"), run["steps"], run["batch_size"], run["optimizer"]) for run in phase[kind]["training"]]
        for phase in document["phases"]
        for kind in ("hybrid", "rewrite")
    ]
    backbone = (None, 11, 1 * 5, "adam")
    assert facts == [
        [backbone, ("restore", 12, 2 * 5, "adam")],
        [backbone],
        [("unlearn", 13, 3 * 5, "adam")],
        [(None, 15, 2 * 5, "adam")],
        [("continual", 14, 1 * 5, "adam")],
        [(None, 16, 2 * 5, "adam")],
    ]
    for layers in (document["adapters"][name]["layers"] for name in ("restore", "unlearn", "continual")):
        assert layers == {
            "hidden.body.input": {"rank": 8, "scale": 2.0},
            "hidden.body.recurrent": {"rank": 8, "scale": 2.0},
        }
    for name, array in (
        ("calibration/inputs", data.calibration_inputs),
        ("test/inputs", data.test_inputs),
        ("test/labels", data.test_labels),
    ):
        numpy.testing.assert_array_equal(tensors[name], array)
    by_name = dict(zip(ORDER, runs))
    weights = {"base": "backbone", "continual": "continual"}
    for weights_name in document["weights"]:
        for name, value in by_name[weights.get(weights_name, weights_name)]["after"].items():
            if "lora_" not in name:
                tensor = tensors[f"weights/{weights_name}/{name.replace('.base_layer', '')}"]
                numpy.testing.assert_array_equal(tensor, value.numpy().astype(numpy.float32), err_msg=name)
    for adapter in ("restore", "unlearn", "continual"):
        for name in by_name[adapter]["names"]:
            layer, part = name.removesuffix(f".{adapter}.weight").rsplit(".", 1)
            value = by_name[adapter]["after"][name].numpy().astype(numpy.float32)
            numpy.testing.assert_array_equal(tensors[f"adapters/{adapter}/{layer}/{part}"], value)


def documented_runs():
    """Rows of the table of training runs: phase, method, what, speakers of a batch, loss, steps, rate."""
    text = (REPOSITORY / "docs" / "speaker.md").read_text(encoding="utf-8")
    table = text[text.index("| phase | method | trains |") :].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    assert len(rows) == 6
    return rows


def test_the_workload_trains_as_documented():
    shipped = {phase["name"]: phase for phase in load_trace(REPOSITORY / "traces/speaker").document["phases"]}
    for phase, method, what, speakers, loss, steps, rate in documented_runs():
        (name,) = re.findall(r"(?:adapter|→) `(\w+)`", what)
        settings = {
            "base": speaker_phases.BACKBONE,
            "rewrite_unlearn": speaker_phases.REWRITES["unlearn"],
            "rewrite_continual": speaker_phases.REWRITES["continual"],
            **speaker_phases.ADAPTERS,
        }[name]
        assert settings == Settings(int(steps), float(rate), 24)
        speakers = [int(speaker) for speaker in speakers.split()]
        assert speakers == (KNOWN if phase == "continual" else LEARNED)
        assert loss == {"learn": "keep", "unlearn": "forget", "continual": "extend"}[phase]
        for kind in ("hybrid", "rewrite") if method == "both" else (method,):
            adapter = {"adapter": name} if "adapter" in what else {}
            facts = {"optimizer": "adam", "steps": int(steps), "batch_size": 24 * len(speakers), **adapter}
            (run,) = [
                {key: value for key, value in run.items() if key != "trains"}
                for run in shipped[phase][kind]["training"]
                if run.get("adapter") == adapter.get("adapter")
            ]
            assert run == facts
