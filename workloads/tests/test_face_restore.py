"""Training the face workload's adapters on a chip's weights."""

from pathlib import Path

import numpy
import pytest
import torch
from faces import prepare, write_images

from face import phases as face_phases
from face import restore
from lifelong.phases import Plan, Settings
from palimpsest_export import ChipWeights, encode_tensors, trace_adapter, trace_digest
from palimpsest_export.interpreter import load_trace
from palimpsest_export.safetensors import decode_metadata, decode_tensors

REPOSITORY = Path(__file__).resolve().parents[2]
TRACE = REPOSITORY / "traces" / "face"
SETTINGS = {"restore": Settings(12, 0.1, 2), "unlearn": Settings(17, 0.2, 2), "continual": Settings(20, 0.3, 2)}


def chip(number, phase):
    """ChipWeights: the shipped base weights with an error that only this chip and phase have."""
    generator = numpy.random.default_rng([number, len(phase)])
    tensors = load_trace(TRACE).tensors
    values = {
        name[len("weights/base/") :]: (value + 0.01 * generator.standard_normal(value.shape)).astype(numpy.float32)
        for name, value in tensors.items()
        if name.startswith("weights/base/")
    }
    identity = {"architecture_sha256": "a" * 64, "trace_sha256": trace_digest(TRACE), "seed": str(number)}
    return ChipWeights(values, identity, phase)


def generic():
    """The trace's own adapters."""
    trace = load_trace(TRACE)
    return {name: trace_adapter(trace, name) for name in SETTINGS}


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr(restore, "ADAPTERS", SETTINGS)


def test_each_phase_trains_its_adapter_on_its_own_weights_with_those_before_it(grey_faces, monkeypatch):
    runs = []
    real = restore.train

    def spy(network, parameters, faces, data, generator, steps, per_face, rate, noise, loss):
        weight = network.embed.weight.detach().numpy().astype(numpy.float32)
        layer = network.classifier
        started = layer.lora_B[layer.active_adapters[-1]].weight.detach().numpy().astype(numpy.float32)
        numpy.testing.assert_array_equal(started, generic()[layer.active_adapters[-1]].layers["classifier"].up)
        runs.append((weight, layer.active_adapters, faces, steps, noise, loss, layer))
        assert {id(value) for value in parameters} == {
            id(value) for name, value in network.named_parameters() if f".{layer.active_adapters[-1]}." in name
        }
        real(network, parameters, faces, data, generator, steps, per_face, rate, noise, loss)

    monkeypatch.setattr(restore, "train", spy)
    weights = {name: chip(7, name) for name in restore.PLANS}
    adapters = restore.train_on_chip(prepare(grey_faces), weights, generic(), 1)
    assert list(adapters) == ["restore", "unlearn", "continual"]
    kept, added = [0, 1, 2, 3, 4], [0, 1, 3, 4, 5, 5]
    facts = [
        ("learn", ["restore"], kept, 3, face_phases.keep_loss),
        ("unlearn", ["unlearn"], kept, 4, face_phases.forget_loss),
        ("continual", ["unlearn", "continual"], added, 5, face_phases.keep_loss),
    ]
    for run, (phase, active, faces, steps, loss) in zip(runs, facts, strict=True):
        numpy.testing.assert_array_equal(run[0], weights[phase].values["embed.weight"])
        assert (run[1], run[2], run[3], run[5]) == (active, faces, steps, loss)
        assert run[4] == restore.CHIP_NOISE
    # The chip's own, and frozen while the next is trained.
    beneath = runs[2][6].lora_B["unlearn"].weight.detach().numpy().astype(numpy.float32)
    numpy.testing.assert_array_equal(beneath, adapters["unlearn"].layers["classifier"].up)
    for name, adapter in adapters.items():
        assert numpy.any(adapter.layers["classifier"].up != generic()[name].layers["classifier"].up)


def test_training_repeats_and_follows_the_chip(grey_faces):
    data = prepare(grey_faces)

    def up(number, draws):
        weights = {name: chip(number, name) for name in restore.PLANS}
        for on_phase in weights.values():
            on_phase.chip["seed"] = draws
        return restore.train_on_chip(data, weights, generic(), 1)["restore"].layers["classifier"].up

    numpy.testing.assert_array_equal(up(7, "7"), up(7, "7"))
    assert numpy.any(up(7, "7") != up(8, "7"))
    assert numpy.any(up(7, "7") != up(7, "8"))


