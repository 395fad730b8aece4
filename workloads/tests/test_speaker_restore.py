"""Training the speaker workload's adapters on a chip's weights."""

from pathlib import Path

import numpy
import pytest
import torch
from spoken import prepare, recordings, write

from lifelong.phases import Plan, Settings
from lifelong.restoring import SHARE
from palimpsest_export import ChipWeights, encode_tensors, trace_adapter, trace_digest
from palimpsest_export.interpreter import load_trace
from palimpsest_export.safetensors import decode_metadata, decode_tensors
from speaker import phases as speaker_phases
from speaker import restore, training
from speaker.errors import reading_errors

REPOSITORY = Path(__file__).resolve().parents[2]
TRACE = REPOSITORY / "traces" / "speaker"
SETTINGS = {"restore": Settings(16, 5e-3, 2), "unlearn": Settings(24, 5e-3, 2), "continual": Settings(32, 5e-3, 2)}
LAYERS = ["hidden.body.input", "hidden.body.recurrent"]


@pytest.fixture
def speech(tmp_path, monkeypatch):
    monkeypatch.setattr(restore, "ADAPTERS", SETTINGS)
    write(tmp_path, recordings())
    return tmp_path


def chip(number, phase):
    """ChipWeights: the shipped weights of the phase with an error that only this chip and phase have."""
    generator = numpy.random.default_rng([number, len(phase)])
    prefix = "weights/continual/" if phase == "continual" else "weights/base/"
    tensors = load_trace(TRACE).tensors
    # An eighth above the bound of trained weights, as an offset of the wires may take them.
    values = {
        name[len(prefix) :]: (1.125 * value + 0.003 * generator.standard_normal(value.shape)).astype(numpy.float32)
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
    identity = {"architecture_sha256": "a" * 64, "trace_sha256": trace_digest(TRACE), "seed": str(number)}
    return ChipWeights(values, identity, phase)


def chip_weights(number):
    return {name: chip(number, name) for name in restore.PLANS}


def generic():
    """The trace's own adapters."""
    trace = load_trace(TRACE)
    return {name: trace_adapter(trace, name) for name in SETTINGS}


def test_each_phase_trains_its_adapter_on_its_own_weights_with_those_before_it(speech, monkeypatch):
    runs = []
    real = restore.train

    def spy(network, parameters, batch, steps, rate, disturb, loss):
        layers = {path: network.get_submodule(path) for path in LAYERS}
        active = layers[LAYERS[0]].active_adapters
        for path, layer in layers.items():
            started = layer.lora_B[active[-1]].weight.detach().numpy().astype(numpy.float32)
            numpy.testing.assert_array_equal(started, generic()[active[-1]].layers[path].up)
        assert {id(value) for value in parameters} == {
            id(value) for name, value in network.named_parameters() if f".{active[-1]}." in name
        }
        speakers = set(batch()[1].tolist())
        # Of 160,000 weights of 0.5 each has its own error, and the outputs of an array share none.
        errors = disturb(torch.full((400, 400), 0.5, dtype=torch.float64)).numpy() - 0.5
        assert errors.std() == pytest.approx(0.5 * restore.CHIP_ERROR, rel=0.01)
        assert numpy.abs(errors.mean(axis=1)).max() < 5 * 0.5 * restore.CHIP_ERROR / 20
        real(network, parameters, batch, steps, rate, disturb, loss)
        runs.append((network, active, speakers, steps))

    monkeypatch.setattr(restore, "train", spy)
    weights = chip_weights(7)
    adapters = restore.train_on_chip(prepare(speech), 1, weights, generic(), 1)
    assert list(adapters) == ["restore", "unlearn", "continual"]
    kept, added = {0, 1, 2, 3, 4}, {0, 2, 3, 4, 5}
    facts = [
        ("learn", ["restore"], kept, 4),
        ("unlearn", ["unlearn"], kept, 6),
        ("continual", ["unlearn", "continual"], added, 8),
    ]
    for (network, *run), (phase, *expected) in zip(runs, facts, strict=True):
        assert run == expected
        # The chip's, to the grid on which sums are exact, after training as before it.
        for name in (*LAYERS, "readout"):
            weight = network.get_submodule(name).weight.detach().numpy()
            values = weights[phase].values[f"{name}.weight"]
            assert numpy.abs(weight - values).max() <= 2.0**-15
    # The chip's own, and frozen while the next is trained.
    beneath = runs[2][0].get_submodule(LAYERS[0]).lora_B["unlearn"].weight.detach().numpy()
    numpy.testing.assert_array_equal(beneath, adapters["unlearn"].layers[LAYERS[0]].up)
    for name, adapter in adapters.items():
        assert sorted(adapter.layers) == LAYERS
        for path, low in adapter.layers.items():
            assert numpy.any(low.up != generic()[name].layers[path].up)
            for values, grid in ((low.down, 2.0**-7), (low.up, 2.0**-8)):
                numpy.testing.assert_array_equal(values, numpy.rint(values / grid) * grid)


def test_each_phase_has_the_loss_and_the_clips_of_its_training(speech, monkeypatch):
    drawn, losses = [], []
    real = training.balanced_batch

    def batch(inputs, labels, samples, speakers, per_speaker, generator):
        drawn.append(samples)
        return real(inputs, labels, samples, speakers, per_speaker, generator)

    def noted(name):
        def loss(scores, labels, generator):
            losses.append(name)
            return getattr(speaker_phases, name)(scores, labels, generator)

        return loss

    monkeypatch.setattr(speaker_phases, "balanced_batch", batch)
    for phase in restore.PLANS.values():
        monkeypatch.setattr(phase, "loss", noted(phase.loss.__name__))
    data = prepare(speech)
    restore.train_on_chip(data, 1, chip_weights(7), generic(), 1)
    assert losses == 4 * ["keep_loss"] + 6 * ["forget_loss"] + 8 * ["extend_loss"]
    assert all(len(samples) == len(data.train_labels) == 36 for samples in drawn[:10])
    # One clip of three of each kept speaker and all of the new one, each with its copy.
    assert [numpy.bincount(data.train_labels[samples]).tolist() for samples in drawn[10:]] == 8 * [[2, 0, 2, 2, 2, 6]]


def test_training_repeats_and_follows_the_chip(speech):
    data = prepare(speech)

    def up(number, draws):
        weights = chip_weights(number)
        for on_phase in weights.values():
            on_phase.chip["seed"] = draws
        return restore.train_on_chip(data, 1, weights, generic(), 1)["restore"].layers[LAYERS[1]].up

    numpy.testing.assert_array_equal(up(7, "7"), up(7, "7"))
    assert numpy.any(up(7, "7") != up(8, "7"))
    assert numpy.any(up(7, "7") != up(7, "8"))


def test_training_lowers_the_loss_on_the_chip(speech, monkeypatch):
    losses = []

    def noted(scores, labels, generator):
        losses.append(speaker_phases.keep_loss(scores, labels, generator))
        return losses[-1]

    monkeypatch.setattr(restore, "ADAPTERS", {"restore": Settings(40 * SHARE, 5e-3, 4)})
    monkeypatch.setattr(restore, "PLANS", {"learn": Plan("restore", [], [0, 1, 2, 3, 4], noted)})
    restore.train_on_chip(prepare(speech), 1, {"learn": chip(7, "learn")}, generic(), 1)
    assert len(losses) == 40
    assert sum(losses[-5:]) < 0.5 * sum(losses[:5])


def test_reading_errors_are_shares_of_the_largest_weight_and_of_each_weight_alone():
    weight = torch.zeros(300, 400, dtype=torch.float64)
    weight[0, 0] = -0.5
    error = (reading_errors(numpy.random.default_rng(1), 0.04)(weight) - weight).numpy()
    # 120,000 draws: the deviation to 0.2 %, means of rows to 0.001.
    assert error.std() == pytest.approx(0.04 * 0.5, rel=0.01)
    assert numpy.abs(error.mean(axis=1)).max() < 5 * 0.02 / numpy.sqrt(400)
    assert abs(error.mean()) < 5 * 0.02 / numpy.sqrt(120_000)


def write_chip(folder, number=7, phases=None):
    folder.mkdir()
    for name in restore.PLANS:
        weights = chip(number, (phases or {}).get(name, name))
        metadata = {"schema": "palimpsest.deployed_weights", "version": "1", "phase": weights.phase, **weights.chip}
        (folder / f"{name}.safetensors").write_bytes(encode_tensors(weights.values, metadata))


def test_the_command_writes_the_adapters_beside_the_weights(speech, capsys):
    for number in (7, 8):
        write_chip(speech / f"chip-{number}", number)
    folders = [str(speech / "chip-7"), str(speech / "chip-8")]
    assert restore.main(["--data", str(speech), *folders]) == 0
    assert "chip-8: adapters trained" in capsys.readouterr().out
    for number in (7, 8):
        for phase, facts in restore.PLANS.items():
            data = (speech / f"chip-{number}" / f"{facts.adapter}.adapter").read_bytes()
            metadata = decode_metadata(data)
            assert (metadata["seed"], metadata["adapter"], metadata["phase"]) == (str(number), facts.adapter, phase)
            assert f"{LAYERS[1]}/lora_A" in decode_tensors(data)


def test_files_that_do_not_belong_together_are_refused_before_training(speech, capsys, monkeypatch):
    monkeypatch.setattr(restore, "train_on_chip", None)

    def refused(folder, message):
        assert restore.main(["--data", str(speech), str(folder)]) == 1
        errors = capsys.readouterr().err
        assert errors.startswith("speaker.restore: ") and errors.count("\n") == 1
        assert message in errors

    refused(speech / "none", "learn.safetensors: No such file")
    write_chip(speech / "swapped", phases={"continual": "unlearn"})
    refused(speech / "swapped", "continual.safetensors: expected phase continual, got unlearn")
    write_chip(speech / "whole")
    (speech / "fsdd_8k_int16.npz").unlink()
    refused(speech / "whole", "data file not found")
