"""The shipped speaker trace: valid, complete, and as accurate as docs/speaker.md says."""

import json
import re
from pathlib import Path

import numpy
import pytest

from palimpsest_export.interpreter import load_trace
from speaker import main as speaker_main
from speaker.data import SPIKE_SHARE, prepare_speakers
from speaker.phases import random_stream

REPOSITORY = Path(__file__).resolve().parents[2]
DIRECTORY = REPOSITORY / "traces" / "speaker"
METHODS = [(phase, kind) for phase in range(3) for kind in ("hybrid", "rewrite")]
LAYERS = {"hidden.body.input": (512, 140), "hidden.body.recurrent": (512, 512), "readout": (6, 512)}


@pytest.fixture(scope="module")
def trace():
    return load_trace(DIRECTORY)


@pytest.fixture(scope="module")
def by_hand(trace):
    """Scores of the phases' methods from the equations of the paper, in float64, and the rates of the neurons.

    m = m * decay * (1 - spike) + Wx x + bx + Wh h + bh, spike = m > 0.3, decay 0.5; the readout of spike counts / 10.
    """

    def evaluate(method, inputs):
        tensors = {name: array.astype(numpy.float64) for name, array in trace.tensors.items()}
        weights = {}
        for layer in LAYERS:
            weights[layer] = tensors[f"weights/{method['weights']}/{layer}.weight"].copy()
            for adapter in method["adapters"]:
                if layer in trace.document["adapters"][adapter]["layers"]:
                    name = f"adapters/{adapter}/{layer}"
                    weights[layer] += 2.0 * tensors[f"{name}/lora_B"] @ tensors[f"{name}/lora_A"]
        biases = {layer: tensors[f"weights/{method['weights']}/{layer}.bias"] for layer in LAYERS}
        x = inputs.astype(numpy.float64)
        membrane, fired, counts = (numpy.zeros((len(x), 512)) for _ in range(3))
        for step in range(10):
            drive = x[:, step] @ weights["hidden.body.input"].T + biases["hidden.body.input"]
            drive += fired @ weights["hidden.body.recurrent"].T + biases["hidden.body.recurrent"]
            membrane = membrane * 0.5 * (1 - fired) + drive
            fired = (membrane > 0.3).astype(float)
            counts += fired
        return counts / 10 @ weights["readout"].T + biases["readout"], counts / 10

    return evaluate


def accuracy(trace, phase_number, kind, classes):
    """Percent of right answers in the shipped reference outputs for test samples of `classes`."""
    phase = trace.document["phases"][phase_number]
    labels = trace.tensors["test/labels"][trace.phase_samples(phase)]
    wanted = numpy.isin(labels, classes)
    answers = trace.tensors[phase[kind]["reference"]].argmax(axis=1)
    return 100 * (answers == labels)[wanted].mean()


def test_every_tensor_has_its_shape(trace):
    document, tensors = trace.document, trace.tensors
    assert document["weights"] == ["base", "rewrite_unlearn", "continual", "rewrite_continual"]
    expected = {"calibration/inputs": (64, 10, 140), "test/inputs": (300, 10, 140), "test/labels": (300,)}
    for weights in document["weights"]:
        for layer, shape in LAYERS.items():
            expected[f"weights/{weights}/{layer}.weight"] = shape
            expected[f"weights/{weights}/{layer}.bias"] = shape[:1]
    for adapter in ("restore", "unlearn", "continual"):
        for layer in ("hidden.body.input", "hidden.body.recurrent"):
            expected[f"adapters/{adapter}/{layer}/lora_A"] = (8, LAYERS[layer][1])
            expected[f"adapters/{adapter}/{layer}/lora_B"] = (512, 8)
    for phase in document["phases"]:
        for kind in ("hybrid", "rewrite"):
            expected[phase[kind]["reference"]] = (len(trace.phase_samples(phase)), 6)
    assert {name: array.shape for name, array in tensors.items()} == expected


def test_sizes_are_those_of_the_paper(trace):
    tensors = trace.tensors
    for weights in trace.document["weights"]:
        own = {name: array for name, array in tensors.items() if name.startswith(f"weights/{weights}/")}
        assert sum(array.size for array in own.values()) - 513 == 337413
    for adapter in trace.document["adapters"]:
        assert sum(array.size for name, array in tensors.items() if name.startswith(f"adapters/{adapter}/")) == 13408





@pytest.mark.parametrize("phase_number, kind", METHODS)
def test_references_are_the_equations_of_the_paper(trace, by_hand, phase_number, kind):
    phase = trace.document["phases"][phase_number]
    inputs = trace.tensors["test/inputs"][trace.phase_samples(phase)]
    scores, rates = by_hand(phase[kind], inputs)
    reference = trace.tensors[phase[kind]["reference"]]
    numpy.testing.assert_allclose(scores, reference, rtol=0, atol=1e-6)
    numpy.testing.assert_allclose(trace.run(phase[kind], inputs), reference, rtol=0, atol=1e-6)
    assert 0.02 < rates.mean() < 0.25


def test_the_network_is_a_loop_of_ten_steps(trace):
    operations = trace.document["network"]["operations"]
    (loop,) = [step for step in operations if step["operation"] == "loop"]
    assert loop["iterations"] == 10 and len(loop["carried"]) == 2
    (neurons,) = [step for step in loop["body"]["operations"] if step["operation"] == "lif"]
    assert (neurons["leak"], neurons["threshold"], neurons["reset"]) == (0.5, 0.3, "zero")
    assert trace.document["network"]["input"]["type"] == "spikes"


