"""What a module computes beside its operations is refused by name; what changes no output is not."""

import copy
import warnings

import numpy
import pytest
import torch
from small_export import small_export, traced
from tiny import fill, tiny_network
from torch import nn
from torch.nn.utils import (
    parametrizations,
    parametrize,
    prune,
    remove_weight_norm,
    spectral_norm,
    weight_norm,
)

from palimpsest_export import UnsupportedOperation, activate_adapters, adapter_values, write_trace
from palimpsest_export.interpreter import load_trace


class Doubled(nn.Module):
    def forward(self, weight):
        return 2 * weight


def hook(network):
    network.up.register_forward_hook(lambda module, inputs, output: 2 * output)


def hook_on_the_network(network):
    network.register_forward_hook(lambda module, inputs, output: 2 * output)


def hook_inside_an_adapter(network):
    network.up.lora_A["first"].register_forward_hook(lambda module, inputs, output: 2 * output)


def pre_hook(network):
    network.tokens.register_forward_pre_hook(lambda module, inputs: (2 * inputs[0],))


def normed_weights(network):
    network.tokens = weight_norm(network.tokens)


def normed_weights_of_a_layer_with_adapters(network):
    network.up.base_layer = weight_norm(network.up.base_layer)


def spectral(network):
    network.tokens = spectral_norm(network.tokens)


def spectral_parametrization(network):
    network.tokens = parametrizations.spectral_norm(network.tokens)


def own_parametrization(network):
    parametrize.register_parametrization(network.norm, "gain", Doubled())


def parametrization_of_an_adapter(network):
    parametrize.register_parametrization(network.up.lora_B["second"], "weight", Doubled())


def pruned(network):
    prune.random_unstructured(network.tokens, "weight", 0.5)


def adapter_with_bias(network):
    network.output.lora_B["second"] = nn.Linear(2, 6).double()


def adapter_with_activation(network):
    network.output.lora_A["second"] = nn.Sequential(nn.Linear(5, 2, bias=False), nn.ReLU()).double()


def other_forward(network):
    network.tokens.forward = lambda x: 2 * nn.functional.linear(x, network.tokens.weight)


def training_mode(network):
    network.activation = nn.Dropout(0.5)
    network.activation.train = lambda mode=True: network.activation


def scripted(network):
    network.tokens = torch.jit.script(network.tokens)


def traced_part(network):
    network.tokens = torch.jit.trace(network.tokens, torch.zeros(1, 3, dtype=torch.float64))


def without_parameters(network):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.tokens = nn.LazyLinear(3, bias=False)


HIDDEN = {
    scripted: r"tokens \(torch\.jit\..*\): a scripted or traced module hides its operations",
    traced_part: r"tokens \(torch\.jit\..*\): a scripted or traced module hides its operations",
    without_parameters: r"tokens \(torch\.nn\.LazyLinear\): a lazy module has no parameters yet; call",
    hook: r"up \(.*LoraLinear\): a forward hook \(hook\.<locals>\.<lambda>\)",
    hook_on_the_network: r"the network \(tiny\.TinyNetwork\): a forward hook",
    hook_inside_an_adapter: r"up\.lora_A\.first \(torch\.nn\.Linear\): a forward hook",
    pre_hook: r"tokens \(torch\.nn\.Linear\): a forward pre-hook",
    normed_weights: r"tokens \(torch\.nn\.Linear\): weight norm .* torch\.nn\.utils\.remove_weight_norm",
    normed_weights_of_a_layer_with_adapters: r"up\.base_layer \(torch\.nn\.Linear\): weight norm",
    spectral: r"tokens \(torch\.nn\.Linear\): spectral norm .* torch\.nn\.utils\.remove_spectral_norm",
    spectral_parametrization: r"tokens \(.*\): a parametrization of weight; .*remove_parametrizations",
    own_parametrization: r"norm \(.*RMSNorm\): a parametrization of gain",
    parametrization_of_an_adapter: r"up\.lora_B\.second \(.*\): a parametrization of weight",
    pruned: r"tokens \(torch\.nn\.Linear\): a pruning mask .* torch\.nn\.utils\.prune\.remove",
    adapter_with_bias: r"output \(.*LoraLinear\): lora_B of adapter 'second' has a bias",
    adapter_with_activation: r"output \(.*LoraLinear\): lora_A of adapter 'second' is a Sequential",
    other_forward: r"tokens \(torch\.nn\.Linear\): a forward function that replaces",
    training_mode: r"activation \(torch\.nn\.Dropout\): stays in training mode",
}


@pytest.mark.parametrize("change, message", HIDDEN.items(), ids=[change.__name__ for change in HIDDEN])
def test_hidden_computation_is_refused_and_named(change, message):
    network = tiny_network()
    change(network)
    with pytest.raises(UnsupportedOperation, match=message) as caught:
        traced(network)
    assert "\n" not in str(caught.value)


def test_a_network_that_is_scripted_or_traced_as_a_whole_is_refused():
    module = nn.Sequential(nn.Linear(4, 2))
    for whole in (torch.jit.script(module), torch.jit.trace(module, torch.zeros(1, 3, 4))):
        with pytest.raises(UnsupportedOperation, match="a scripted or traced module hides its operations"):
            traced(whole)


def test_an_adapter_that_changed_after_tracing_is_refused():
    network = tiny_network()
    stated = traced(network)
    adapter_with_bias(network)
    with pytest.raises(UnsupportedOperation, match="has a bias"):
        adapter_values(network, stated, "second")


def test_an_adapter_whose_layers_share_a_matrix_is_refused():
    network = tiny_network()
    stated = traced(network)
    network.output.lora_A["second"] = network.up.lora_A["second"]
    with pytest.raises(ValueError, match="adapter 'second': layers share a matrix"):
        adapter_values(network, stated, "second")


def test_the_remedy_for_weight_norm_exports_the_network(tmp_path):
    network = tiny_network()
    before = copy.deepcopy(network)
    normed_weights(network)
    with torch.no_grad():
        network.tokens.weight_g.mul_(3)
    remove_weight_norm(network.tokens)
    write_trace(small_export(network), tmp_path)
    weight = load_trace(tmp_path).tensors["weights/base/tokens.weight"]
    numpy.testing.assert_allclose(weight, 3 * before.tokens.weight.detach().numpy(), rtol=1e-6)


def test_backward_hooks_are_allowed(tmp_path):
    plain, hooked = tiny_network(), tiny_network()
    seen = []
    for module in hooked.modules():
        module.register_full_backward_hook(lambda *_: seen.append(1))
    for network, folder in ((plain, "plain"), (hooked, "hooked")):
        activate_adapters(network, ["second"])
        write_trace(small_export(network, adapters=["second"]), tmp_path / folder)
    for file in ("trace.json", "tensors.safetensors"):
        assert (tmp_path / "plain" / file).read_bytes() == (tmp_path / "hooked" / file).read_bytes()
    hooked(torch.zeros(1, 3, 4, dtype=torch.float64)).sum().backward()
    assert seen


@pytest.mark.filterwarnings("ignore:Using a non-full backward hook")
def test_backward_hooks_of_a_container_are_allowed(tmp_path):
    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = tiny_network()

        def forward(self, x):
            return self.inner(x)

    network = Outer()
    network.inner.register_backward_hook(lambda *_: None)
    fill(network, numpy.random.default_rng(1))
    write_trace(small_export(network), tmp_path)
    assert network.inner._backward_hooks
