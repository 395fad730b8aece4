"""Modules made of one function, to be traced."""

import torch
from torch import nn

from palimpsest_export import trace_network

ROWS, COLUMNS = 3, 4


class Bare(nn.Module):
    """A module around a function of (module, x), with layers at hand; parts: further ones."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        self.linear = nn.Linear(COLUMNS, COLUMNS)
        self.square = nn.Linear(ROWS, ROWS, bias=False)
        self.drop = nn.Dropout(0.5)
        self.offset = nn.Parameter(torch.zeros(COLUMNS))
        self.register_buffer("fixed", torch.zeros(COLUMNS))
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self.function(self, x)


class Wrapped(nn.Module):
    """Another module as a part, so that errors have a path to name."""

    def __init__(self, part):
        super().__init__()
        self.part = part

    def forward(self, x):
        return self.part(x).mean(1)


def trace(module):
    return trace_network(module, (ROWS, COLUMNS), 1 / 32, -4.0)
