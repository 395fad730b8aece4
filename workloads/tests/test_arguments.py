"""Functions that are given something else than they expect say so in one line."""

import copy

import numpy
import pytest
import torch
from bare import Bare
from refusal import refused
from tiny import tiny_network
from torch import nn

from palimpsest_export import (
    ExportError,
    LoraLinear,
    RMSNorm,
    activate_adapters,
    adapter_values,
    add_adapter,
    parameter_values,
    reference_outputs,
    trace_network,
)

INPUTS = numpy.zeros((5, 3, 4), numpy.uint8)


def test_a_message_is_one_bounded_line():
    assert str(ExportError("one\ntwo\r\n  three\x1b")) == "one two three\\x1b"
    assert str(ExportError("x" * 1000)) == "x" * 597 + "..."


class Forgetful(nn.Module):
    def __init__(self):
        self.size = 3


NO_MODULES = {
    "function": (lambda x: x, r"^module: expected a torch\.nn\.Module, got <function"),
    "nothing": (None, r"^module: expected a torch\.nn\.Module, got None \(NoneType\)"),
    "class": (nn.Linear, r"^module: expected a torch\.nn\.Module, got <class '.*Linear'> \(type\)"),
    "parameters": (nn.Linear(4, 2).state_dict(), r"^module: expected a torch\.nn\.Module, got OrderedDict"),
}


@pytest.mark.parametrize("module, message", NO_MODULES.values(), ids=NO_MODULES.keys())
def test_what_is_no_module_is_refused(module, message):
    network = trace_network(tiny_network(), (3, 4), 1.0, 0.0)
    for call in (
        lambda: trace_network(module, (3, 4), 1.0, 0.0),
        lambda: reference_outputs(module, network, INPUTS),
        lambda: parameter_values(module, network),
        lambda: adapter_values(module, network, "first"),
        lambda: add_adapter(module, "third", 1, 1, numpy.random.default_rng(0)),
        lambda: activate_adapters(module, ["first"]),
    ):
        with refused(message):
            call()


def test_a_module_that_was_not_set_up_is_refused():
    with refused(r"the __init__ of test_arguments\.Forgetful does not call super\(\)\.__init__\(\)"):
        trace_network(Forgetful(), (3, 4), 1.0, 0.0)


def test_what_is_no_network_is_refused():
    module = tiny_network()
    for call in (
        lambda: reference_outputs(module, module, INPUTS),
        lambda: parameter_values(module, module),
        lambda: adapter_values(module, module, "first"),
    ):
        with refused(r"^network: expected what trace_network\(\) gives, got TinyNetwork"):
            call()


@pytest.mark.parametrize(
    "shape, scale, offset, message",
    [
        ((), 1.0, 0.0, r"input_shape: expected the shape of one sample, 1\.\.8 sizes .*got \(\)"),
        ((1,) * 9, 1.0, 0.0, r"input_shape: .*got \(1, 1, 1"),
        ((3, 4.0), 1.0, 0.0, r"input_shape: .*got \(3, 4\.0\)"),
        (4, 1.0, 0.0, r"input_shape: .*got 4"),
        ((0, 4), 1.0, 0.0, r"input_shape: .*got \(0, 4\)"),
        ((70000, 4), 1.0, 0.0, r"input_shape: .* of 1\.\.65536, got \(70000, 4\)"),
        ((3, 4), torch.tensor(1.0), 0.0, r"input_scale: expected a number within .*got tensor\(1\.\)"),
        ((3, 4), "1", 0.0, "input_scale: expected a number within .*got '1'"),
        ((3, 4), float("nan"), 0.0, "input_scale: expected a number within .*got nan"),
        ((3, 4), 10**400, 0.0, r"input_scale: expected a number within \+-1e\+06, got 1000"),
        ((3, 4), 0, 0.0, "input_scale: expected a number other than 0"),
        ((3, 4), 1.0, None, "input_offset: expected a number within .*got None"),
    ],
)
def test_a_wrong_input_is_named(shape, scale, offset, message):
    with refused(message):
        trace_network(tiny_network(), shape, scale, offset)


@pytest.mark.parametrize(
    "inputs, message",
    [
        (numpy.zeros((5, 12), numpy.uint8), r"inputs: expected shape \[n, 3, 4\], got \[5, 12\]"),
        (numpy.zeros((3, 4), numpy.uint8), r"inputs: expected shape \[n, 3, 4\], got \[3, 4\]"),
        (numpy.zeros((5, 3, 4)), r"inputs: expected uint8, got float64"),
        (
            torch.zeros(5, 3, 4, dtype=torch.uint8),
            r"inputs: expected a numpy array of uint8, got a torch\.Tensor",
        ),
        (numpy.zeros((0, 3, 4), numpy.uint8), "inputs: expected at least one sample"),
        ([[[0]]], r"inputs: expected a numpy array of uint8, got a list"),
    ],
)
def test_inputs_of_another_kind_have_no_reference(inputs, message):
    module = tiny_network()
    with refused(message):
        reference_outputs(module, trace_network(module, (3, 4), 1.0, 0.0), inputs)


