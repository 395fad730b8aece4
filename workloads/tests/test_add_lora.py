import copy
import re
import warnings

import numpy
import pytest
import torch
from refusal import refused
from torch import nn
from torch.nn import functional

from palimpsest_export import LoraConv2d, LoraLinear, activate_adapters, add_lora, lora_layers


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 8)
        self.act = nn.ReLU()
        self.fc2 = nn.Linear(8, 6)

    def forward(self, x):
        return x + self.fc2(self.act(self.fc1(x)))


class Model(nn.Module):
    """(batch, 2 channels, 5, 5) to (batch, 3)."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 6, 3, stride=2, padding=1)
        self.blocks = nn.Sequential(Block(), Block())
        self.norm = nn.LayerNorm(6)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        return self.head(self.norm(self.blocks(x)).mean(dim=1))


def model(seed=0):
    torch.manual_seed(seed)
    return Model().double()


def images():
    return torch.randn(4, 2, 5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(5))


def generator():
    return numpy.random.default_rng(3)


def randomise(module):
    """Draw every lora_B, so that adapters matter."""
    with torch.no_grad():
        for layer in lora_layers(module).values():
            for product in layer.lora_B.values():
                product.weight.normal_(generator=torch.Generator().manual_seed(product.weight.numel()))


BLOCKS = ["blocks.0.fc1", "blocks.0.fc2", "blocks.1.fc1", "blocks.1.fc2"]


@pytest.mark.parametrize(
    "targets, expected",
    [
        (["fc1"], ["blocks.0.fc1", "blocks.1.fc1"]),
        (["1.fc1", "head"], ["blocks.1.fc1", "head"]),
        (("blocks.0.fc2",), ["blocks.0.fc2"]),
        ({"stem"}, ["stem"]),
        (r"blocks\.\d\.fc[12]", BLOCKS),
        ("all-linear", [*BLOCKS, "head"]),
        ("All-Linear", [*BLOCKS, "head"]),
    ],
)
def test_targets_are_chosen_as_peft_chooses_them(targets, expected):
    module = model()
    assert add_lora(module, targets, rank=2, alpha=4, generator=generator()) == expected
    assert list(lora_layers(module)) == expected


@pytest.mark.parametrize(
    "targets", [["fc1"], ["1.fc1", "head"], ["stem"], r"blocks\.\d\.fc[12]", "all-linear"]
)
def test_peft_itself_chooses_the_same(targets):
    peft = pytest.importorskip("peft")
    patterns = {"rank_pattern": {"0.fc1|^head|stem": 3}, "alpha_pattern": {"c1|1.fc1|s.em": 9, ".*": 7}}
    ours, theirs = model(), model()
    add_lora(ours, targets, rank=2, alpha=4, **patterns)
    config = peft.LoraConfig(target_modules=targets, r=2, lora_alpha=4, **patterns)
    layers = {
        path.replace("base_model.model.", ""): layer
        for path, layer in peft.get_peft_model(theirs, config).named_modules()
        if isinstance(layer, peft.tuners.lora.LoraLayer)
    }
    assert {path: (layer.r["default"], layer.scaling["default"]) for path, layer in layers.items()} == {
        path: (layer.rank["default"], layer.scale("default")) for path, layer in lora_layers(ours).items()
    }


def test_a_new_adapter_changes_nothing_and_shares_the_layers():
    module = model()
    before, layers = module(images()), dict(module.named_modules())
    add_lora(module, ["fc1", "stem"], rank=2, alpha=4, generator=generator())
    torch.testing.assert_close(module(images()), before, rtol=0, atol=0)
    assert type(module.stem) is LoraConv2d and module.stem.base_layer is layers["stem"]
    fc1 = module.blocks[1].fc1
    assert type(fc1) is LoraLinear and fc1.base_layer is layers["blocks.1.fc1"]
    assert fc1.active_adapters == ["default"] and fc1.lora_A["default"].weight.dtype == torch.float64
    assert type(module.blocks[1].fc2) is nn.Linear


def test_models_can_read_what_their_layers_are():
    module = model()
    stem, head = module.stem, module.head
    add_lora(module, ["stem", "head"], rank=2, alpha=4, generator=generator())
    assert module.head.weight is head.weight and module.head.out_features == 3
    assert module.stem.bias is stem.bias and module.stem.stride == (2, 2)
    assert not [name for name, _ in module.head.named_parameters() if name in ("weight", "bias")]
    for name in ("made_up", "_made_up"):
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
            getattr(module.head, name)
    assert copy.deepcopy(module.head).rank == {"default": 2}
    # As while a module is copied or unpickled, before it has anything.
    assert not hasattr(LoraLinear.__new__(LoraLinear), "base_layer")


def test_a_convolution_adds_what_its_two_products_make_of_the_input():
    base = nn.Conv2d(3, 5, (3, 2), stride=(1, 2), padding=(2, 1), dilation=(2, 1)).double()
    module = nn.Sequential(base)
    add_lora(module, ["0"], rank=2, alpha=6, generator=generator())
    randomise(module)
    down, up = module[0].lora_A["default"].weight, module[0].lora_B["default"].weight
    assert tuple(down.shape) == (2, 3, 3, 2) and tuple(up.shape) == (5, 2, 1, 1)
    # One convolution by W + alpha/r B A, the sum that the two products stand for.
    merged = base.weight + 3 * torch.einsum("or,rihw->oihw", up[:, :, 0, 0], down)
    x = torch.randn(2, 3, 9, 8, dtype=torch.float64)
    expected = functional.conv2d(x, merged, base.bias, (1, 2), (2, 1), (2, 1))
    torch.testing.assert_close(module(x), expected, rtol=1e-12, atol=1e-12)


def test_a_convolutions_adapter_is_drawn_as_peft_draws_it():
    module = nn.Sequential(nn.Conv2d(40, 30, 3).double())
    add_lora(module, ["0"], rank=25, alpha=1, generator=generator())
    drawn = module[0].lora_A["default"].weight.detach().numpy()
    bound = 1 / 360**0.5
    assert 0.999 * bound < drawn.max() <= bound and drawn.std() == pytest.approx(bound / 3**0.5, rel=0.02)


def test_a_layer_gets_further_adapters_that_add_up():
    module = model()
    add_lora(module, "all-linear", rank=2, alpha=4, name="first", generator=generator())
    add_lora(module, ["head"], rank=3, alpha=3, name="second", generator=generator())
    assert module.head.active_adapters == ["first", "second"]
    assert module.blocks[0].fc1.active_adapters == ["first"]
    assert not any("base_layer." in path for path in lora_layers(module))
    randomise(module)
    outputs = {}
    for active in ([], ["first"], ["second"], ["first", "second"]):
        activate_adapters(module.head, active)
        outputs[tuple(active)] = module.head(torch.ones(6, dtype=torch.float64))
    added = outputs["first",] + outputs["second",] - outputs[()]
    torch.testing.assert_close(outputs["first", "second"], added, rtol=1e-12, atol=1e-12)
    activate_adapters(module, ["second"])
    assert module.head.active_adapters == ["second"] and module.blocks[0].fc1.active_adapters == []


def test_ranks_and_alphas_differ_by_pattern_and_scale():
    module = model()
    add_lora(
        module,
        "all-linear",
        rank=2,
        alpha=4,
        generator=generator(),
        rank_pattern={"fc1": 3, r"blocks\.0\..*": 4},
        alpha_pattern={"^head": 5, "c2|0.fc1": 9},
    )
    ranks = {path: layer.rank["default"] for path, layer in lora_layers(module).items()}
    assert ranks == {
        "blocks.0.fc1": 3,
        "blocks.0.fc2": 4,
        "blocks.1.fc1": 3,
        "blocks.1.fc2": 2,
        "head": 2,
    }
    alphas = {path: layer.alpha["default"] for path, layer in lora_layers(module).items()}
    assert alphas == {**dict.fromkeys(ranks, 4), "head": 5, "blocks.0.fc1": 9}
    assert module.head.scale("default") == 2.5


def test_rank_stabilised_adapters_scale_by_the_root_of_the_rank():
    module = model()
    add_lora(module, ["head"], rank=9, alpha=6, generator=generator(), rank_stabilized=True)
    assert module.head.scale("default") == 2.0


def test_without_a_generator_torchs_seed_decides():
    drawn = []
    for seed in (1, 1, 2):
        module = model()
        torch.manual_seed(seed)
        add_lora(module, ["head"], rank=2, alpha=4)
        drawn.append(module.head.lora_A["default"].weight.detach().numpy())
    assert (drawn[0] == drawn[1]).all() and (drawn[0] != drawn[2]).all()


@torch.no_grad()
def test_torchs_encoder_uses_the_adapters_in_evaluation_too():
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 12, batch_first=True).double()
    module = nn.TransformerEncoder(layer, 2).eval().requires_grad_(False)
    x = torch.randn(3, 5, 8, dtype=torch.float64)
    before = module(x)
    paths = add_lora(module, "all-linear", rank=2, alpha=4, generator=generator())
    assert paths == [f"layers.{i}.linear{j}" for i in range(2) for j in (1, 2)]
    torch.testing.assert_close(module(x), before)
    randomise(module)
    merged = copy.deepcopy(module)
    for wrapper in lora_layers(merged).values():
        wrapper.base_layer.weight += 2 * wrapper.lora_B["default"].weight @ wrapper.lora_A["default"].weight
    activate_adapters(merged, [])
    assert (module(x) - before).abs().max() > 0.1
    torch.testing.assert_close(module(x), merged(x))
    padding = torch.zeros(3, 5, dtype=torch.bool)
    padding[0, 3:] = True
    torch.testing.assert_close(
        module(x, src_key_padding_mask=padding), merged(x, src_key_padding_mask=padding)
    )


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.depthwise = nn.Conv2d(4, 4, 3, groups=4)
        self.mirrored = nn.Conv2d(4, 4, 3, padding_mode="reflect", padding=1)
        self.fc = nn.Linear(4, 4)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.lazy = nn.LazyConv2d(4, 3)


@pytest.mark.parametrize(
    "targets, message",
    [
        (["fc3"], r"^targets: no layer is called 'fc3'; near names: 'fc\d'"),
        (["fc1", "haed"], "^targets: no layer is called 'haed'; near names: 'head'"),
        (["zzz"], r"called 'zzz'; the layers are 'stem', 'blocks\.0\.fc1', .*, 'blocks\.1\.fc2', 'head'$"),
        (["c1"], "^targets: no layer is called 'c1'"),
        ("fc1", "^targets: no layer matches 'fc1'; near names: 'fc1'"),
        ("blocks[", r"^targets: 'blocks\[' is no regular expression"),
        (["blocks.0"], "^targets: blocks.0 is a Block; adapters go on nn.Linear and nn.Conv2d"),
        (["norm"], "^targets: norm is a LayerNorm; adapters go on"),
        (".*", "^targets: the model itself is a Model; adapters go on"),
        ([], r"^targets: expected a list of names, a regular expression or 'all-linear', got \[\]"),
        (None, "^targets: expected a list of names"),
        ([3], "^targets: no layer is called 3"),
    ],
)
def test_targets_that_do_not_fit_are_refused(targets, message):
    module = model()
    with refused(message):
        add_lora(module, targets, rank=2, alpha=4)
    assert not lora_layers(module)


@pytest.mark.parametrize(
    "targets, message",
    [
        (
            ["out_proj"],
            "^targets: attention.out_proj belongs to nn.MultiheadAttention, which uses its weight",
        ),
        (["lazy"], "^targets: lazy is a lazy module without parameters; call the model once with an input"),
        (["depthwise"], "^targets: depthwise expected an nn.Conv2d with groups 1, got groups 4"),
        (["mirrored"], "^targets: mirrored expected an nn.Conv2d with padding_mode 'zeros', got 'reflect'"),
    ],
)
def test_layers_that_cannot_have_adapters_are_refused(targets, message):
    with refused(message):
        add_lora(Attention(), targets, rank=2, alpha=4)


def test_all_linear_leaves_out_what_attention_does_not_call():
    assert add_lora(Attention(), "all-linear", rank=2, alpha=4) == ["fc"]


def test_an_adapter_that_does_not_fit_changes_nothing():
    module = model()
    add_lora(module, ["head"], rank=2, alpha=4)
    for arguments, message in (
        ({"targets": "all-linear"}, "^head: adapter 'default' exists already"),
        ({"targets": ["fc1"], "rank": 0}, r"^blocks\.0\.fc1: adapter 'default': rank must be a whole number"),
        ({"targets": ["fc1"], "rank_pattern": {"1.fc1": "8"}}, r"^blocks\.1\.fc1: .*: rank must be"),
        ({"targets": ["fc1"], "alpha": -1}, r"^blocks\.0\.fc1: adapter 'default': alpha must be a number"),
        ({"targets": ["fc1"], "name": "a.b"}, r"expected a name of letters, digits, _ and -, got 'a\.b'"),
        ({"targets": ["fc1"], "rank_pattern": {"(": 8}}, r"^rank_pattern: '\(' is no regular expression"),
        ({"targets": ["fc1"], "alpha_pattern": {"c1": 8}}, "^alpha_pattern: 'c1' matches none of the layers"),
        ({"targets": ["fc1"], "alpha_pattern": [3]}, "^alpha_pattern: expected a dict of regular expression"),
        ({"targets": ["fc1"], "generator": 7}, r"generator: expected a numpy\.random\.Generator"),
    ):
        with refused(message):
            add_lora(module, **{"rank": 2, "alpha": 4, **arguments})
    assert list(lora_layers(module)) == ["head"] and list(module.head.lora_A) == ["default"]


@pytest.mark.parametrize(
    "whole, targets, message",
    [
        (nn.Linear(3, 2), "all-linear", "the model has no nn.Linear inside it"),
        (nn.Sequential(nn.ReLU()), "all-linear", "the model has no nn.Linear inside it"),
        (nn.Linear(3, 2), ".*", "a layer that is the whole model cannot be replaced in it"),
        ("linear", "all-linear", re.escape("model: expected a torch.nn.Module, got 'linear'")),
    ],
)
def test_what_has_no_layers_inside_is_refused(whole, targets, message):
    with refused(message):
        add_lora(whole, targets, rank=1, alpha=1)
