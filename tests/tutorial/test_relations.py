"""Networks and chips that differ in a way that must not matter, or matters in a way that is known exactly."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "workloads"))

from palimpsest_export import LIF, Scan, export  # noqa: E402
from palimpsest_export.safetensors import decode_tensors  # noqa: E402

NO_NOISE = {
    "/programmer/method": "exact",
    "/resistive_memory/read_noise": 0,
    "/tile/tia/noise_volt": 0,
    "/tile/adc/noise_volt": 0,
}
NO_WIRES = {**NO_NOISE, "/tile/wires/ir_drop": "off"}
OF_TIME = ("leakage", "static_power")
"""Components that are powers."""


class Step(nn.Module):
    def __init__(self):
        super().__init__()
        self.input, self.recurrent = nn.Linear(20, 32), nn.Linear(32, 32)
        self.neurons = LIF(leak=0.5, threshold=0.25, reset="subtract")

    def forward(self, spikes, membrane, x):
        spikes, membrane = self.neurons(self.input(x) + self.recurrent(spikes), membrane)
        return spikes, membrane, spikes


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = Scan(Step(), zeros=((32,), (32,)))
        self.readout = nn.Linear(32, 4)

    def forward(self, x):
        return self.readout(self.hidden(None, x)[1].mean(dim=1))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Network()


@pytest.fixture(scope="module")
def inputs():
    return (torch.rand(24, 10, 20, generator=torch.Generator().manual_seed(1)) < 0.2).float()


@pytest.fixture
def outcome(tmp_path):
    """A function of (module, inputs, overrides): the inference stage of a run, and the outputs of its samples."""

    def of(module, inputs, overrides, calibration=None, spikes=True):
        export(module, inputs, tmp_path / "trace", calibration_inputs=calibration, spikes=spikes)
        command = [os.environ["PALIMPSEST_BINARY"], "run", "--arch", str(ROOT / "arch" / "rm180.json"), "--trace"]
        command += [str(tmp_path / "trace"), "--quiet", "--baselines", "none", "--stages", "inference"]
        command += ["--json", str(tmp_path / "report.json"), "--scores", str(tmp_path / "scores")]
        command += [word for place, value in overrides.items() for word in ("--set", f"{place}={value}")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        stage = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["phases"][0]["stages"]["inference"]
        return stage, decode_tensors((tmp_path / "scores").read_bytes())["hybrid/deploy/outputs"]

    return of


def check_same(one, other, but=()):
    """Every figure is the same, but for components of the energy, whose rounding is that of sums in another order."""
    assert one["cycles"] == other["cycles"] and one["conversions"] == other["conversions"]
    assert one["sram"] == other["sram"] and one["active_inputs"] == other["active_inputs"]
    for component, joule in one["components"].items():
        if component not in but:
            assert other["components"][component] == pytest.approx(joule, rel=1e-8), component


def test_twice_the_weights_and_thresholds_are_the_same_chip(network, inputs, outcome):
    # The mapping follows the largest weight, so every cell is the same, and a factor of two is exact.
    doubled = copy.deepcopy(network)
    body = doubled.hidden.body
    with torch.no_grad():
        for layer in (body.input, body.recurrent):
            layer.weight *= 2
            layer.bias *= 2
    body.neurons.threshold *= 2
    (stage, outputs), (other, of_doubled) = outcome(network, inputs, {}), outcome(doubled, inputs, {})
    numpy.testing.assert_array_equal(of_doubled, outputs)
    assert other["components"] == stage["components"] and other["cycles"] == stage["cycles"]


def test_the_order_of_inputs_is_that_of_the_lines(network, inputs, outcome):
    order = torch.randperm(20, generator=torch.Generator().manual_seed(2))
    permuted = copy.deepcopy(network)
    layer = permuted.hidden.body.input
    layer.weight = nn.Parameter(layer.weight.detach()[:, order])
    stage, outputs = outcome(network, inputs, NO_WIRES)
    other, of_permuted = outcome(permuted, inputs[..., order], NO_WIRES)
    numpy.testing.assert_array_equal(of_permuted, outputs)
    check_same(stage, other)


def test_samples_leave_nothing_behind(network, inputs, outcome):
    stage, outputs = outcome(network, inputs, NO_NOISE, calibration=inputs)
    other, backwards = outcome(network, inputs.flip(0), NO_NOISE, calibration=inputs)
    numpy.testing.assert_array_equal(backwards[::-1], outputs)
    check_same(stage, other)


def test_a_recurrent_sum_is_the_same_whichever_way_round_it_is_written(network, inputs, outcome):
    class Reversed(Step):
        def forward(self, spikes, membrane, x):
            spikes, membrane = self.neurons(self.recurrent(spikes) + self.input(x), membrane)
            return spikes, membrane, spikes

    turned = copy.deepcopy(network)
    turned.hidden.body.__class__ = Reversed
    (stage, outputs), (other, of_turned) = outcome(network, inputs, {}), outcome(turned, inputs, {})
    numpy.testing.assert_array_equal(of_turned, outputs)
    assert other["components"] == stage["components"] and other["cycles"] == stage["cycles"]


def test_without_gated_lines_spikes_are_values_of_zero_and_one(network, inputs, outcome):
    overrides = {**NO_NOISE, "/tile/dac/gated_inputs": "none"}
    stage, outputs = outcome(network, inputs, overrides)
    other, of_values = outcome(network, inputs, overrides, spikes=False)
    numpy.testing.assert_array_equal(of_values, outputs)
    check_same(stage, other)


def test_gating_drives_a_line_for_each_active_input(network, inputs, outcome):
    stage, outputs = outcome(network, inputs, NO_NOISE)
    other, of_all = outcome(network, inputs, {**NO_NOISE, "/tile/dac/gated_inputs": "all"})
    numpy.testing.assert_array_equal(of_all, outputs)
    inputs_of = {"hidden.body.input.weight": 24 * 10 * 20, "hidden.body.recurrent.weight": 24 * 10 * 32}
    spikes = sum(count * stage["active_inputs"][weight] for weight, count in inputs_of.items())
    counts, of_gated = stage["conversions"], other["conversions"]
    assert counts["spike_updates"] == of_gated["spike_updates"] == pytest.approx(spikes, abs=1e-6)
    # Rates are no spikes: all 32 lines of the readout, or those whose rate is not zero.
    rates = 24 * 32 * other["active_inputs"]["readout.weight"]
    assert counts["dac_updates"] == 24 * 32 and of_gated["dac_updates"] == pytest.approx(rates, abs=1e-6)
    check_same({**stage, "conversions": 0}, {**other, "conversions": 0}, but=("dac", "word_lines"))
    for component in ("dac", "word_lines"):
        assert other["components"][component] < stage["components"][component]


def test_half_the_clock_changes_no_answer_and_what_energy_goes_with_time_alone(network, inputs, outcome):
    stage, outputs = outcome(network, inputs, {})
    other, of_slow = outcome(network, inputs, {"/clock_period_ps": 20_000})
    numpy.testing.assert_array_equal(of_slow, outputs)
    longer = other["seconds"] / stage["seconds"]
    assert 1 < longer < 2  # reads, settling and conversions take their nanoseconds
    for component, joule in stage["components"].items():
        factor = longer if component in OF_TIME else 1
        assert other["components"][component] == pytest.approx(factor * joule, rel=1e-8), component


SWITCHES = [f"/data_path/{name}" for name in ("tile_groups", "fused_functions", "fused_values", "permutation_by_address")]


@pytest.mark.parametrize("off", [*([switch] for switch in SWITCHES), SWITCHES])
def test_no_switch_of_the_data_path_changes_a_value_that_is_stored_finely(network, inputs, outcome, off):
    fine = {"/sram/activation_bits": 22, "/tile/dac/bits": 22, "/tile/adc/bits": 22, "/lora_unit/bits": 22}
    small = {**NO_WIRES, **fine, "/tile/rows": 16, "/tile/columns": 17}
    _, outputs = outcome(network, inputs, small)
    _, of_off = outcome(network, inputs, {**small, **dict.fromkeys(off, "false")})
    assert numpy.abs(of_off - outputs).max() < 1e-4 * numpy.abs(outputs).max()
