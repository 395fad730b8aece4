"""A network maps one tensor to one tensor."""

import pytest
import torch
from bare import COLUMNS, ROWS, Bare, trace
from exported import check
from refusal import refused
from torch import nn

from palimpsest_export import UnsupportedOperation, trace_network


class TwoInputs(nn.Module):
    def forward(self, x, y):
        return x + y


class Constant(nn.Module):
    def forward(self, x):
        return torch.zeros(len(x), 2)


class Options(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(COLUMNS, 2)

    def forward(self, x, y=None, **others):
        return self.layer(x if y is None else y)


NETWORKS = {
    "tuple": (Bare(lambda m, x: (x, x)), "a result of type tuple, expected one tensor"),
    "dict": (Bare(lambda m, x: {"logits": x.mean(1)}), "a result of type dict, expected one tensor"),
    "nothing": (Bare(lambda m, x: None), "a result of type NoneType, expected one tensor"),
    "constant": (Constant(), "a result that does not depend on the input"),
    "two inputs": (TwoInputs(), r"TwoInputs\) cannot be recorded: TypeError: .*missing 1 required .*'y'"),
    "samples second": (
        Bare(lambda m, x: x.mT.transpose(0, 1)),
        "a result of a tensor whose first dimension is not",
    ),
    "no forward": (
        nn.Module(),
        r"the network \(torch\.nn\.Module\) cannot be recorded: NotImpl.*\"forward\"",
    ),
    "a recurrent layer": (nn.LSTM(COLUMNS, 2, batch_first=True), "a result of type tuple, expected one"),
}


@pytest.mark.parametrize("module, message", NETWORKS.values(), ids=NETWORKS.keys())
def test_a_network_maps_one_tensor_to_one_tensor(module, message):
    with refused(message, UnsupportedOperation):
        trace(module)


@pytest.mark.parametrize("module", [nn.Linear(COLUMNS, 2), nn.DataParallel(nn.Linear(COLUMNS, 2)), Options()])
def test_a_layer_alone_and_optional_arguments_are_a_network(module):
    network = check(module, (ROWS, COLUMNS))
    assert [step.operation for step in network.operations] == ["linear"]
    assert network.shapes()[network.output] == (ROWS, 2)


def test_an_input_alone_is_no_network():
    with refused("gives its input as its result", UnsupportedOperation):
        trace_network(nn.Sequential(nn.Identity()), (1, 4), 1.0, 0.0)


def test_a_large_value_is_refused():
    wide = nn.Sequential(nn.Linear(1, 65536, bias=False))
    with refused(
        r"0 \(torch\.nn\.Linear\): gives \[300, 65536\] per sample, expected 1\.\.8", UnsupportedOperation
    ):
        trace_network(wide, (300, 1), 1.0, 0.0)