def test_phases_are_those_of_the_paper(trace):
    phases = trace.document["phases"]
    assert [(phase["name"], phase["classes"]) for phase in phases] == [
        ("learn", {"retain": [0, 1, 2, 3, 4], "forget": [], "new": []}),
        ("unlearn", {"retain": [0, 2, 3, 4], "forget": [1], "new": []}),
        ("continual", {"retain": [0, 2, 3, 4], "forget": [1], "new": [5]}),
    ]
    assert [(phase["hybrid"]["weights"], phase["hybrid"]["adapters"]) for phase in phases] == [
        ("base", ["restore"]),
        ("base", ["unlearn"]),
        ("continual", ["unlearn", "continual"]),
    ]
    assert [(phase["rewrite"]["weights"], phase["rewrite"]["adapters"]) for phase in phases] == [
        ("base", []),
        ("rewrite_unlearn", []),
        ("rewrite_continual", []),
    ]
    labels = trace.tensors["test/labels"]
    assert labels.tolist() == sorted(labels.tolist()) and numpy.bincount(labels).tolist() == [50] * 6


def test_adding_a_speaker_changes_one_row_of_the_readout_for_the_hybrid(trace):
    for layer in LAYERS:
        for part in ("weight", "bias"):
            before, after = (trace.tensors[f"weights/{name}/{layer}.{part}"] for name in ("base", "continual"))
            changed = before != after
            if layer == "readout":
                # A weight that was drawn within half a step of the grid of zero stays.
                assert not changed[:5].any() and changed[5].mean() > 0.99
            else:
                assert not changed.any()
    base, row = trace.tensors["weights/base/readout.weight"], trace.tensors["weights/continual/readout.weight"][5]
    assert (base[5] == 0).all()
    # The scale of the arrays is kept, and what is beyond it would be cut.
    assert abs(row).max() <= abs(base).max()


@pytest.mark.parametrize("kind", ["hybrid", "rewrite"])
def test_accuracies(trace, kind):
    assert accuracy(trace, 0, kind, [0, 1, 2, 3, 4]) >= 95
    for phase in (1, 2):
        assert accuracy(trace, phase, kind, [1]) <= 5
        assert accuracy(trace, phase, kind, [0, 2, 3, 4]) >= 93
    assert accuracy(trace, 2, kind, [5]) >= 90


def test_the_documented_accuracies_and_rates_are_those_of_the_trace(trace, by_hand):
    text = (REPOSITORY / "docs" / "speaker.md").read_text(encoding="utf-8")
    table = text[text.index("| phase | subset | samples |") :].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    seen = set()
    for name, subset, samples, *figures in rows:
        (number,) = [n for n, phase in enumerate(trace.document["phases"]) if phase["name"] == name]
        phase = trace.document["phases"][number]
        classes = phase["classes"][subset]
        assert int(samples) == 50 * len(classes)
        inputs = trace.tensors["test/inputs"][trace.phase_samples(phase)]
        for kind, (accurate, _, _, rate) in (("hybrid", figures[:4]), ("rewrite", figures[4:])):
            assert accurate == f"{accuracy(trace, number, kind, classes):.1f}"
            assert rate == f"{100 * by_hand(phase[kind], inputs)[1].mean():.1f}"
        seen.add((name, subset))
    assert len(seen) == 6


def test_the_forgotten_speaker_is_still_in_the_arrays(trace, by_hand):
    labels = trace.tensors["test/labels"]
    scores, _ = by_hand({"weights": "base", "adapters": []}, trace.tensors["test/inputs"][labels == 1])
    assert (scores.argmax(axis=1) == 1).mean() > 0.9


def test_every_clip_has_the_same_number_of_spikes(trace):
    for name in ("test/inputs", "calibration/inputs"):
        counts = trace.tensors[name].sum(axis=(1, 2), dtype=int)
        assert (counts == round(SPIKE_SHARE * 1400)).all() and trace.tensors[name].max() == 1


def test_values_lie_on_the_grids_that_single_precision_sums_exactly(trace):
    for name, array in trace.tensors.items():
        if name.startswith(("weights/", "adapters/")):
            grid = 2.0 ** {"lora_A": 7, "lora_B": 8}.get(name.rsplit("/", 1)[1], 14)
            assert (array.astype(numpy.float64) * grid % 1 == 0).all(), name


def test_trace_is_small_and_names_no_place_or_time(trace):
    assert sum(path.stat().st_size for path in DIRECTORY.iterdir()) < 8_000_000
    text = (DIRECTORY / "trace.json").read_text(encoding="utf-8")
    assert not re.search(r'"/|/work|/home|\d{4}-\d\d-\d\d|\d\d:\d\d', text)
    assert "CC BY-SA 4.0" in json.loads(text)["provenance"]["credit"]


def test_the_data_are_those_the_trace_was_made_from(trace):
    options = speaker_main.parse_arguments([])
    if not options.data.is_dir():
        pytest.skip("the spoken digits are not here")
    data = prepare_speakers(options.data, random_stream(options.seed, "data"), speaker_main.TRAIN_COPIES)
    assert data.sha256 == trace.document["provenance"]["data_sha256"]
    numpy.testing.assert_array_equal(data.test_inputs, trace.tensors["test/inputs"])
    numpy.testing.assert_array_equal(data.calibration_inputs, trace.tensors["calibration/inputs"])
