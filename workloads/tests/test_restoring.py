"""Adapters for one chip: the chip's weights in a module, and the files between the simulator and PyTorch."""

import json
from pathlib import Path

import numpy
import pytest
import torch
from refusal import refused
from small_export import samples, traced
from tiny import TinyNetwork, tiny_network
from torch import nn

from palimpsest_export import (
    Adapter,
    ChipWeights,
    LoraLinear,
    LowRank,
    activate_adapters,
    adapter_values,
    add_adapter,
    decode_tensors,
    encode_tensors,
    on_chip,
    parameter_values,
    read_chip_weights,
    set_adapter,
    trace_adapter,
    write_adapter,
)
from palimpsest_export.interpreter import load_trace
from palimpsest_export.safetensors import decode_metadata

REPOSITORY = Path(__file__).resolve().parents[2]
CHIP = {"architecture_sha256": "a" * 64, "trace_sha256": "b" * 64, "seed": "18446744073709551615"}
METADATA = {"schema": "palimpsest.deployed_weights", "version": "1", "phase": "learn", **CHIP}


def chip_weights(network, seed=1):
    """Random weights for the network's parameters."""
    generator = numpy.random.default_rng(seed)
    shapes = network.parameters.items()
    values = {name: generator.uniform(-1, 1, shape).astype(numpy.float32) for name, shape in shapes}
    return ChipWeights(values, dict(CHIP), "learn")


def inputs():
    return torch.from_numpy(samples() / 32.0 - 4.0)


def test_the_module_computes_with_the_chips_weights_and_its_own_adapters():
    module = tiny_network()
    network = traced(module)
    weights = chip_weights(network)
    before = {name: value.clone() for name, value in module.named_parameters()}
    chip = on_chip(module, network, weights)
    # A network that is made of those weights by hand.
    expected = tiny_network()
    places = {"norm.gain": expected.norm.gain, "tokens.weight": expected.tokens.weight}
    for layer in ("up", "output"):
        for key, value in getattr(expected, layer).base_layer.named_parameters():
            places[f"{layer}.{key}"] = value
    assert set(places) == set(network.parameters)
    with torch.no_grad():
        for name, place in places.items():
            place.copy_(torch.from_numpy(weights.values[name]))
    for adapters in ([], ["second"], ["first", "last"]):
        for one in (chip, expected):
            activate_adapters(one, adapters)
        assert torch.equal(chip(inputs()), expected(inputs()))
    for name, value in module.named_parameters():
        assert torch.equal(value, before[name])


def test_gradients_are_those_of_the_float_network_and_of_the_adapters_alone():
    module = tiny_network()
    network = traced(module)
    chip = on_chip(module, network, chip_weights(network))
    activate_adapters(chip, ["second"])
    chip(inputs()).square().sum().backward()
    trained = {name for name, value in chip.named_parameters() if value.grad is not None}
    assert trained == {name for name, _ in chip.named_parameters() if ".second." in name}
    assert {name for name, value in chip.named_parameters() if value.requires_grad} == {
        name for name, _ in chip.named_parameters() if "lora_" in name
    }
    matrix = chip.output.lora_B["second"].weight
    with torch.no_grad():
        found = matrix.grad[2, 1].item()
        losses = []
        for step in (1e-5, -2e-5):
            matrix[2, 1] += step
            losses.append(chip(inputs()).square().sum().item())
    assert found == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-5)


class Attention(nn.Module):
    """The parts of one parameter are parameters of the trace."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x, need_weights=False)[0]


def test_weights_that_are_parts_of_a_parameter_have_the_chips_values():
    module = Attention().double()
    network = traced(module)
    weights = chip_weights(network)
    chip = on_chip(module, network, weights)
    for name, values in parameter_values(chip, network).items():
        numpy.testing.assert_array_equal(values, weights.values[name])
    assert not torch.equal(chip(inputs()), module(inputs()))


class Series(nn.Module):
    """The layers of a loop are used in every iteration; an LSTM becomes a scan in the copy."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 5, batch_first=True)
        self.output = LoraLinear(nn.Linear(5, 3))

    def forward(self, x):
        return self.output(self.lstm(x)[0][:, -1])