def test_training_lowers_the_loss_on_the_chip(tmp_path, monkeypatch):
    # Six faces that a glance tells apart.
    generator = numpy.random.default_rng(3)
    faces = generator.integers(0, 256, (6, 1, 64, 64))
    images = numpy.clip(faces + generator.integers(-9, 10, (6, 10, 64, 64)), 0, 255).astype(numpy.uint8)
    write_images(tmp_path, images.reshape(60, 64, 64))
    data = prepare(tmp_path)
    losses = []

    def noted(scores, labels):
        losses.append(torch.nn.functional.cross_entropy(scores, labels))
        return losses[-1]

    settings = {name: Settings(160, 0.02, 4) for name in SETTINGS}
    monkeypatch.setattr(restore, "ADAPTERS", settings)
    monkeypatch.setattr(restore, "PLANS", {"learn": Plan("restore", [], [0, 1, 2, 3, 4], noted)})
    restore.train_on_chip(data, {"learn": chip(7, "learn")}, generic(), 1)
    assert len(losses) == 40
    assert sum(losses[-5:]) < 0.5 * sum(losses[:5])


def write_chip(folder, number=7, phases=None):
    folder.mkdir()
    for name in restore.PLANS:
        weights = chip(number, (phases or {}).get(name, name))
        metadata = {"schema": "palimpsest.deployed_weights", "version": "1", "phase": weights.phase, **weights.chip}
        (folder / f"{name}.safetensors").write_bytes(encode_tensors(weights.values, metadata))


def test_the_command_writes_the_adapters_beside_the_weights(grey_faces, capsys):
    for number in (7, 8):
        write_chip(grey_faces / f"chip-{number}", number)
    folders = [str(grey_faces / "chip-7"), str(grey_faces / "chip-8")]
    assert restore.main(["--data", str(grey_faces), *folders]) == 0
    assert "chip-8: adapters trained" in capsys.readouterr().out
    for number in (7, 8):
        for phase, facts in restore.PLANS.items():
            data = (grey_faces / f"chip-{number}" / f"{facts.adapter}.adapter").read_bytes()
            metadata = decode_metadata(data)
            assert (metadata["seed"], metadata["adapter"], metadata["phase"]) == (str(number), facts.adapter, phase)
            assert "classifier/lora_A" in decode_tensors(data)


def test_files_that_do_not_belong_together_are_refused_before_training(grey_faces, capsys, monkeypatch):
    monkeypatch.setattr(restore, "train_on_chip", None)

    def refused(folder, message):
        assert restore.main(["--data", str(grey_faces), str(folder)]) == 1
        errors = capsys.readouterr().err
        assert errors.startswith("face.restore: ") and errors.count("\n") == 1
        assert message in errors

    refused(grey_faces / "none", "learn.safetensors: No such file")
    write_chip(grey_faces / "swapped", phases={"unlearn": "learn"})
    refused(grey_faces / "swapped", "unlearn.safetensors: expected phase unlearn, got learn")
    write_chip(grey_faces / "mixed")
    write_chip(grey_faces / "other", number=8)
    (grey_faces / "other" / "continual.safetensors").replace(grey_faces / "mixed" / "continual.safetensors")
    refused(grey_faces / "mixed", "continual.safetensors: expected the chip of learn.safetensors")
    write_chip(grey_faces / "whole")
    assert restore.main(["--trace", "none", str(grey_faces / "whole")]) == 1
    assert "trace.json: No such file" in capsys.readouterr().err
    for name in ("trace.json", "tensors.safetensors"):
        (grey_faces / name).write_bytes((TRACE / name).read_bytes())
    (grey_faces / "trace.json").write_text((TRACE / "trace.json").read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert restore.main(["--trace", str(grey_faces), str(grey_faces / "whole")]) == 1
    assert "learn.safetensors: expected weights of the trace in" in capsys.readouterr().err
    (grey_faces / "olivetti_target.npy").unlink()
    refused(grey_faces / "whole", "data file not found")
