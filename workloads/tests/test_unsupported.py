"""What a trace cannot state is refused with one line that names the module, and the line of its forward."""

import numpy
import pytest
import torch
from bare import COLUMNS, Bare, Wrapped, trace
from refusal import refused
from torch import nn

from palimpsest_export import LoraLinear, RMSNorm, UnsupportedOperation


class Branching(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


def looped(module, x):
    while x.abs().max() > 1:
        x = module.linear(x)
    return x


def assigned(x):
    x[:, 0] = 0
    return x


def stale(y, x):
    turned = y.transpose(1, 2)
    y += x
    return turned + turned


def stale_source(y, x):
    turned = y.mT
    turned += x.mT
    return y + x


def unpacked(module, x):
    samples, tokens, features = x.shape
    return module.linear(x.reshape(samples * tokens, features))


def recurrent(module, x):
    outputs, _ = module.cell(x)
    return outputs


def with_weight(weight):
    layer = nn.Linear(COLUMNS, 2, bias=False)
    del layer.weight
    layer.weight = weight
    return layer


def unregistered():
    layers = [nn.Linear(COLUMNS, 2)]
    return Bare(lambda m, x: layers[0](x))


def attention(**options):
    return nn.MultiheadAttention(COLUMNS, 2, **options)


@torch.jit.script
def scripted(x):
    return x + x


PART = r"part \(bare\.Bare\): "
HERE = r" \(test_unsupported\.py:\d+\)"

OF_MODULES = {
    "in a container": (
        nn.Sequential(nn.Linear(COLUMNS, 2), nn.Softmax(-1)),
        r"part\.1 \(torch\.nn\.Softmax\): torch\.nn\.Softmax is not supported; supported: nn\.Linear",
    ),
    "normalisation": (nn.LayerNorm(COLUMNS), r"part \(torch\.nn\.LayerNorm\): torch\.nn\.LayerNorm is not"),
    "convolution": (nn.Conv1d(3, 3, 1), r"part \(torch\.nn\.Conv1d\): torch\.nn\.Conv1d is not"),
    "attention": (
        Bare(lambda m, x: m.attention(x, x, x)[0], attention=attention()),
        r"part\.attention \(torch\.nn\.MultiheadAttention\): torch\.nn\.MultiheadAttention is not",
    ),
    "attention that is unpacked": (
        Bare(lambda m, x: [y for y in m.attention(x, x, x)][0], attention=attention(batch_first=True)),
        r"part\.attention \(torch\.nn\.MultiheadAttention\)",
    ),
    "LSTM": (
        Bare(recurrent, cell=nn.LSTM(COLUMNS, 4)),
        r"part\.cell \(torch\.nn\.LSTM\): torch\.nn\.LSTM is",
    ),
    "GRU": (
        Bare(recurrent, cell=nn.GRU(COLUMNS, 4)),
        r"part\.cell \(torch\.nn\.GRU\): torch\.nn\.GRU is not",
    ),
    "quantised": (torch.ao.nn.quantized.Linear(COLUMNS, 2), r"part \(torch\.ao\.nn\.quantized\..*Linear\)"),
    "list of modules": (nn.ModuleList([nn.ReLU()]), r"part \(torch\.nn\.ModuleList\)"),
    "tanh gelu": (nn.GELU("tanh"), r"part \(torch\.nn\.GELU\): GELU with approximate='tanh'"),
    "in-place relu": (nn.ReLU(inplace=True), r"part \(torch\.nn\.ReLU\): ReLU with inplace=True"),
    "adapter on a convolution": (
        LoraLinear(nn.Conv1d(3, 3, 1)),
        r"LoraLinear\): an adapter on torch\.nn\.Conv1d",
    ),
    "unregistered": (unregistered(), PART + r"a torch\.nn\.Linear that is not registered.*" + HERE),
    "made by forward": (Bare(lambda m, x: nn.ReLU()(x)), PART + r"a torch\.nn\.ReLU that is not registered"),
    "without forward": (nn.Module(), r"part \(torch\.nn\.Module\): torch\.nn\.Module is not"),
    "layer twice": (Bare(lambda m, x: m.linear(m.linear(x))), r"part\.linear .* calling a layer with param"),
    "two arguments": (
        Bare(lambda m, x: m.drop(x, 3)),
        r"part\.drop \(torch\.nn\.Dropout\): a call with other",
    ),
    "wrong width": (nn.Linear(5, 2), r"part \(torch\.nn\.Linear\): weight takes 5 features, input has 4"),
    "no width": (
        with_weight(nn.Parameter(torch.zeros(0, COLUMNS))),
        r"part \(torch\.nn\.Linear\): gives \[3, 0\] per sample, expected 1\.\.65536 rows and columns",
    ),
    "weight that is no parameter": (with_weight(torch.zeros(2, COLUMNS)), "a weight that is a Tensor"),
    "weight without values": (
        with_weight(nn.Parameter(torch.zeros(2, COLUMNS, device="meta"))),
        r"part \(torch\.nn\.Linear\): weight: expected floating-point numbers, got torch\.float32 on meta",
    ),
    "complex weight": (
        with_weight(nn.Parameter(torch.zeros(2, COLUMNS, dtype=torch.complex64))),
        r"weight: expected floating-point numbers, got torch\.complex64 on cpu",
    ),
    "weight of three dimensions": (
        with_weight(nn.Parameter(torch.zeros(1, 2, COLUMNS))),
        r"part \(torch\.nn\.Linear\): weight has shape \[1, 2, 4\], expected \[out, in\]",
    ),
    "gain of two dimensions": (RMSNorm(12), r"part \(.*RMSNorm\): gain has shape \[12\], expected \[4\]"),
    "epsilon": (RMSNorm(COLUMNS, epsilon=None), r"part \(.*RMSNorm\): epsilon: expected a number .*got None"),
    "epsilon of zero": (RMSNorm(COLUMNS, epsilon=0.0), r"epsilon: expected a number 1e-30\.\.1, got 0\.0"),
}

OF_PYTHON = {
    "control flow": (
        nn.Sequential(Branching()),
        r"part\.0 \(.*Branching\): a branch or loop that depends.*" + HERE,
    ),
    "loop over tokens": (Bare(lambda m, x: sum(row for row in x)), PART + "a loop over a tensor.*" + HERE),
    "loop over a size": (
        Bare(lambda m, x: [m.linear(x) for _ in range(x.shape[1])][0]),
        PART + "a Python number taken from a tensor.*" + HERE,
    ),
    "loop until a value": (Bare(looped), PART + "a branch or loop that depends on a tensor.*" + HERE),
    "unpacked shape": (Bare(unpacked), PART + "a loop over a tensor, or unpacking it or its shape" + HERE),
    "unpacked argument": (Bare(lambda m, x: max(*x)), PART + "a loop over a tensor, or unpacking it"),
    "length": (Bare(lambda m, x: m.linear(x) if len(x) > 1 else x), PART + r"len\(\) of a tensor" + HERE),
    "number": (Bare(lambda m, x: x + float(x.mean())), PART + "a Python number taken from a tensor"),
    "text": (Bare(lambda m, x: (f"{x.mean():.2f}", x)[1]), PART + "a text made of a tensor" + HERE),
    "assignment": (Bare(lambda m, x: assigned(x)), PART + "assignment to a part of a tensor" + HERE),
    "size": (Bare(lambda m, x: m.linear(x) if x.shape[1] == 3 else x), PART + "a branch or loop"),
    "size for torch": (
        Bare(lambda m, x: x + torch.zeros(x.shape)),
        r"part \(bare\.Bare\) cannot be traced" + HERE + ": TypeError: zeros.*RecordedAttribute",
    ),
    "own error": (
        Bare(lambda m, x: m.absent(x)),
        r"part \(bare\.Bare\) cannot be traced" + HERE + ": AttributeError: .*absent",
    ),
    "scripted function": (Bare(lambda m, x: scripted(x)), r"part \(bare\.Bare\) cannot be traced" + HERE),
    "numpy function": (Bare(lambda m, x: numpy.tanh(x)), PART + "numpy's tanh of a tensor" + HERE),
    "numpy scalar": (Bare(lambda m, x: numpy.float32(2) * x), PART + "numpy's multiply of a tensor" + HERE),
    "numpy array": (Bare(lambda m, x: x + numpy.ones(4)), PART + "an operand that is a numpy array" + HERE),
    "made a numpy array": (Bare(lambda m, x: numpy.array(x)), PART + "a numpy array made of a tensor" + HERE),
}

OF_TENSORS = {
    "transpose of a changed tensor": (
        Bare(lambda m, x: stale(m.linear(x), x)),
        r"using a tensor after \+= on",
    ),
    "tensor of a changed transpose": (Bare(lambda m, x: stale_source(m.linear(x), x)), r"a tensor after \+="),
    "subtraction": (Bare(lambda m, x: x - m.linear(x)), PART + "the function sub is"),
    "method": (Bare(lambda m, x: x.view(1, 2)), PART + "the tensor method view is"),
    "in-place method": (Bare(lambda m, x: (x.add_(x), x)[1]), "the tensor method add_"),
    "attribute": (Bare(lambda m, x: x.T), "the attribute 'T' of a tensor"),
    "number added": (Bare(lambda m, x: x + 1.0), r"an operand that is not a value of the network \(1\.0\)"),
    "constant": (Bare(lambda m, x: x + torch.ones(4)), PART + "a constant tensor"),
    "parameter": (Bare(lambda m, x: x + m.offset), "using the parameter 'part.offset' outside a layer"),
    "buffer": (Bare(lambda m, x: x + m.fixed), "using the buffer 'part.fixed' outside a layer"),
    "nothing added": (Bare(lambda m, x: x.add()), r"not a value of the network \(None\)"),
    "scaled add": (Bare(lambda m, x: torch.add(x, x, alpha=2)), r"\+ with further arguments"),
    "transpose of samples": (Bare(lambda m, x: x.transpose(0, 1)), "a transpose of dimensions 0 and 1"),
    "transpose of lists": (Bare(lambda m, x: x.transpose([1], 2)), r"a transpose of dimensions \[1\] and 2"),
    "mean of features": (Bare(lambda m, x: x.mean(2)), "a mean over 2"),
    "mean of everything": (Bare(lambda m, x: x.mean()), "a mean over None"),
    "mean of samples": (Bare(lambda m, x: x.mean(1).mean(-2)), "a mean over -2"),
    "mean in another type": (Bare(lambda m, x: x.mean(1, dtype=torch.half)), "mean with these arguments"),
    "mean that keeps a tensor": (Bare(lambda m, x: x.mean(1, x)), "mean with these arguments"),
    "broadcast": (Bare(lambda m, x: x + x.mean(1, keepdim=True)), r"\+ of shapes \[3, 4\] and \[1, 4\]"),
    "active dropout": (Bare(lambda m, x: nn.functional.dropout(x, 0.5)), "dropout that stays active"),
    "tanh gelu": (Bare(lambda m, x: nn.functional.gelu(x, approximate="tanh")), "gelu with an approximation"),
}

UNSUPPORTED = {**OF_MODULES, **OF_PYTHON, **OF_TENSORS}


@pytest.mark.parametrize("part, message", UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_what_is_unsupported_is_named(part, message):
    with refused(message, UnsupportedOperation):
        trace(Wrapped(part))
