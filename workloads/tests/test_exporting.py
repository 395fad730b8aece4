"""One call makes a trace of a module and samples, whatever they are."""

import numpy
import pytest
import torch
from exported import randomised, samples
from refusal import refused
from tiny import tiny_network
from torch import nn

from palimpsest_export import Repeat, TraceError, activate_adapters, add_lora, export
from palimpsest_export.interpreter import load_trace
from palimpsest_export.tolerance import within_tolerance


def network():
    return randomised(
        nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 4))
    )


IMAGES = samples((1, 6, 6), count=70)
LABELS = numpy.arange(70) % 4


def outputs(module, inputs):
    with torch.no_grad():
        return module.double()(torch.from_numpy(inputs.astype(numpy.float64))).numpy()


def check_trace(folder, module, inputs):
    """Both methods of the only phase give what the module gives for the samples."""
    trace = load_trace(folder)
    (phase,) = trace.document["phases"]
    assert phase["name"] == "deploy"
    stored = trace.tensors["test/inputs"]
    for kind in ("hybrid", "rewrite"):
        assert phase[kind]["training"] == []
        assert within_tolerance(trace.run(phase[kind], stored), outputs(module, inputs))
    return trace


def test_ten_lines_make_a_trace(tmp_path):
    module = network()
    export(module, IMAGES, tmp_path, labels=LABELS, input_scale=1 / 255, name="mine", description="A test.")
    trace = check_trace(tmp_path, module, IMAGES / 255)
    assert trace.document["name"] == "mine" and trace.document["task"] == {"kind": "classify"}
    assert trace.document["phases"][0]["classes"] == {"retain": [0, 1, 2, 3], "forget": [], "new": []}
    assert trace.document["network"]["input"] == {
        "name": "input", "shape": [1, 6, 6], "type": "u8", "scale": 1 / 255, "offset": 0.0,
    }  # fmt: skip
    assert len(trace.tensors["calibration/inputs"]) == 64
    numpy.testing.assert_array_equal(trace.tensors["test/inputs"], IMAGES)
    numpy.testing.assert_array_equal(trace.tensors["test/labels"], LABELS)


def test_tensors_of_floats_are_stored_as_they_are(tmp_path):
    module, inputs = network(), torch.from_numpy(IMAGES[:9] / 100)
    export(module, inputs, tmp_path, labels=torch.from_numpy(LABELS[:9]), calibration_inputs=inputs[:2] * 2)
    trace = check_trace(tmp_path, module, inputs.float().numpy())
    assert trace.document["network"]["input"]["type"] == "f32" and trace.document["name"] == "sequential"
    numpy.testing.assert_array_equal(trace.tensors["calibration/inputs"], (inputs[:2] * 2).float().numpy())


def test_spikes_are_zeros_and_ones(tmp_path):
    module = network()
    export(module, IMAGES > 128, tmp_path, labels=LABELS)
    trace = check_trace(tmp_path, module, IMAGES > 128)
    assert trace.document["network"]["input"]["type"] == "spikes"
    with refused(r"^example_inputs: expected spikes, 0 or 1, got 185 at \[0, 0, 0, 0\] \(sample first\)$"):
        export(module, IMAGES, tmp_path, spikes=True)


def test_tokens_are_whole_numbers(tmp_path):
    module = randomised(nn.Sequential(nn.Embedding(300, 4), nn.Flatten(), nn.Linear(20, 3)))
    for high, stored in ((250, "u8"), (300, "f32")):
        tokens = numpy.random.default_rng(1).integers(0, high, (12, 5))
        tokens[0, 0] = high - 1
        export(module, tokens, tmp_path, labels=tokens[:, 0] % 3)
        trace = load_trace(tmp_path)
        assert trace.document["network"]["input"]["type"] == stored
        with torch.no_grad():
            expected = module(torch.from_numpy(tokens)).numpy()
        result = trace.run(trace.document["phases"][0]["hybrid"], trace.tensors["test/inputs"])
        numpy.testing.assert_allclose(result, expected, rtol=0, atol=1e-5)


def test_targets_make_a_regression_and_nothing_makes_scores(tmp_path):
    module = randomised(nn.Sequential(nn.Conv2d(1, 2, 3)))
    targets = numpy.random.default_rng(2).standard_normal((70, 2, 4, 4))
    export(module, IMAGES, tmp_path / "a", targets=targets)
    trace = check_trace(tmp_path / "a", module, IMAGES)
    assert trace.document["task"] == {"kind": "regress"}
    assert trace.document["test"] == {"inputs": "test/inputs", "targets": "test/targets"}
    numpy.testing.assert_array_equal(trace.tensors["test/targets"], targets.astype(numpy.float32))
    export(module, IMAGES, tmp_path / "b")
    trace = check_trace(tmp_path / "b", module, IMAGES)
    assert trace.document["task"] == {"kind": "score"} and trace.document["test"] == {"inputs": "test/inputs"}


