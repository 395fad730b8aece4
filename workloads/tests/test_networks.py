"""Small networks of the kinds that users have compute what PyTorch computes."""

import math

import pytest
import torch
from exported import Function, check, kinds
from torch import nn
from torch.nn import functional as F

TORCH_2 = hasattr(F, "scaled_dot_product_attention")


class ResidualBlock(nn.Module):
    def __init__(self, channels, wider, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, wider, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(wider)
        self.conv2 = nn.Conv2d(wider, wider, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(wider)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = nn.Sequential(
            nn.Conv2d(channels, wider, 1, stride, bias=False), nn.BatchNorm2d(wider)
        )

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.shortcut(x)
        return self.relu(y)


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(True), nn.MaxPool2d(2)
        )
        self.layers = nn.Sequential(ResidualBlock(4, 6, 2), ResidualBlock(6, 6, 1))
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        x = self.layers(self.stem(x))
        return self.fc(torch.flatten(self.pool(x), 1))


class Attention(nn.Module):
    """As in timm and DiT; fused: by scaled_dot_product_attention."""

    def __init__(self, dim, heads, fused=False):
        super().__init__()
        self.num_heads = heads
        self.fused = fused
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        if self.fused:
            x = F.scaled_dot_product_attention(q, k, v)
        else:
            x = ((q * (C // self.num_heads) ** -0.5) @ k.transpose(-2, -1)).softmax(dim=-1) @ v
        return self.proj(x.transpose(1, 2).reshape(B, N, C))


class VisionTransformer(nn.Module):
    def __init__(self, fused=False):
        super().__init__()
        self.patches = nn.Conv2d(1, 8, 4, stride=4)
        self.token = nn.Parameter(torch.zeros(1, 1, 8))
        self.positions = nn.Parameter(torch.zeros(1, 5, 8))
        self.norm1, self.norm2, self.norm = nn.LayerNorm(8), nn.LayerNorm(8), nn.LayerNorm(8)
        self.attention = Attention(8, 2, fused)
        self.mlp = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Dropout(0.1), nn.Linear(16, 8))
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.token.expand(x.shape[0], -1, -1), x), dim=1) + self.positions
        x = x + self.attention(self.norm1(x))
        x = x + self.mlp(self.norm2(x))
        return self.head(self.norm(x)[:, 0])


class AdaptiveBlock(nn.Module):
    """A block of DiT: shifts, scales and gates of the norms come from a condition."""

    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(8, elementwise_affine=False, eps=1e-6)
        self.norm2 = nn.LayerNorm(8, elementwise_affine=False, eps=1e-6)
        self.attention = Attention(8, 2)
        self.mlp = nn.Sequential(nn.Linear(8, 16), nn.GELU(approximate="tanh"), nn.Linear(16, 8))
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(8, 48))

    def forward(self, x):
        condition = x.mean(1)
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(condition).chunk(6, dim=1)
        x = x + gate1.unsqueeze(1) * self.attention(modulated(self.norm1(x), shift1, scale1))
        return x + gate2.unsqueeze(1) * self.mlp(modulated(self.norm2(x), shift2, scale2))


def modulated(x, shift, scale):
    return x * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(11, 8)
        self.positions = nn.Embedding(6, 8)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True)
        self.head = nn.Linear(8, 11, bias=False)
        self.head.weight = self.tokens.weight
        self.register_buffer("mask", torch.full((6, 6), -math.inf).triu(1))

    def forward(self, x):
        x = self.tokens(x) + self.positions(torch.arange(x.shape[1]))
        return self.head(self.layer(x, src_mask=self.mask))


class InvertedResidual(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(4, 8, 1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU6(inplace=True),
            nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False),
            nn.BatchNorm2d(8),
            nn.Hardswish(),
            nn.Conv2d(8, 4, 1, bias=False),
            nn.BatchNorm2d(4),
        )

    def forward(self, x):
        return x + self.layers(x)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.GroupNorm(2, 4), nn.SiLU())
        self.middle = nn.Conv2d(4, 4, 3, padding=1)
        self.up = nn.Conv2d(8, 1, 3, padding=1)

    def forward(self, x):
        skip = self.down(x)
        y = F.interpolate(self.middle(F.avg_pool2d(skip, 2)), scale_factor=2.0, mode="nearest")
        return self.up(torch.cat([y, skip], dim=1))


def encoder(**options):
    return nn.TransformerEncoderLayer(8, 2, 12, dropout=0.1, batch_first=True, **options)


class WrittenLayerNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain, self.bias = nn.Parameter(torch.ones(4)), nn.Parameter(torch.zeros(4))

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        variance = x.var(-1, keepdim=True, unbiased=False)
        return self.gain * (x - mean) / torch.sqrt(variance + 1e-2) + self.bias


def by_root(x):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 0.1)


def by_power(x):
    centred = x - x.mean(-1, keepdim=True)
    return centred * ((centred * centred).mean(-1, keepdim=True) + 0.1).pow(-0.5)


def by_division(x):
    return x / (x**2).mean(-1, keepdim=True).add(0.1).sqrt() + x * (
        1 / torch.sqrt((x * x).mean(2, True) + 0.1)
    )


def by_variance(x):
    return (x - x.mean(2, keepdim=True)) / (x.var(dim=2, keepdim=True, unbiased=False) + 0.1).sqrt()


def by_length(x):
    return F.normalize(x, dim=-1) + F.normalize(x, dim=1)