def test_a_module_must_give_class_scores():
    module = tiny_network()
    network = trace_network(module, (3, 4), 1.0, 0.0)
    for answer, message in (
        (
            lambda *_: (1, 2),
            r"^the network \(tiny\.TinyNetwork\) gives a tuple, expected a tensor",
        ),
        (lambda *_: torch.zeros(5, 7), r"gives shape \[5, 7\], expected \[5, 6\]"),
        (lambda *_: torch.zeros(6, 5), r"gives shape \[6, 5\], expected \[5, 6\]"),
        (lambda *_: torch.full((5, 6), 1e39, dtype=torch.float64), "not a finite float32 number$"),
        (lambda *_: torch.full((5, 6), float("nan")), "not a finite float32 number$"),
    ):
        handle = module.register_forward_hook(answer)
        with refused(message):
            reference_outputs(module, network, INPUTS)
        handle.remove()


def test_a_module_that_fails_has_no_reference():
    network = trace_network(tiny_network(), (3, 4), 1.0, 0.0)
    module = Bare(lambda m, x: m.square(x))
    with refused(r"^the network \(bare\.Bare\) fails on float64 inputs of shape \[5, 3, 4\] \(Runtime.*mat1"):
        reference_outputs(module, network, INPUTS)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_parameters_that_are_not_finite_are_named(value):
    module = tiny_network()
    network = trace_network(module, (3, 4), 1.0, 0.0)
    with torch.no_grad():
        module.tokens.weight[2, 1] = value
        module.output.lora_B["second"].weight[5, 1] = value
    with refused(
        r"^tokens \(torch\.nn\.Linear\): weight: expected finite float32 numbers, got \w+ at \[2, 1\]"
    ):
        parameter_values(module, network)
    with refused(r"^adapter 'second': output \(.*LoraLinear\): lora_B: .*finite float32 .* at \[5, 1\]"):
        adapter_values(module, network, "second")
    with refused("not a finite float32 number; its parameter 'tokens.weight' has one too"):
        reference_outputs(module, network, INPUTS)


def other_shape(module):
    module.tokens = nn.Linear(3, 3).double()


def no_weight(module):
    module.tokens.weight = None


def other_layer(module):
    module.tokens = nn.Identity()


def complex_weight(module):
    module.tokens.weight = nn.Parameter(torch.zeros(3, 3, dtype=torch.complex64))


@pytest.mark.parametrize(
    "change, message",
    [
        (
            other_shape,
            r"parameter 'tokens\.bias' with shape \[3\], the network no shape \(it is not there\); was another",
        ),
        (no_weight, r"^tokens \(torch\.nn\.Linear\) cannot be recorded \(tiny\.py:\d+\): TypeError: linear"),
        (
            other_layer,
            r"parameter 'tokens\.weight' with shape no shape \(it is not there\), the network \[3, 3\]",
        ),
        (
            complex_weight,
            r"^tokens \(torch\.nn\.Linear\) cannot be recorded \(tiny\.py:\d+\): RuntimeError: ",
        ),
    ],
)
def test_parameters_of_another_network_are_refused(change, message):
    module = tiny_network()
    network = trace_network(module, (3, 4), 1.0, 0.0)
    change(module)
    with refused(message):
        parameter_values(module, network)


def without_rank(module):
    del module.up.rank["first"]


def without_b(module):
    del module.up.lora_B["first"]


@pytest.mark.parametrize(
    "change, name, message",
    [
        (copy.copy, "third", "^adapter 'third': no layer of the network has it"),
        (copy.copy, ["first"], r"^adapter: expected a name, got \['first'\]"),
        (without_rank, "first", r"^adapter 'first': up \(.*LoraLinear\) has no rank or alpha of it"),
        (without_b, "first", r"^adapter 'first': up \(.*LoraLinear\) has no lora_B of it"),
    ],
)
def test_an_adapter_that_is_not_whole_is_refused(change, name, message):
    module = tiny_network()
    network = trace_network(module, (3, 4), 1.0, 0.0)
    change(module)
    with refused(message):
        adapter_values(module, network, name)


@pytest.mark.parametrize("name", ["", "a.b", "a b", "keys", 3, "µ"])
def test_an_adapter_needs_a_name(name):
    with refused("^adapter: expected a name of letters, digits, _ and -, got "):
        add_adapter(tiny_network(), name, 1, 1, numpy.random.default_rng(0))


def test_an_adapter_needs_layers_of_its_own_and_a_numpy_generator():
    generator = numpy.random.default_rng(0)
    with refused("^adapter 'a': Linear has no LoraLinear to put it on"):
        add_adapter(nn.Linear(4, 2), "a", 1, 1, generator)
    with refused("^Linear has no adapter 'a'"):
        activate_adapters(nn.Linear(4, 2), ["a"])
    with refused("^adapter 'a': expected a LoraLinear of nn.Linear, got one of Conv1d"):
        add_adapter(LoraLinear(nn.Conv1d(3, 3, 1)), "a", 1, 1, generator)
    with refused(r"^LoraLinear: base_layer: expected an nn\.Linear, got None"):
        LoraLinear(None)
    for wrong in (None, 3, torch.Generator()):
        with refused(r"^adapter 'a': generator: expected a numpy\.random\.Generator, got "):
            add_adapter(tiny_network(), "a", 1, 1, wrong)
    with refused("^adapters: expected a list of names, got 'first'"):
        activate_adapters(tiny_network(), "first")


@pytest.mark.parametrize("features", [0, -1, 2.0, (3, 4)])
def test_a_norm_needs_features(features):
    with refused("^RMSNorm: features must be a whole number, at least 1, got "):
        RMSNorm(features)
