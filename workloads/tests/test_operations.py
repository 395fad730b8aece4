"""Each operation, in each way that users write it, computes what PyTorch computes."""

import math

import numpy
import pytest
import torch
from exported import Function, check, kinds
from torch import nn
from torch.nn import functional as F

from palimpsest_export import RMSNorm

ROWS = (3, 4)
IMAGE = (4, 6, 8)
SIGNAL = (4, 9)
VECTOR = (6,)


def parameter(*shape):
    return nn.Parameter(torch.zeros(shape))


MASK = torch.full((3, 3), -math.inf).triu(1)
WINDOW = torch.arange(12.0).reshape(3, 4) / 7 - 0.6

LAYERS = {
    "linear": (ROWS, nn.Linear(4, 5), ["linear"]),
    "linear of vectors": (VECTOR, nn.Linear(6, 5, bias=False), ["linear"]),
    "functional linear": (
        ROWS,
        Function(lambda m, x: F.linear(x, m.w, m.b), w=parameter(5, 4), b=parameter(5)),
        ["linear"],
    ),
    "conv2d": (IMAGE, nn.Conv2d(4, 6, 3), ["conv2d"]),
    "conv2d padded": (IMAGE, nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), bias=False), ["conv2d"]),
    "conv2d dilated": (IMAGE, nn.Conv2d(4, 6, 3, dilation=(1, 2), padding="same"), ["conv2d"]),
    "conv2d valid": (IMAGE, nn.Conv2d(4, 6, 3, padding="valid"), ["conv2d"]),
    "conv2d in groups": (IMAGE, nn.Conv2d(4, 8, 3, groups=2), ["conv2d"]),
    "depth-wise": (IMAGE, nn.Conv2d(4, 4, 3, groups=4, padding=1), ["conv2d"]),
    "functional conv2d": (
        IMAGE,
        Function(lambda m, x: F.conv2d(x, m.w, stride=2), w=parameter(3, 4, 2, 2)),
        ["conv2d"],
    ),
    "conv1d": (SIGNAL, nn.Conv1d(4, 5, 3, stride=2, padding=1), ["reshape", "conv2d", "reshape"]),
    "conv1d dilated": (
        SIGNAL,
        nn.Conv1d(4, 4, 3, dilation=2, groups=2, padding="same"),
        ["reshape", "conv2d", "reshape"],
    ),
    "batch norm 2d": (IMAGE, nn.BatchNorm2d(4), ["multiply", "add"]),
    "batch norm without gain": (IMAGE, nn.BatchNorm2d(4, affine=False), ["multiply", "add"]),
    "batch norm 1d": (VECTOR, nn.BatchNorm1d(6), ["multiply", "add"]),
    "batch norm 1d of a signal": (SIGNAL, nn.BatchNorm1d(4), ["multiply", "add"]),
    "conv2d with batch norm": (
        IMAGE,
        nn.Sequential(nn.Conv2d(4, 6, 3, bias=False), nn.BatchNorm2d(6)),
        ["conv2d"],
    ),
    "conv2d with bias and batch norm": (
        IMAGE,
        nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.ReLU()),
        ["conv2d", "relu"],
    ),
    "conv1d with batch norm": (
        SIGNAL,
        nn.Sequential(nn.Conv1d(4, 6, 3), nn.BatchNorm1d(6)),
        ["reshape", "conv2d", "reshape"],
    ),
    "linear with batch norm": (VECTOR, nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5)), ["linear"]),
    "layer norm": (ROWS, nn.LayerNorm(4, eps=0.1), ["layer_norm"]),
    "layer norm without gain": (ROWS, nn.LayerNorm(4, elementwise_affine=False), ["layer_norm"]),
    "layer norm of two dimensions": (IMAGE, nn.LayerNorm((6, 8)), ["reshape", "layer_norm", "reshape"]),
    "functional layer norm": (ROWS, Function(lambda m, x: F.layer_norm(x, (4,))), ["layer_norm"]),
    "group norm": (IMAGE, nn.GroupNorm(2, 4, eps=0.1), ["group_norm"]),
    "group norm without gain": (SIGNAL, nn.GroupNorm(4, 4, affine=False), ["group_norm"]),
    "instance norm": (IMAGE, nn.InstanceNorm2d(4, affine=True), ["group_norm"]),
    "the package's RMS norm": (ROWS, RMSNorm(4, epsilon=0.1), ["rms_norm"]),
    "gelu": (ROWS, nn.GELU(), ["gelu"]),
    "gelu by tanh": (ROWS, nn.GELU(approximate="tanh"), ["gelu"]),
    "functional gelu": (ROWS, Function(lambda m, x: F.gelu(x, approximate="tanh")), ["gelu"]),
    "relu in place": (ROWS, nn.ReLU(inplace=True), ["relu"]),
    "silu": (ROWS, nn.SiLU(), ["silu"]),
    "silu in place": (ROWS, nn.SiLU(inplace=True), ["silu"]),
    "sigmoid": (ROWS, nn.Sigmoid(), ["sigmoid"]),
    "tanh": (ROWS, nn.Tanh(), ["tanh"]),
    "leaky relu": (ROWS, nn.LeakyReLU(0.2), ["multiply", "relu", "relu", "multiply", "add"]),
    "prelu": (ROWS, nn.PReLU(3), None),
    "relu6": (ROWS, nn.ReLU6(), None),
    "hardtanh": (ROWS, nn.Hardtanh(-0.5, 0.75), None),
    "hardsigmoid": (ROWS, nn.Hardsigmoid(), None),
    "hardswish": (ROWS, nn.Hardswish(), None),
    "glu": (ROWS, nn.GLU(), ["slice", "slice", "sigmoid", "multiply"]),
    "softmax": (ROWS, nn.Softmax(-1), ["softmax"]),
    "softmax over rows": (ROWS, nn.Softmax(1), ["permute", "softmax", "permute"]),
    "softmax over channels": (IMAGE, nn.Softmax2d(), ["permute", "softmax", "permute"]),
    "max pooling": (IMAGE, nn.MaxPool2d(2), ["max_pool2d"]),
    "max pooling padded": (IMAGE, nn.MaxPool2d(3, stride=(2, 1), padding=1), ["max_pool2d"]),
    "max pooling 1d": (SIGNAL, nn.MaxPool1d(3, 2, 1), ["reshape", "max_pool2d", "reshape"]),
    "average pooling": (IMAGE, nn.AvgPool2d((2, 4)), ["average_pool2d"]),
    "average pooling with padding": (IMAGE, nn.AvgPool2d(3, 2, 1), ["average_pool2d"]),
    "average pooling but for padding": (
        IMAGE,
        nn.AvgPool2d(3, 2, 1, count_include_pad=False),
        ["average_pool2d"],
    ),
    "average pooling 1d": (SIGNAL, nn.AvgPool1d(3), ["reshape", "average_pool2d", "reshape"]),
    "adaptive pooling to one": (IMAGE, nn.AdaptiveAvgPool2d(1), ["average_pool2d"]),
    "adaptive pooling": (IMAGE, nn.AdaptiveAvgPool2d((3, None)), ["average_pool2d"]),
    "adaptive pooling 1d": (SIGNAL, nn.AdaptiveAvgPool1d(3), None),
    "adaptive max pooling": (IMAGE, nn.AdaptiveMaxPool2d(2), ["max_pool2d"]),
    "upsample": (IMAGE, nn.Upsample(scale_factor=2), ["upsample"]),
    "upsample between": (IMAGE, nn.Upsample(scale_factor=(3, 2), mode="bilinear"), ["upsample"]),
    "interpolate to a size": (IMAGE, Function(lambda m, x: F.interpolate(x, size=(12, 32))), ["upsample"]),
    "zero padding": (IMAGE, nn.ZeroPad2d((1, 2, 0, 3)), None),
    "constant padding": (SIGNAL, nn.ConstantPad1d((2, 0), 1.5), None),
    "pixel shuffle": (IMAGE, nn.PixelShuffle(2), ["reshape", "permute", "reshape"]),
    "pixel unshuffle": (IMAGE, nn.PixelUnshuffle(2), ["reshape", "permute", "reshape"]),
    "channel shuffle by reshape": (
        IMAGE,
        Function(lambda m, x: x.view(x.size(0), 2, 2, 6, 8).transpose(1, 2).reshape(x.size())),
        ["reshape", "permute", "reshape"],
    ),
    "flatten": (IMAGE, nn.Sequential(nn.Flatten(), nn.Linear(192, 3)), ["reshape", "linear"]),
    "unflatten": (VECTOR, nn.Sequential(nn.Linear(6, 6), nn.Unflatten(1, (2, 3))), ["linear", "reshape"]),
    "dropout": (
        ROWS,
        nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 2), nn.Dropout(0.1), nn.Identity()),
        ["linear"],
    ),
    "attention": (
        ROWS,
        Function(lambda m, x: m.a(x, x, x)[0], a=nn.MultiheadAttention(4, 2, batch_first=True)),
        None,
    ),
    "attention without weights": (
        ROWS,
        Function(
            lambda m, x: m.a(x, x, x, need_weights=False)[0],
            a=nn.MultiheadAttention(4, 1, bias=False, batch_first=True),
        ),
        None,
    ),
    "weights of attention": (
        ROWS,
        Function(lambda m, x: m.a(x, x, x)[1], a=nn.MultiheadAttention(4, 2, batch_first=True)),
        None,
    ),
    "attention, samples second": (
        ROWS,
        Function(
            lambda m, x: m.a(*[x.transpose(0, 1)] * 3)[0].transpose(0, 1), a=nn.MultiheadAttention(4, 2)
        ),
        None,
    ),
    "cross attention": (
        ROWS,
        Function(
            lambda m, x: m.a(m.q(x[:, :2]), x, x)[0],
            a=nn.MultiheadAttention(4, 2, batch_first=True),
            q=nn.Linear(4, 4),
        ),
        None,
    ),
    "cross attention of other widths": (
        ROWS,
        Function(
            lambda m, x: m.a(x, m.k(x), m.v(x))[0],
            a=nn.MultiheadAttention(4, 2, kdim=5, vdim=6, batch_first=True),
            k=nn.Linear(4, 5),
            v=nn.Linear(4, 6),
        ),
        None,
    ),
    "attention with a mask": (
        ROWS,
        Function(
            lambda m, x: m.a(x, x, x, attn_mask=m.mask)[0],
            a=nn.MultiheadAttention(4, 2, batch_first=True),
            mask=MASK,
        ),
        None,
    ),
    "attention with a mask of places": (
        ROWS,
        Function(
            lambda m, x: m.a(x, x, x, attn_mask=m.mask)[0],
            a=nn.MultiheadAttention(4, 2, batch_first=True),
            mask=MASK < 0,
        ),
        None,
    ),
}

