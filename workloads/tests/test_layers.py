import numpy
import pytest
import torch
from refusal import refused
from torch import nn

from palimpsest_export import LoraLinear, RMSNorm, activate_adapters, add_adapter


def test_rms_norm_follows_its_formula():
    norm = RMSNorm(4, epsilon=0.5).double()
    with torch.no_grad():
        norm.gain.copy_(torch.tensor([1.0, 2.0, 3.0, 4.0]))
    x = torch.arange(24, dtype=torch.float64).reshape(2, 3, 4)
    expected = (
        x.numpy() / numpy.sqrt((x.numpy() ** 2).mean(-1, keepdims=True) + 0.5) * numpy.array([1, 2, 3, 4])
    )
    numpy.testing.assert_allclose(norm(x).detach().numpy(), expected, rtol=1e-12)


def lora():
    generator = numpy.random.default_rng(0)
    layer = LoraLinear(nn.Linear(5, 3).double())
    layer.add_adapter("one", 2, 6, generator)
    layer.add_adapter("two", 4, 4, generator)
    return layer, generator


def test_state_dict_has_the_layout_of_peft():
    layer, _ = lora()
    assert {name: tuple(value.shape) for name, value in layer.state_dict().items()} == {
        "base_layer.weight": (3, 5),
        "base_layer.bias": (3,),
        "lora_A.one.weight": (2, 5),
        "lora_A.two.weight": (4, 5),
        "lora_B.one.weight": (3, 2),
        "lora_B.two.weight": (3, 4),
    }


def test_a_new_adapter_changes_nothing():
    layer, generator = lora()
    x = torch.from_numpy(generator.normal(size=(2, 6, 5)))
    activate_adapters(layer, ["one", "two"])
    assert layer.active_adapters == ["one", "two"]
    torch.testing.assert_close(layer(x), layer.base_layer(x), rtol=0, atol=0)


def test_a_new_adapter_is_drawn_as_peft_draws_it():
    layer = LoraLinear(nn.Linear(400, 300).double())
    layer.add_adapter("a", 25, 1, numpy.random.default_rng(0))
    drawn = layer.lora_A["a"].weight.detach().numpy()
    bound = 1 / 400**0.5
    assert 0.999 * bound < drawn.max() <= bound and -bound <= drawn.min() < -0.999 * bound
    assert abs(drawn.mean()) < 0.02 * bound and drawn.std() == pytest.approx(bound / 3**0.5, rel=0.02)
    assert (layer.lora_B["a"].weight == 0).all()


def test_active_adapters_add_up():
    layer, generator = lora()
    x = torch.from_numpy(generator.normal(size=(2, 6, 5)))
    with torch.no_grad():
        for name in ("one", "two"):
            layer.lora_B[name].weight.copy_(torch.from_numpy(generator.normal(size=(3, layer.rank[name]))))
    a, b = (
        [module[name].weight.detach().numpy() for name in ("one", "two")]
        for module in (layer.lora_A, layer.lora_B)
    )
    base = layer.base_layer(x).detach().numpy()
    updates = [scale * x.numpy() @ (up @ down).T for scale, down, up in zip((3.0, 1.0), a, b)]
    for active, expected in (
        ([], base),
        (["two"], base + updates[1]),
        (["one", "two"], base + updates[0] + updates[1]),
    ):
        activate_adapters(layer, active)
        numpy.testing.assert_allclose(layer(x).detach().numpy(), expected, rtol=1e-12, atol=1e-12)


def test_wrong_adapters_are_refused():
    layer, generator = lora()
    with refused("adapter 'one' exists already"):
        layer.add_adapter("one", 1, 1, generator)
    for rank in (0, 2.0, True, 70000):
        with refused(r"rank must be a whole number 1\.\.65536, got"):
            layer.add_adapter("three", rank, 1, generator)
    for alpha in (0, "1", torch.tensor(1.0), float("nan"), float("inf")):
        with refused(r"alpha must be a number 1e-06\.\.1e\+06, got"):
            layer.add_adapter("three", 1, alpha, generator)
    with refused("^LoraLinear has no adapter 'three'; there are 'one', 'two'"):
        activate_adapters(layer, ["three"])


def test_add_adapter_reaches_every_layer():
    module = nn.Sequential(LoraLinear(nn.Linear(2, 2)), nn.ReLU(), LoraLinear(nn.Linear(2, 3)))
    add_adapter(module, "a", 1, 1, numpy.random.default_rng(0))
    assert [tuple(module[i].lora_B["a"].weight.shape) for i in (0, 2)] == [(2, 1), (3, 1)]
