"""A network maps one tensor to class scores."""

import pytest
import torch
from bare import COLUMNS, Bare, trace
from refusal import refused
from torch import nn

from palimpsest_export import UnsupportedOperation, trace_network


class AnyInputs(nn.Module):
    def forward(self, x, **others):
        return x.mean(1)


class TwoInputs(nn.Module):
    def forward(self, x, y=None):
        return x.mean(1)


class Constant(nn.Module):
    def forward(self):
        return torch.zeros(1, 2)


NETWORKS = {
    "tokens": (
        nn.Sequential(nn.Linear(COLUMNS, 2)),
        r"a result of shape \[3, 2\] per sample, expected class scores",
    ),
    "tuple": (Bare(lambda m, x: (x, x)), "a result of type tuple, expected one tensor of class scores"),
    "dict": (Bare(lambda m, x: {"logits": x.mean(1)}), "a result of type dict, expected one tensor"),
    "nothing": (Bare(lambda m, x: None), "a result of type NoneType, expected one tensor"),
    "any inputs": (AnyInputs(), r"the network \(.*AnyInputs\): a forward function with \*args"),
    "two inputs": (TwoInputs(), r"a second input \(y\)"),
    "no input": (Constant(), "a constant tensor"),
    "parallel": (nn.DataParallel(AnyInputs()), r"the network \(.*DataParallel\)"),
    "no forward": (nn.Module(), r"the network \(torch\.nn\.Module\): a module without a forward function"),
    "a layer": (
        nn.Linear(COLUMNS, 2),
        r"the network \(torch\.nn\.Linear\): a layer that is not part of a module",
    ),
    "a recurrent layer": (nn.LSTM(COLUMNS, 2), r"the network \(torch\.nn\.LSTM\): torch\.nn\.LSTM is not"),
}


@pytest.mark.parametrize("module, message", NETWORKS.values(), ids=NETWORKS.keys())
def test_a_network_maps_one_tensor_to_class_scores(module, message):
    with refused(message, UnsupportedOperation):
        trace(module)


def test_an_input_alone_is_no_network():
    with refused("gives its input as its result", UnsupportedOperation):
        trace_network(nn.Sequential(nn.Identity()), (1, 4), 1.0, 0.0)


def test_a_large_value_is_refused():
    wide = nn.Sequential(nn.Linear(1, 65536, bias=False))
    with refused(r"0 \(torch\.nn\.Linear\): gives \[300, 65536\] per sample", UnsupportedOperation):
        trace_network(wide, (300, 1), 1.0, 0.0)