FUNCTIONS = {
    "number added": (ROWS, lambda m, x: x + 1.5, ["add"]),
    "added to a number": (ROWS, lambda m, x: 1.5 + x, ["add"]),
    "number subtracted": (ROWS, lambda m, x: x - 1.5, ["add"]),
    "subtracted from a number": (ROWS, lambda m, x: 1.5 - x, ["multiply", "add"]),
    "multiplied": (ROWS, lambda m, x: 3 * x * 0.5, ["multiply", "multiply"]),
    "divided": (ROWS, lambda m, x: x / 3, ["multiply"]),
    "negative": (ROWS, lambda m, x: -x, ["multiply"]),
    "numpy number": (ROWS, lambda m, x: numpy.float32(2) * x, ["multiply"]),
    "difference": (ROWS, lambda m, x: x - m.linear(x), ["linear", "multiply", "add"]),
    "torch.sub": (ROWS, lambda m, x: torch.sub(x, m.linear(x), alpha=2), ["linear", "multiply", "add"]),
    "torch.add with alpha": (
        ROWS,
        lambda m, x: torch.add(x, m.linear(x), alpha=2),
        ["linear", "multiply", "add"],
    ),
    "product": (ROWS, lambda m, x: x * m.linear(x), ["linear", "multiply"]),
    "square": (ROWS, lambda m, x: x**2 + x.square() + x.pow(3), None),
    "parameter added": (ROWS, lambda m, x: x + m.vector, ["add"]),
    "added to a parameter": (ROWS, lambda m, x: m.vector + x, ["add"]),
    "parameter subtracted": (ROWS, lambda m, x: x - m.vector, ["add"]),
    "subtracted from a parameter": (ROWS, lambda m, x: m.vector - x, ["multiply", "add"]),
    "buffer": (ROWS, lambda m, x: x * m.window / (2 + m.window), ["multiply", "multiply"]),
    "constant tensor": (ROWS, lambda m, x: x + torch.arange(4), ["add"]),
    "scalar tensor": (ROWS, lambda m, x: x * torch.tensor(2.5), ["multiply"]),
    "scalar parameter": (ROWS, lambda m, x: x * m.scale, ["multiply"]),
    "broadcast over rows": (ROWS, lambda m, x: x + x.mean(1, keepdim=True), ["mean", "add"]),
    "broadcast over columns": (ROWS, lambda m, x: x * x.mean(-1, keepdim=True), ["mean", "multiply"]),
    "broadcast by a new dimension": (
        ROWS,
        lambda m, x: x * x.mean(1)[:, None],
        ["mean", "reshape", "multiply"],
    ),
    "positions": (ROWS, lambda m, x: x + m.positions, ["add"]),
    "some positions": (ROWS, lambda m, x: x[:, :2] + m.positions[:, : x[:, :2].shape[1]], ["slice", "add"]),
    "class token": (
        ROWS,
        lambda m, x: torch.cat([m.token.expand(x.shape[0], -1, -1), x], dim=1),
        ["parameter", "concatenate"],
    ),
    "class token repeated": (
        ROWS,
        lambda m, x: torch.cat((m.token.repeat(len(x), 1, 1), x), 1),
        ["parameter", "concatenate"],
    ),
    "concatenation": (ROWS, lambda m, x: torch.cat([x, m.linear(x), x], -1), ["linear", "concatenate"]),
    "stack": (ROWS, lambda m, x: torch.stack([x, m.linear(x)], 1), None),
    "chunk": (ROWS, lambda m, x: (lambda a, b: a * b)(*x.chunk(2, -1)), ["slice", "slice", "multiply"]),
    "split": (ROWS, lambda m, x: x.split([1, 3], dim=2)[1], ["slice"]),
    "torch.split": (ROWS, lambda m, x: torch.split(x, 2, dim=1)[1], ["slice"]),
    "unbind": (ROWS, lambda m, x: sum(x.unbind(1)), None),
    "loop over a dimension": (ROWS, lambda m, x: sum(row for row in x.transpose(0, 1)), None),
    "index": (ROWS, lambda m, x: x[:, 0], ["slice", "reshape"]),
    "index from behind": (ROWS, lambda m, x: x[:, -1, 1:3], ["slice", "reshape", "slice"]),
    "index with steps": (ROWS, lambda m, x: x[..., ::2], ["slice"]),
    "index with none": (ROWS, lambda m, x: x[:, None, :, 1], ["reshape", "slice", "reshape"]),
    "list of places": (ROWS, lambda m, x: x[:, [2, 0, 1]], ["slice", "slice", "slice", "concatenate"]),
    "select": (ROWS, lambda m, x: x.select(1, 2) + x.narrow(1, 0, 1).squeeze(1), None),
    "view": (ROWS, lambda m, x: x.view(-1, 12), ["reshape"]),
    "reshape by sizes": (ROWS, lambda m, x: x.reshape(x.size(0), -1, 2), ["reshape"]),
    "unpacked shape": (ROWS, lambda m, x: heads(x), ["reshape", "permute"]),
    "samples folded": (ROWS, lambda m, x: m.linear(x.reshape(-1, 4)).view(x.shape[0], 3, 4), ["linear"]),
    "samples and heads folded": (
        ROWS,
        lambda m, x: torch.bmm(folded(x), folded(x).transpose(1, 2)).softmax(-1).view(x.shape[0], 2, 3, 3),
        None,
    ),
    "samples second": (ROWS, lambda m, x: m.linear(x.transpose(0, 1)).transpose(0, 1), ["linear"]),
    "samples last": (ROWS, lambda m, x: (x.permute(1, 2, 0) * 2).permute(2, 0, 1), ["multiply"]),
    "T": (VECTOR, lambda m, x: (x.T + 1).T, ["add"]),
    "mT": (ROWS, lambda m, x: x.mT, ["permute"]),
    "movedim": (IMAGE, lambda m, x: x.movedim(1, -1), ["permute"]),
    "squeeze": (ROWS, lambda m, x: x.unsqueeze(1).unsqueeze(-1).squeeze(), []),
    "mean of two dimensions": (IMAGE, lambda m, x: x.mean((2, 3)), ["mean"]),
    "mean of every dimension": (ROWS, lambda m, x: x.mean(dim=(1, 2)), ["mean"]),
    "mean, kept": (IMAGE, lambda m, x: x.mean(dim=[-1, -2], keepdim=True), ["mean"]),
    "sum": (IMAGE, lambda m, x: x.sum(1), ["mean", "multiply"]),
    "matmul": (ROWS, lambda m, x: x @ m.linear(x).transpose(-2, -1), None),
    "matmul by a parameter": (ROWS, lambda m, x: x @ m.square, ["linear"]),
    "matmul of a parameter": (ROWS, lambda m, x: m.mixing @ x, ["permute", "linear", "permute"]),
    "matmul by a vector": (ROWS, lambda m, x: torch.matmul(x, m.vector), ["linear", "reshape"]),
    "matmul that broadcasts": (ROWS, lambda m, x: heads(x) @ x.reshape(len(x), 1, 3, 4)[..., :2].mT, None),
    "einsum of two": (ROWS, lambda m, x: torch.einsum("bic,bjc->bij", x, m.linear(x)), None),
    "einsum of heads": (ROWS, lambda m, x: torch.einsum("bhqd,bhkd->bhqk", heads(x), heads(x)), None),
    "einsum by a weight": (ROWS, lambda m, x: torch.einsum("bnc,cd->bnd", x, m.square), None),
    "einsum of one": (ROWS, lambda m, x: torch.einsum("bnc->bc", x), None),
    "relu, as a function": (ROWS, lambda m, x: F.relu(x) + torch.relu(-x) + x.relu(), None),
    "relu_": (ROWS, lambda m, x: m.linear(x).relu_(), ["linear", "relu"]),
    "functional relu in place": (
        ROWS,
        lambda m, x: after(m.linear(x), lambda y: F.relu(y, inplace=True)),
        None,
    ),
    "mul_ and add_": (ROWS, lambda m, x: m.linear(x).mul_(2).add_(x), None),
    "imul": (ROWS, lambda m, x: changed(m.linear(x), x), None),
    "sigmoid, silu, tanh": (ROWS, lambda m, x: torch.sigmoid(x) + F.silu(x) + x.tanh() + x.sigmoid(), None),
    "functional softmax": (
        ROWS,
        lambda m, x: F.softmax(x, dim=-1) + torch.softmax(x, 1) + x.softmax(2),
        None,
    ),
    "clamp": (ROWS, lambda m, x: x.clamp(-0.5, 0.75) + torch.clamp(x, min=0.25), None),
    "abs": (ROWS, lambda m, x: x.abs(), None),
    "maximum": (ROWS, lambda m, x: torch.maximum(x, m.linear(x)) - torch.minimum(x, m.linear(x)), None),
    "functional dropout": (ROWS, lambda m, x: F.dropout(x * 2, 0.5, m.training), ["multiply"]),
    "contiguous": (ROWS, lambda m, x: (x * 2).contiguous().clone().detach(), ["multiply"]),
    "types": (ROWS, lambda m, x: (x * 2).to(x.dtype).type_as(x).to(x.device), ["multiply"]),
    "expand": (ROWS, lambda m, x: x.mean(1, keepdim=True).expand(-1, 3, -1), ["mean", "multiply"]),
    "repeat": (ROWS, lambda m, x: x.repeat(1, 2, 1), ["concatenate"]),
    "repeat_interleave": (ROWS, lambda m, x: x.repeat_interleave(2, dim=1), None),
    "flip": (ROWS, lambda m, x: torch.flip(x, (1,)), None),
    "roll": (IMAGE, lambda m, x: torch.roll(x, shifts=(-1, 2), dims=(2, 3)), None),
    "masked_fill": (ROWS, lambda m, x: (x @ x.mT).masked_fill(m.mask < 0, -math.inf).softmax(-1), None),
    "additive mask": (ROWS, lambda m, x: (x @ x.mT + m.mask.clamp(min=-50)).softmax(-1), None),
    "where": (ROWS, lambda m, x: torch.where(m.window > 0, x, torch.tensor(0.5).to(x)), None),
    "glu": (ROWS, lambda m, x: F.glu(x, -1), None),
    "addcmul": (ROWS, lambda m, x: torch.addcmul(x, m.linear(x), x, value=0.5), None),
    "pad": (ROWS, lambda m, x: F.pad(x, (1, 0, 0, 2)), None),
    "a layer made on the way": (ROWS, lambda m, x: nn.ReLU()(x), ["relu"]),
    "branch on a size": (ROWS, lambda m, x: m.linear(x) if x.shape[1] == 3 else x, ["linear"]),
    "loop over a size": (ROWS, lambda m, x: sum(x[:, n] for n in range(x.shape[1])), None),
    "zeros of the input's shape": (ROWS, lambda m, x: x + torch.zeros(x.shape) + torch.ones_like(x), None),
}


