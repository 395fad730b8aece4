"""Recurrent layers of torch as scans over cells of linear layers, which share their parameters.

The cells' equations are those of torch.nn.LSTM, GRU and RNN (PyTorch documentation); sources: Hochreiter
and Schmidhuber, Neural Computation 9 (1997); Cho et al., EMNLP 2014 (arXiv 1406.1078); Elman, Cognitive
Science 14 (1990).
"""

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from ..errors import ExportError, class_name
from .loops import Scan

RECURRENT = (nn.LSTM, nn.GRU, nn.RNN)
CELLS = (nn.LSTMCell, nn.GRUCell, nn.RNNCell)


def as_scan(module):
    """A module equivalent to an nn.LSTM, GRU or RNN, or to the cell of one, that shares its parameters.

    Made of nn.Linear, sigmoid, tanh, products and sums, so that a trace can state it and add_lora can reach
    it. It is called as the module is, with and without a state, and gives the same. Raises ExportError for
    another kind of module, or one whose forward hooks would be lost.
    """
    if isinstance(module, nn.Module) and (module._forward_hooks or module._forward_pre_hooks):
        raise ExportError(f"as_scan: a forward hook of the {type(module).__name__} would be lost; remove it")
    if type(module) in RECURRENT:
        return ScannedLayers(module).train(module.training)
    if type(module) in CELLS:
        return ScannedCell(module).train(module.training)
    raise ExportError(
        f"as_scan: expected an nn.LSTM, GRU or RNN, or a cell of these, got {class_name(module)}"
    )


def replace_recurrent(model):
    """Replace every nn.LSTM, GRU, RNN and cell inside a model by what as_scan makes of it.

    Returns the paths. A model that is such a layer itself is left to as_scan.
    """
    paths = [path for path, module in model.named_modules() if path and type(module) in RECURRENT + CELLS]
    for path in paths:
        parent, _, name = path.rpartition(".")
        setattr(model.get_submodule(parent), name, as_scan(model.get_submodule(path)))
    return paths


class LstmStep(nn.Module):
    """One step of an LSTM: (h, c, x) to (h, c, h); h is projected where there is a projection."""

    def __init__(self, from_input, from_state, projection=None):
        super().__init__()
        self.input = from_input
        self.recurrent = from_state
        self.projection = projection

    def forward(self, h, c, x):
        gates = (self.input(x) + self.recurrent(h)).chunk(4, dim=-1)
        c = torch.sigmoid(gates[1]) * c + torch.sigmoid(gates[0]) * torch.tanh(gates[2])
        h = torch.sigmoid(gates[3]) * torch.tanh(c)
        if self.projection is not None:
            h = self.projection(h)
        return h, c, h


class GruStep(nn.Module):
    """One step of a GRU: (h, x) to (h, h)."""

    def __init__(self, from_input, from_state):
        super().__init__()
        self.input = from_input
        self.recurrent = from_state

    def forward(self, h, x):
        given, kept = self.input(x).chunk(3, dim=-1), self.recurrent(h).chunk(3, dim=-1)
        candidate = torch.tanh(given[2] + torch.sigmoid(given[0] + kept[0]) * kept[2])
        h = candidate + torch.sigmoid(given[1] + kept[1]) * (h - candidate)
        return h, h


class RnnStep(nn.Module):
    """One step of an Elman network: (h, x) to (h, h)."""

    def __init__(self, from_input, from_state, nonlinearity):
        super().__init__()
        self.input = from_input
        self.recurrent = from_state
        self.activation = nn.ReLU() if nonlinearity == "relu" else nn.Tanh()

    def forward(self, h, x):
        h = self.activation(self.input(x) + self.recurrent(h))
        return h, h


class ScannedLayers(nn.Module):
    """An nn.LSTM, GRU or RNN as a Scan per layer and direction; called as it is, for sequences in batches."""

    def __init__(self, module):
        super().__init__()
        self.batch_first = module.batch_first
        self.directions = 2 if module.bidirectional else 1
        self.has_cell_state = isinstance(module, nn.LSTM)
        suffixes = [
            f"_l{layer}{direction}"
            for layer in range(module.num_layers)
            for direction in ("", "_reverse")[: self.directions]
        ]
        self.scans = nn.ModuleList(_scan(module, suffix) for suffix in suffixes)
        self.dropout = nn.Dropout(module.dropout)

    def forward(self, input, hx=None):
        """(output, final state), each of the shape that the module documents."""
        if isinstance(input, PackedSequence):
            raise ExportError(
                "as_scan: expected a tensor, got a PackedSequence: sequences of one length only"
            )
        if isinstance(input, torch.Tensor) and input.dim() != 3:
            raise ExportError(f"as_scan: expected a batch of sequences, got shape {list(input.shape)}")
        x = input if self.batch_first else input.transpose(0, 1)
        finals = []
        for first in range(0, len(self.scans), self.directions):
            x = self.dropout(x) if first else x
            outputs = []
            for index in range(first, first + self.directions):
                sequence = torch.flip(x, (1,)) if index > first else x
                result = self.scans[index](self._initial(hx, index), sequence)
                finals.append(result[0])
                outputs.append(torch.flip(result[1], (1,)) if index > first else result[1])
            x = torch.cat(outputs, dim=-1) if self.directions == 2 else outputs[0]
        return x if self.batch_first else x.transpose(0, 1), self._final(finals)

    def _initial(self, hx, index):
        if hx is None:
            return None
        return (hx[0][index], hx[1][index]) if self.has_cell_state else hx[index]

    def _final(self, finals):
        if not self.has_cell_state:
            return torch.stack(finals)
        return torch.stack([final[0] for final in finals]), torch.stack([final[1] for final in finals])


class ScannedCell(nn.Module):
    """An nn.LSTMCell, GRUCell or RNNCell: one step of its Scan."""

    def __init__(self, module):
        super().__init__()
        self.has_cell_state = isinstance(module, nn.LSTMCell)
        self.scan = _scan(module, "")

    def forward(self, input, hx=None):
        """The next state, of the shape that the module documents; hx None: from zeros."""
        if isinstance(input, torch.Tensor) and input.dim() != 2:
            raise ExportError(f"as_scan: expected a batch of vectors, got shape {list(input.shape)}")
        if hx is None:
            return self.scan(None, input[:, None])[0]
        if self.has_cell_state:
            return self.scan.body(hx[0], hx[1], input)[:2]
        return self.scan.body(hx, input)[0]


def _scan(module, suffix):
    """The Scan of one layer and direction of a module, named by the end of its parameters' names."""
    from_input, from_state = (
        _linear(getattr(module, f"weight_{kind}{suffix}"), getattr(module, f"bias_{kind}{suffix}", None))
        for kind in ("ih", "hh")
    )
    hidden = (module.hidden_size,)
    if isinstance(module, (nn.GRU, nn.GRUCell)):
        return Scan(GruStep(from_input, from_state), zeros=hidden)
    if isinstance(module, (nn.RNN, nn.RNNCell)):
        return Scan(RnnStep(from_input, from_state, module.nonlinearity), zeros=hidden)
    projection = getattr(module, f"weight_hr{suffix}", None)
    step = LstmStep(from_input, from_state, None if projection is None else _linear(projection, None))
    return Scan(step, zeros=((from_state.in_features,), hidden))


def _linear(weight, bias):
    """An nn.Linear of these parameters."""
    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, device="meta")
    linear.weight = weight
    if bias is not None:
        linear.bias = bias
    return linear
