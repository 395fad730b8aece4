"""A trace that does not compute what its module computes is not written, whatever the reason."""

import copy

import numpy
import pytest
import torch
from refusal import refused
from small_export import samples, small_export, traced
from tiny import tiny_network, tiny_trace
from torch import nn

from palimpsest_export import (
    TraceError,
    UnsupportedOperation,
    activate_adapters,
    reference_outputs,
    write_trace,
)
from palimpsest_export.interpreter import load_trace


class Layer(nn.Module):
    """A linear layer, and then what a function of (module, x) makes of it."""

    def __init__(self, function):
        super().__init__()
        self.linear = nn.Linear(4, 2).double()
        self.drop = nn.Dropout(0.5)
        self.function = function
        self.calls = 0

    def forward(self, x):
        return self.function(self, self.linear(x)).mean(1)


def not_while_recorded(module, x):
    return x if getattr(x, "recorded", None) else x.relu()


def other_type(module, x):
    return torch.relu(x) if type(x) is torch.Tensor else x


UNSEEN = [not_while_recorded, other_type]


@pytest.mark.parametrize("function", UNSEEN)
def test_what_recording_did_not_see_is_refused(tmp_path, function):
    trace = small_export(Layer(function))
    with pytest.raises(
        TraceError, match="phase learn: hybrid: the exported network does not compute"
    ) as caught:
        write_trace(trace, tmp_path / "a" / "b")
    assert "\n" not in str(caught.value)
    assert not any(tmp_path.iterdir())


def test_a_replaced_forward_function_of_a_type_is_exported(tmp_path, monkeypatch):
    monkeypatch.setattr(
        nn.Linear, "forward", lambda self, x: nn.functional.linear(x, -self.weight, self.bias)
    )
    module = Layer(lambda module, x: x)
    write_trace(small_export(module), tmp_path)
    weight = load_trace(tmp_path).tensors["weights/base/linear.weight"]
    numpy.testing.assert_array_equal(weight, -module.linear.weight.detach().numpy().astype(numpy.float32))


def test_a_hook_on_all_modules_is_exported(tmp_path):
    handle = torch.nn.modules.module.register_module_forward_hook(
        lambda module, inputs, output: 1.001 * output if isinstance(output, torch.Tensor) else None
    )
    try:
        trace = small_export(Layer(lambda module, x: x))
    finally:
        handle.remove()
    write_trace(trace, tmp_path)
    kinds = [step["operation"] for step in load_trace(tmp_path).document["network"]["operations"]]
    assert kinds == ["linear", "multiply", "mean", "multiply"]


def hook_added(network):
    network.tokens.register_forward_hook(lambda module, inputs, output: -output)


def spectral_norm_added(network):
    network.tokens = nn.utils.spectral_norm(network.tokens)


def layer_added(network):
    network.activation = nn.Sequential(nn.GELU(), nn.ReLU())


@pytest.mark.parametrize(
    "change, message",
    [
        (hook_added, r"tokens \(.*\): a forward hook"),
        (spectral_norm_added, r"tokens \(.*\): spectral norm"),
        (layer_added, r"the network \(.*\) computes something else than the network; was another module"),
    ],
)
def test_a_module_that_changed_after_tracing_is_refused(change, message):
    network = tiny_network()
    stated = traced(network)
    change(network)
    with refused(message):
        small_export(network, stated)


def other_weights(trace):
    trace.phases[1].rewrite.weights = "base"
    return "phase change: rewrite: .*weights base with adapters first"


def other_adapters(trace):
    trace.phases[1].hybrid.adapters = ["first", "second"]
    return "phase change: hybrid: .*weights changed with adapters first, second"


def other_alpha(trace):
    trace.adapters["second"].layers["up"].scale *= 1.01
    return "phase learn: hybrid"


def other_samples(trace):
    trace.test_inputs = trace.test_inputs[::-1].copy()
    return "phase learn: hybrid"


def one_sample(trace):
    trace.test_inputs[6, 1, 2] ^= 64
    return r"phase change: hybrid: .*\(sample 4 of the phase, output \d\)"


def other_scale(trace):
    trace.network.input_scale *= 1.01
    return "phase learn: hybrid"


def one_weight(trace):
    trace.weights["rewritten"]["tokens.weight"][2, 1] += 1e-3
    return "phase change: rewrite"


def swapped_operands(trace):
    up = next(step for step in trace.network.operations if step.name == "up")
    up.inputs = ["input"]
    return "phase learn: hybrid"


WRONG = [
    other_weights,
    other_adapters,
    other_alpha,
    other_samples,
    one_sample,
    other_scale,
    one_weight,
    swapped_operands,
]