def test_weights_in_a_loop_have_the_chips_values():
    module = Series().double()
    add_adapter(module, "a", 2, 2, numpy.random.default_rng(0))
    network = traced(module)
    weights = chip_weights(network)
    chip = on_chip(module, network, weights)
    for name, values in parameter_values(chip, network).items():
        numpy.testing.assert_array_equal(values, weights.values[name])
    trained = {name for name, value in chip.named_parameters() if value.requires_grad}
    assert trained == {"output.lora_A.a.weight", "output.lora_B.a.weight"}
    assert not torch.equal(chip(inputs()), module(inputs()))


class Folded(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(12, 3)
        self.norm = nn.BatchNorm1d(3)

    def forward(self, x):
        return self.norm(self.layer(x.flatten(1)))


def test_weights_that_do_not_fit_are_refused():
    folded = Folded().eval()
    with torch.no_grad():
        folded.norm.running_var.copy_(torch.tensor([4.0, 9.0, 16.0]))
    network = traced(folded)
    with refused("the module computes it from several parameters"):
        on_chip(folded, network, chip_weights(network))
    module = tiny_network()
    network = traced(module)
    weights = chip_weights(network)
    lacking = {name: value for name, value in weights.values.items() if name != "norm.gain"}
    with refused("weights: norm.gain: only the network has it"):
        on_chip(module, network, ChipWeights(lacking, CHIP, "learn"))
    with refused("weights: other: only the chip has it"):
        on_chip(module, network, ChipWeights({**weights.values, "other": lacking["up.bias"]}, CHIP, "learn"))
    odd = {**weights.values, "up.weight": weights.values["up.weight"].T.copy()}
    with refused(r"weights: up.weight: expected shape \[5, 4\], got \[4, 5\]"):
        on_chip(module, network, ChipWeights(odd, CHIP, "learn"))
    with refused("weights: expected what read_chip_weights"):
        on_chip(module, network, weights.values)


def test_chip_weights_are_read_with_what_tells_the_chip(tmp_path):
    path = tmp_path / "learn.safetensors"
    values = {"a.weight": numpy.arange(6, dtype=numpy.float32).reshape(2, 3)}
    path.write_bytes(encode_tensors(values, {**METADATA, "provenance": "{}"}))
    read = read_chip_weights(path)
    assert (read.chip, read.phase) == (CHIP, "learn")
    numpy.testing.assert_array_equal(read.values["a.weight"], values["a.weight"])
    path.write_bytes(encode_tensors(values, {**METADATA, "fault_map_sha256": "c" * 64}))
    assert read_chip_weights(path).chip == {**CHIP, "fault_map_sha256": "c" * 64}
    for key in METADATA:
        path.write_bytes(encode_tensors(values, {**METADATA, key: "2"}))
        if key in ("schema", "version"):
            with refused(f"learn.safetensors: metadata: {key}: expected .*, got 2"):
                read_chip_weights(path)
        path.write_bytes(encode_tensors(values, {k: v for k, v in METADATA.items() if k != key}))
        with refused(f"learn.safetensors: metadata: {key}: expected .*, got nothing"):
            read_chip_weights(path)
    for seed in ("", "-1", "1.0", "one", "1" * 5000):
        path.write_bytes(encode_tensors(values, {**METADATA, "seed": seed}))
        with refused("learn.safetensors: metadata: seed: expected a whole number, got"):
            read_chip_weights(path)
    path.write_bytes(encode_tensors({"a": numpy.array([1, numpy.nan], numpy.float32)}, METADATA))
    with refused(r"learn.safetensors: a: expected finite float32 numbers, got nan at \[1\]"):
        read_chip_weights(path)
    path.write_bytes(encode_tensors({"a": numpy.array([1, 2])}, METADATA))
    with refused("learn.safetensors: a: expected float32, got int64"):
        read_chip_weights(path)
    path.write_bytes(b"PK\x03\x04 no tensors, but long enough")
    with refused("learn.safetensors: expected a safetensors file, got a zip archive"):
        read_chip_weights(path)
    with pytest.raises(FileNotFoundError):
        read_chip_weights(tmp_path / "none")


def test_an_adapter_is_written_for_its_chip(tmp_path):
    module = tiny_network()
    network = traced(module)
    weights = chip_weights(network)
    adapter = adapter_values(module, network, "last")
    path = tmp_path / "last.adapter"
    path.write_text("an older one", encoding="utf-8")
    write_adapter(path, "last", adapter, weights)
    data = path.read_bytes()
    assert decode_metadata(data) == {
        "schema": "palimpsest.adapter", "version": "1", "adapter": "last", "phase": "learn", **CHIP,
    }  # fmt: skip
    tensors = decode_tensors(data)
    assert len(tensors) == 3 * len(adapter.layers)
    for layer, low in adapter.layers.items():
        numpy.testing.assert_array_equal(tensors[f"{layer}/lora_A"], low.down)
        numpy.testing.assert_array_equal(tensors[f"{layer}/lora_B"], low.up)
        numpy.testing.assert_array_equal(tensors[f"{layer}/scale"], numpy.float32([low.scale]))
    diverged = {layer: LowRank(low.scale, low.down, low.up * numpy.inf) for layer, low in adapter.layers.items()}
    with refused("adapter 'last': .*/lora_B: expected finite float32 numbers, got "):
        write_adapter(path, "last", Adapter(diverged), weights)
    assert path.read_bytes() == data
    assert [file.name for file in tmp_path.iterdir()] == ["last.adapter"]
    with pytest.raises(FileNotFoundError):
        write_adapter(tmp_path / "none" / "x", "last", adapter, weights)


def test_an_adapters_matrices_are_put_into_a_module():
    module = tiny_network()
    network = traced(module)
    other = TinyNetwork().double()
    add_adapter(other, "second", 2, 6, numpy.random.default_rng(5))
    adapter = adapter_values(module, network, "second")
    set_adapter(other, "second", adapter)
    found = adapter_values(other, network, "second")
    for layer, low in adapter.layers.items():
        numpy.testing.assert_array_equal(found.layers[layer].down, low.down)
        numpy.testing.assert_array_equal(found.layers[layer].up, low.up)
    with refused("expected scale 21, got 3") as _:
        layers = {layer: LowRank(21.0, low.down, low.up) for layer, low in adapter.layers.items()}
        set_adapter(other, "second", Adapter(layers))
    with refused("expected layers"):
        set_adapter(other, "second", Adapter({"up": adapter.layers["up"]}))
    with refused(r"expected a matrix \[1, 4\], got \[2, 4\]"):
        layers = {layer: LowRank(low.scale, low.down[:1], low.up[:, :1]) for layer, low in adapter.layers.items()}
        set_adapter(other, "second", Adapter(layers))


def test_an_adapter_of_a_trace_is_read():
    trace = load_trace(REPOSITORY / "traces" / "face")
    adapter = trace_adapter(trace, "unlearn")
    assert set(adapter.layers) == set(trace.document["adapters"]["unlearn"]["layers"])
    low = adapter.layers["classifier"]
    assert low.scale == 1.0 and low.down.shape == (6, 20) and low.up.shape == (6, 6)
    numpy.testing.assert_array_equal(low.up, trace.tensors["adapters/unlearn/classifier/lora_B"])
    with refused(r"adapter 'forget': expected one of the trace \(restore, unlearn, continual\)"):
        trace_adapter(trace, "forget")


def test_metadata_stands_in_the_header():
    tensors = {"a": numpy.zeros(2, numpy.float32)}
    data = encode_tensors(tensors, {"z": "1", "b": "ü"})
    assert decode_metadata(data) == {"b": "ü", "z": "1"}
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert list(header) == ["__metadata__", "a"] and list(header["__metadata__"]) == ["b", "z"]
    assert decode_metadata(encode_tensors(tensors)) == {}