def adapted(module, targets):
    add_lora(module, targets, rank=2, alpha=3)
    return randomised(module)


def test_an_adapter_inside_a_loop_is_merged_too(tmp_path):
    module = nn.Sequential(Repeat(nn.Linear(5, 5), 3), nn.Linear(5, 2))
    adapted(module, ["body"])
    inputs = samples((5,), count=6).astype(numpy.float32)
    export(module, inputs, tmp_path)
    trace = check_trace(tmp_path, module, inputs)
    assert trace.document["phases"][0]["rewrite"]["weights"] == "merged"


class Tied(nn.Module):
    """Scores of the next word, with the table of words as the weight of the last layer."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(7, 4)
        self.head = nn.Linear(4, 7, bias=False)
        self.head.weight = self.words.weight

    def forward(self, x):
        return self.head(self.words(x).mean(1))


def test_an_adapter_on_a_weight_with_other_users_stays_in_the_rewrite(tmp_path):
    module = adapted(Tied(), ["head"])
    words = numpy.arange(12).reshape(4, 3) % 7
    export(module, words, tmp_path)
    (phase,) = load_trace(tmp_path).document["phases"]
    assert phase["rewrite"]["weights"] == "base" and phase["rewrite"]["adapters"] == ["default"]


def test_constants_that_forward_makes_are_of_the_inputs_type(tmp_path):
    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(3, 5, batch_first=True)

        def forward(self, x):
            start = torch.zeros(1, x.shape[0], 5)
            return self.lstm(x, (start, start))[0][:, -1] @ torch.ones(5, 2)

    inputs = samples((4, 3), count=6).astype(numpy.float32)
    export(randomised(Reader()), inputs, tmp_path)
    assert torch.get_default_dtype() == torch.float32


def test_active_adapters_are_the_hybrid_and_merged_in_the_rewrite(tmp_path):
    module = tiny_network()
    activate_adapters(module, ["second", "last"])
    inputs = samples((3, 4))
    export(module, inputs, tmp_path, labels=[0, 1, 2, 3, 5])
    trace = check_trace(tmp_path, module, inputs)
    hybrid, rewrite = (trace.document["phases"][0][kind] for kind in ("hybrid", "rewrite"))
    assert (hybrid["weights"], hybrid["adapters"]) == ("base", ["second", "last"])
    assert (rewrite["weights"], rewrite["adapters"]) == ("merged", [])
    assert list(trace.document["adapters"]) == ["second", "last"]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"labels": [0], "targets": [0.5]}, "^labels, targets: expected one of them"),
        ({"labels": numpy.zeros(70)}, "^labels: expected whole numbers, got float64"),
        ({"labels": LABELS[:3]}, r"^test: labels: expected shape \[70\], got \[3\]"),
        ({"labels": LABELS + 1}, r"^test: labels: expected classes 0\.\.3, got 4 \(sample 3\)"),
        ({"targets": numpy.zeros((70, 5))}, r"^test: targets: expected shape \[70, 4\], got \[70, 5\]"),
        ({"calibration_inputs": IMAGES[:, 0]}, r"^calibration: inputs: expected shape \[n, 1, 6, 6\], got \[70, 6, 6"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(tmp_path, options, message):
    with refused(message):
        export(network(), IMAGES, tmp_path, **options)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    "inputs, message",
    [
        ([[0.5]], r"^example_inputs: expected a numpy array or a tensor, got \[\[0\.5\]\]"),
        (
            numpy.zeros(3),
            r"^example_inputs: expected samples \[samples, \.\.\.\], at least one, got shape \[3\]",
        ),
        (numpy.zeros((0, 1, 6, 6)), "^example_inputs: expected samples .* at least one"),
        (numpy.zeros((2, 3), complex), "^example_inputs: expected real numbers, got complex128"),
        (numpy.full((2, 1, 6, 6), numpy.nan), "finite"),
    ],
)
def test_inputs_of_another_kind_are_named(tmp_path, inputs, message):
    with refused(message):
        export(network(), inputs, tmp_path)


def test_classes_need_scores_of_one_dimension(tmp_path):
    with refused(r"^network: expected an output of shape \[classes\].*got \[3, 4, 4\]", TraceError):
        export(nn.Sequential(nn.Conv2d(1, 3, 3)), IMAGES, tmp_path, labels=LABELS)