@pytest.mark.parametrize("spoil", WRONG)
def test_references_that_are_not_the_traces_are_refused_and_the_old_trace_stays(tmp_path, spoil):
    write_trace(tiny_trace(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    trace = tiny_trace(seed=1)
    message = spoil(trace)
    with pytest.raises(TraceError, match=message):
        write_trace(trace, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("shift, refused", [(0.9e-5, False), (1.1e-5, True)])
def test_the_largest_output_sets_what_is_allowed(tmp_path, shift, refused):
    trace = tiny_trace()
    reference = trace.phases[1].rewrite.reference.astype(numpy.float64)
    smallest = numpy.unravel_index(numpy.abs(reference).argmin(), reference.shape)
    reference[smallest] += shift * numpy.abs(reference).max()
    trace.phases[1].rewrite.reference = reference
    if refused:
        with pytest.raises(TraceError, match="phase change: rewrite"):
            write_trace(trace, tmp_path)
    else:
        write_trace(trace, tmp_path)


@pytest.mark.parametrize("scale", [1e-42, 1e-20, 1e20])
def test_outputs_of_any_scale_are_compared(tmp_path, scale):
    network = tiny_network()
    with torch.no_grad():
        network.output.base_layer.weight.mul_(scale)
    write_trace(small_export(network), tmp_path / "right")
    trace = small_export(network)
    for method in (trace.phases[0].hybrid, trace.phases[0].rewrite):
        method.reference = -method.reference
    with pytest.raises(TraceError, match="does not compute"):
        write_trace(trace, tmp_path / "wrong")


def test_a_network_that_overflows_is_refused(tmp_path):
    trace = tiny_trace()
    for values in trace.weights.values():
        values["norm.gain"] = numpy.full(4, 3e38, numpy.float32)
        values["up.weight"] = numpy.full((5, 4), 3e38, numpy.float32)
        values["tokens.weight"] = numpy.full((3, 3), 3e38, numpy.float32)
    with pytest.raises(TraceError, match="does not compute"):
        write_trace(trace, tmp_path)


def random_dropout(module, x):
    return nn.functional.dropout(x, 0.5)


def counts_calls(module, x):
    module.calls += 1
    return x * module.calls


def learns_on_the_way(module, x):
    with torch.no_grad():
        module.linear.weight += 0.1
    return x


@pytest.mark.parametrize("function", [random_dropout, counts_calls, learns_on_the_way])
def test_a_module_without_one_output_has_no_reference(function):
    module = Layer(lambda module, x: x)
    stated = traced(module)
    module.function = function
    with pytest.raises(ValueError, match="other outputs when it is called again"):
        reference_outputs(module, stated, samples())


def test_dropout_in_training_mode_has_no_reference():
    module = Layer(lambda module, x: module.drop(x))
    stated = traced(module)
    module.drop.train = lambda mode=True: module.drop
    with pytest.raises(UnsupportedOperation, match=r"drop \(torch\.nn\.Dropout\): stays in training mode"):
        reference_outputs(module, stated, samples())


def test_training_mode_that_forward_sets_is_refused():
    module = Layer(lambda module, x: module.train().drop(x))
    with pytest.raises(UnsupportedOperation, match="dropout that stays active in evaluation mode"):
        traced(module)


def test_a_module_in_training_mode_is_exported_in_evaluation_mode(tmp_path):
    module = Layer(lambda module, x: module.drop(x))
    module.train()
    write_trace(small_export(module), tmp_path)
    assert module.training and module.drop.training


def test_references_are_what_calling_the_module_with_exported_parameters_gives():
    network = tiny_network()
    activate_adapters(network, ["first"])
    stated = traced(network)
    inputs = torch.from_numpy(samples().astype(numpy.float64) / 32 - 4)
    hooked = copy.deepcopy(network)
    hooked.up.register_forward_pre_hook(lambda module, arguments: (arguments[0] + 0.5,))
    for module in (network, hooked):
        outputs = reference_outputs(module, stated, samples())
        with torch.no_grad():
            unrounded = module(inputs).numpy().astype(numpy.float32)
            expected = module.float().double()(inputs).numpy().astype(numpy.float32)
        numpy.testing.assert_array_equal(outputs, expected)
        assert (outputs != unrounded).any()


def test_a_parameter_that_is_computed_cannot_be_copied():
    network = tiny_network()
    stated = traced(network)
    network.tokens = nn.utils.weight_norm(network.tokens)
    network.tokens(torch.zeros(1, 3, dtype=torch.float64))
    with pytest.raises(
        UnsupportedOperation, match=r"the network \(tiny\.TinyNetwork\) cannot be copied"
    ) as caught:
        reference_outputs(network, stated, samples())
    assert "\n" not in str(caught.value)