@pytest.mark.parametrize("function", [by_root, by_power, by_division, by_variance, by_length])
def test_norms_that_are_written_out(function):
    network = check(Function(lambda m, x: function(x)), (3, 4))
    assert "rms_norm" in kinds(network)


def test_a_variance_alone():
    network = check(Function(lambda m, x: x.var(1) + torch.var(x, dim=1, unbiased=False)), (3, 4))
    assert "rms_norm" not in kinds(network)


NETWORKS = {
    "MLP": (
        nn.Sequential(nn.Flatten(), nn.Linear(12, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3)),
        (3, 4),
    ),
    "residual network": (ResNet(), (1, 12, 12)),
    "inverted residual": (InvertedResidual(), (4, 5, 5)),
    "U-Net": (UNet(), (1, 6, 8)),
    "vision transformer": (VisionTransformer(), (1, 8, 8)),
    "adaptive block": (AdaptiveBlock(), (3, 8)),
    "encoder layer": (nn.Sequential(encoder()), (3, 8)),
    "encoder layer, norm first": (nn.Sequential(encoder(norm_first=True, activation="gelu")), (3, 8)),
    "encoder": (nn.TransformerEncoder(encoder(), 2, norm=nn.LayerNorm(8)), (3, 8)),
    "layer norm that is written out": (WrittenLayerNorm(), (3, 4)),
    "decoder layer": (
        Function(lambda m, x: m.d(x[:, :2], x), d=nn.TransformerDecoderLayer(8, 2, 12, batch_first=True)),
        (3, 8),
    ),
}


@pytest.mark.parametrize("module, shape", NETWORKS.values(), ids=NETWORKS.keys())
def test_a_network_computes_what_torch_computes(module, shape):
    network = check(module, shape)
    assert "batch_norm" not in kinds(network)


def test_batch_norms_of_a_residual_network_are_folded():
    network = check(ResNet(), (1, 12, 12))
    assert kinds(network).count("conv2d") == 7 and not {"multiply", "parameter"} & set(kinds(network))
    assert sum(step.operation == "add" for step in network.operations) == 2


@pytest.mark.skipif(not TORCH_2, reason="torch 2 has it")
def test_fused_attention_is_the_same_as_its_parts():
    network = check(VisionTransformer(fused=True), (1, 8, 8))
    assert kinds(network).count("matmul") == 2 and kinds(network).count("softmax") == 1


def attend(**options):
    def forward(m, x):
        q, k, v = m.qkv(x).chunk(3, -1)
        return F.scaled_dot_product_attention(q, k, v, **options)

    return Function(forward, qkv=nn.Linear(4, 12))


@pytest.mark.skipif(not TORCH_2, reason="torch 2 has it")
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"is_causal": True},
        {"scale": 0.25},
        {"attn_mask": torch.ones(3, 3).tril().bool()},
        {"attn_mask": torch.arange(9.0).reshape(3, 3) / 4},
    ],
    ids=str,
)
def test_fused_attention_computes_what_torch_computes(options):
    assert kinds(check(attend(**options), (3, 4))).count("softmax") == 1


@pytest.mark.skipif(not hasattr(nn, "RMSNorm"), reason="torch 2.4 has it")
@pytest.mark.parametrize("options", [{"eps": 0.1}, {"eps": 1e-6, "elementwise_affine": False}, {}])
def test_the_rms_norm_of_torch(options):
    assert kinds(check(nn.Sequential(nn.RMSNorm(4, **options)), (3, 4))) == ["rms_norm"]


def test_tokens_are_whole_numbers():
    network = check(
        LanguageModel(),
        (6,),
        examples_of_tokens(),
        input_scale=1.0,
        input_offset=0.0,
        whole_numbers=True,
        examples=examples_of_tokens(),
    )
    assert network.input_type == "u8"
    assert [step.attributes["weight"] for step in network.operations if step.name == "head"] == [
        "tokens.weight"
    ]


def examples_of_tokens():
    return (torch.arange(30).reshape(5, 6) % 11).to(torch.uint8).numpy()


def test_spikes_and_floats_are_inputs():
    layers = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    for input_type in ("spikes", "f32"):
        network = check(layers, (2, 4), input_type=input_type, input_scale=1.0, input_offset=0.0)
        assert network.input_type == input_type


def test_a_layer_may_be_called_several_times():
    layers = Function(
        lambda m, x: m.linear(m.norm(m.linear(x))), linear=nn.Linear(4, 4), norm=nn.LayerNorm(4)
    )
    network = check(layers, (3, 4))
    first, _, second = network.operations
    assert (first.name, second.name) == ("linear", "linear_2")
    assert second.attributes == {**first.attributes, "layer": "linear"}
    assert network.layer_shapes() == {"linear": (4, 4)}
    assert list(network.parameters) == ["linear.weight", "linear.bias", "norm.weight", "norm.bias"]


def test_a_convolution_that_is_used_twice_keeps_its_batch_norm_apart():
    layers = Function(lambda m, x: m.bn(m.conv(x)) + m.conv(x), conv=nn.Conv2d(2, 2, 1), bn=nn.BatchNorm2d(2))
    assert kinds(check(layers, (2, 3, 3))) == ["conv2d", "multiply", "add", "conv2d", "add"]


def test_a_convolution_whose_result_is_used_twice_keeps_its_batch_norm_apart():
    def forward(m, x):
        y = m.conv(x)
        return m.bn(y) + y

    layers = Function(forward, conv=nn.Conv2d(2, 2, 1), bn=nn.BatchNorm2d(2))
    assert kinds(check(layers, (2, 3, 3))) == ["conv2d", "multiply", "add", "add"]