def heads(x):
    samples, places, features = x.shape
    return x.reshape(samples, places, 2, features // 2).permute(0, 2, 1, 3)


def folded(x):
    samples, places, features = x.shape
    return heads(x).reshape(samples * 2, places, features // 2)


def after(x, change):
    change(x)
    return x


def changed(x, y):
    x *= y
    x -= 1
    x /= 2
    return x


def with_parts(function):
    return Function(
        function,
        linear=nn.Linear(4, 4),
        vector=parameter(4),
        scale=parameter(1),
        square=parameter(4, 5),
        mixing=parameter(2, 3),
        positions=parameter(1, 3, 4),
        token=parameter(1, 1, 4),
        mask=MASK.clone(),
        window=WINDOW.clone(),
    )


@pytest.mark.parametrize("shape, module, expected", LAYERS.values(), ids=LAYERS.keys())
def test_a_layer_computes_what_torch_computes(shape, module, expected):
    network = check(module if isinstance(module, (nn.Sequential, Function)) else nn.Sequential(module), shape)
    assert expected is None or kinds(network) == expected


@pytest.mark.parametrize("shape, function, expected", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_a_function_computes_what_torch_computes(shape, function, expected):
    if function is FUNCTIONS["squeeze"][1]:
        module = Function(lambda m, x: function(m, x) * 2)
        expected = ["multiply"]
    else:
        module = with_parts(function)
    network = check(module, shape)
    assert expected is None or kinds(network) == expected
