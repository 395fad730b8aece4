"""What a trace cannot state is refused with one line: the module, the line of its forward, and what would
work."""

import numpy
import pytest
import torch
from bare import COLUMNS, ROWS, Bare, Wrapped, trace
from refusal import refused
from torch import nn
from torch.nn import functional as F

from palimpsest_export import LoraLinear, Repeat, RMSNorm, UnsupportedOperation, trace_network


class Branching(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


def looped(module, x):
    while x.abs().max() > 1:
        x = module.linear(x)
    return x


def assigned(x):
    y = x * 2
    y[:, 0] = 0
    return y


def stale(y, x):
    turned = y.transpose(1, 2)
    y += x
    return turned + turned


def stale_source(y, x):
    turned = y.mT
    turned += x.mT
    return y + x


def stale_part(y, x):
    first, second = y.chunk(2, -1)
    first.relu_()
    return y


def constant_changed(x):
    total = torch.zeros(x.shape)
    total += x
    return total


def with_weight(weight):
    layer = nn.Linear(COLUMNS, 2, bias=False)
    del layer.weight
    layer.weight = weight
    return layer


def unregistered():
    layers = [nn.Linear(COLUMNS, 2)]
    return Bare(lambda m, x: layers[0](x))


def calls_counted(module, x):
    module.calls = getattr(module, "calls", 0) + 1
    return x * module.calls


def padded_attention(m, x):
    return m.attention(x, x, x, key_padding_mask=torch.zeros(len(x), ROWS).bool())[0]


def attention(**options):
    return nn.MultiheadAttention(COLUMNS, 2, batch_first=True, **options)


@torch.jit.script
def scripted(x):
    return x + x


HERE = r" \(test_unsupported\.py:\d+\)"
PART = r"part \(bare\.Bare\)" + HERE + ": "

OF_MODULES = {
    "in a container": (
        nn.Sequential(nn.Linear(COLUMNS, 2), nn.LogSoftmax(-1)),
        r"part\.1 \(torch\.nn\.LogSoftmax\) \(bare\.py:\d+\): the function log_softmax is not supported; what works: "
        "the scores in front of it",
    ),
    "LSTM over the samples": (
        Bare(lambda m, x: m.cell(x)[0], cell=nn.LSTM(COLUMNS, 4)),
        r"part\.cell\.scans\.0 \(.*Scan\)"
        + HERE
        + ": a sequence of a tensor whose first dimension is not the",
    ),
    "a body that mixes its samples": (
        Bare(lambda m, x: m.loop(x), loop=Repeat(Bare(lambda m, x: x.transpose(0, 1).reshape(x.shape)), 2)),
        r"part\.loop\.body .*: a reshape that mixes samples",
    ),
    "a sequence made of the input": (
        Bare(lambda m, x: m.loop(x, x[:2]), loop=Repeat(Bare(lambda m, x, part: x), 2)),
        "an operation over the samples",
    ),
    "quantised": (torch.ao.nn.quantized.Linear(COLUMNS, 2), r"part \(torch\.ao\.nn\.quantized\..*Linear\)"),
    "list of modules": (nn.ModuleList([nn.ReLU()]), r"part \(torch\.nn\.ModuleList\) cannot be recorded"),
    "adapter on a convolution": (
        LoraLinear(nn.Conv1d(3, 3, 1)),
        r"LoraLinear\).*: an adapter on torch\.nn\.Conv1d is not supported; what works: an adapter on nn\.Linear",
    ),
    "unregistered": (unregistered(), PART + r"a torch\.nn\.Linear that is not registered"),
    "two arguments": (
        Bare(lambda m, x: m.drop(x, 3)),
        r"part\.drop \(torch\.nn\.Dropout\) cannot be rec.*" + HERE,
    ),
    "wrong width": (
        nn.Linear(5, 2),
        r"part \(torch\.nn\.Linear\) cannot be recorded \(bare\.py:\d+\): RuntimeError: mat1",
    ),
    "no width": (
        with_weight(nn.Parameter(torch.zeros(0, COLUMNS))),
        r"part \(torch\.nn\.Linear\).*: gives \[3, 0\] per sample, expected 1\.\.8 dimensions of 1\.\.65536",
    ),
    "weight without values": (
        with_weight(nn.Parameter(torch.zeros(2, COLUMNS, device="meta"))),
        r"part \(torch\.nn\.Linear\).*meta",
    ),
    "complex weight": (
        with_weight(nn.Parameter(torch.zeros(2, COLUMNS, dtype=torch.complex64))),
        "cannot be recorded",
    ),
    "gain of two dimensions": (RMSNorm(12), r"part \(.*RMSNorm\) cannot be recorded"),
    "epsilon of zero": (RMSNorm(COLUMNS, epsilon=0.0), r"epsilon: expected a number 1e-30\.\.1, got 0\.0"),
    "even kernel": (
        Bare(lambda m, x: m.conv(x), conv=nn.Conv1d(ROWS, 3, 2, padding="same")),
        "padding='same' of an even kernel is not supported; what works: a kernel of odd size",
    ),
    "padding that repeats": (
        Bare(lambda m, x: m.conv(x), conv=nn.Conv1d(ROWS, 3, 3, padding=1, padding_mode="circular")),
        "padding with mode 'circular'.*what works: zeros",
    ),
    "convolution transposed": (
        Bare(lambda m, x: m.conv(x), conv=nn.ConvTranspose1d(ROWS, 3, 3)),
        r"part\.conv .*: the function conv_transpose1d is not supported; what works: nn\.Upsample and nn\.Conv2d",
    ),
    "batch's own statistics": (
        nn.BatchNorm1d(ROWS, track_running_stats=False),
        "a batch norm with the batch's own",
    ),
    "adaptive pooling": (
        nn.AdaptiveAvgPool1d(3),
        r"adaptive pooling of \[4\] to \[3\], which does not divide",
    ),
    "pooling with ceil_mode": (
        nn.MaxPool1d(3, 2, ceil_mode=True),
        "pooling with ceil_mode where windows do not divide",
    ),
    "pooling with indices": (nn.MaxPool1d(2, dilation=2), "max pooling with dilation or indices"),
    "images without channels": (nn.Conv1d(11, 2, 1), "cannot be recorded"),
    "attention of padding": (
        Bare(padded_attention, attention=attention()),
        "attention with key_padding_mask or added",
    ),
    "attention with zeros": (
        Bare(lambda m, x: m.attention(x, x, x)[0], attention=attention(add_zero_attn=True)),
        "attention with zero keys",
    ),
    "attention by a mask of the input": (
        Bare(lambda m, x: m.attention(x, x, x, attn_mask=(x @ x.mT)[0])[0], attention=attention()),
        "an operation over the samples",
    ),
}

OF_PYTHON = {
    "control flow": (
        nn.Sequential(Branching()),
        r"part\.0 \(test_unsupported\.Branching\)"
        + HERE
        + ": a mean or sum over everything.*no branches on values",
    ),
    "largest of a dimension": (
        Bare(lambda m, x: x.amax(1)),
        r"the function amax is not .*; what works: max pooling \(nn\.MaxPool1d\)",
    ),
    "comparison": (
        Bare(lambda m, x: x * (x > 0)),
        "the function gt is not .*; what works: LIF of palimpsest_export for spiking neurons, or a network",
    ),
    "branch": (
        Bare(lambda m, x: x if x.sum((1, 2))[0] else -x),
        "an operation over the samples is not supported; what works: operations within each sample",
    ),
    "branch on a value": (
        Bare(lambda m, x: x if x.mean((1, 2)) else -x),
        PART + "a branch or loop that depends on",
    ),
    "loop over samples": (Bare(lambda m, x: sum(row for row in x)), PART + "an operation over the samples"),
    "number": (
        Bare(lambda m, x: x + float(x.mean((1, 2)))),
        PART + "a Python number taken from a tensor.*operations on",
    ),
    "item": (Bare(lambda m, x: x + x.mean((1, 2)).item()), PART + "a Python number taken from a tensor"),
    "text": (Bare(lambda m, x: (f"{x.mean(1)}", x)[1]), PART + "a text made of a tensor"),
    "assignment": (
        Bare(lambda m, x: assigned(x)),
        PART + r"assignment to a part of a tensor.*torch\.cat of the parts",
    ),
    "constant changed": (Bare(lambda m, x: constant_changed(x)), PART + "add_ on a constant tensor"),
    "own error": (
        Bare(lambda m, x: m.absent(x)),
        r"part \(bare\.Bare\) cannot be recorded.*AttributeError: .*absent",
    ),
    "scripted function": (
        Bare(lambda m, x: m.linear(x) + scripted(x)),
        "that changes with the inputs or from call to call; something hides operations|a constant across samples|"
        "a constant that differs between samples",
    ),
    "numpy function": (Bare(lambda m, x: numpy.tanh(x)), PART + "a numpy array made of a tensor"),
    "numpy array": (
        Bare(lambda m, x: x + numpy.ones(4)),
        PART + "a numpy array made of a tensor|cannot be recorded",
    ),
    "made a numpy array": (
        Bare(lambda m, x: numpy.array(x)),
        PART + "a numpy array made of a tensor.*torch's functions",
    ),
    "counted calls": (
        Bare(calls_counted),
        r"part \(bare\.Bare\).*depends on the number of samples, or on how often",
    ),
    "number of samples": (
        Bare(lambda m, x: x / x.shape[0]),
        r"part \(bare\.Bare\).*depends on the number of samples",
    ),
    "random numbers": (
        Bare(lambda m, x: x + torch.rand(ROWS, COLUMNS)),
        "a constant .* changes with the inputs or from",
    ),
    "random numbers like": (
        Bare(lambda m, x: x + torch.rand_like(x)),
        "rand_like is not supported; .* without random",
    ),
}

OF_TENSORS = {
    "transpose of a changed tensor": (
        Bare(lambda m, x: stale(m.linear(x), x)),
        r"using a tensor after a change in place of another view of it .*y = x \+",
    ),
    "tensor of a changed transpose": (
        Bare(lambda m, x: stale_source(m.linear(x), x)),
        "after a change in place",
    ),
    "tensor of a changed part": (Bare(lambda m, x: stale_part(m.linear(x), x)), "after a change in place"),
    "division": (
        Bare(lambda m, x: x / m.linear(x)),
        PART + "a division by a value of the network.*what works: mult",
    ),
    "function": (Bare(lambda m, x: torch.logsumexp(x, 1)), PART + "the function logsumexp is not supported"),
    "attribute": (Bare(lambda m, x: x.real), r"the attribute 'real' of a tensor|cannot be recorded"),
    "nothing added": (Bare(lambda m, x: torch.add(x, None)), "cannot be recorded"),
    "samples and rows exchanged": (
        Bare(lambda m, x: m.linear(x.transpose(0, 1))),
        "an operation over the samples",
    ),
    "mean of everything": (Bare(lambda m, x: x.mean()), "a mean or sum over everything, samples too"),
    "mean of samples": (Bare(lambda m, x: x - x.mean(0)), "an operation over the samples"),
    "softmax over samples": (Bare(lambda m, x: x.softmax(0)), "an operation over the samples"),
    "samples mixed": (
        Bare(lambda m, x: x.reshape(-1, 2, x.shape[0]).mT),
        "a reshape that mixes samples|the samples",
    ),
    "across samples": (
        Bare(lambda m, x: x.mean((1, 2))[:, None] @ x.mean((1, 2))[None]),
        "a product of vectors",
    ),
    "active dropout": (Bare(lambda m, x: F.dropout(x, 0.5)), "dropout that stays active in evaluation mode"),
    "out": (Bare(lambda m, x: torch.add(x, x, out=torch.zeros(3))), "add with out="),
    "power": (Bare(lambda m, x: (x * x) ** 1.5), r"a power other than 1, 2, 3, 4 and roots \(1\.5\)"),
    "root": (
        Bare(lambda m, x: (x * x) ** 0.5),
        "a root of something else than the mean square over the last",
    ),
    "root of another's square": (
        Bare(lambda m, x: m.linear(x) * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1)),
        "a division by the root of the mean square of something else",
    ),
    "root alone": (
        Bare(lambda m, x: torch.sqrt((x * x).mean(-1, keepdim=True) + 1) + x),
        r"a root for something else than a division by it is not supported; what works: nn\.LayerNorm",
    ),
    "indexing by values": (
        Bare(lambda m, x: m.offset[x.long()]),
        "rounding to whole numbers|__getitem__|not a value",
    ),
    "samples backwards": (Bare(lambda m, x: x.flip(0)), "an operation over the samples"),
    "backwards": (Bare(lambda m, x: x.flip(1).cumsum(1)), "the function cumsum is not supported"),
    "padding with mode": (Bare(lambda m, x: F.pad(x, (1, 1), mode="reflect")), "padding with mode 'reflect'"),
    "interpolation": (
        Bare(lambda m, x: F.interpolate(x[:, None], scale_factor=1.5)),
        r"interpolation by the factors \[1\.5, 1\.5\]",
    ),
    "infinite constant": (
        Bare(lambda m, x: x + float("inf")),
        "the constant inf, expected a finite float32 number",
    ),
}

UNSUPPORTED = {**OF_MODULES, **OF_PYTHON, **OF_TENSORS}


@pytest.mark.parametrize("part, message", UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_what_is_unsupported_is_named(part, message):
    with refused(message, UnsupportedOperation):
        trace(Wrapped(part))


def test_a_line_of_forward_is_named_where_the_value_is_computed():
    line = assigned.__code__.co_firstlineno + 2
    module = Wrapped(Bare(lambda m, x: m.inner(x), inner=Bare(lambda m, x: assigned(x))))
    with refused(rf"part\.inner \(bare\.Bare\) \(test_unsupported\.py:{line}\): assignment to a part"):
        trace(module)


def test_an_image_of_another_number_of_dimensions_is_refused():
    with refused(
        r"0 \(torch\.nn\.MaxPool2d\): pooling of shape \[3, 4\] per sample, expected a tensor \(samples, channels, h"
    ):
        trace_network(nn.Sequential(nn.MaxPool2d(2)), (3, 4))
