"""How the dimensions of a module's tensors become those of a trace's values, which have no samples.

A tensor [samples, ...] of the module is a value [...] of the trace. Its samples may lie at any dimension, and may
be one with a dimension behind them, as in x.reshape(samples * tokens, features).
"""

import math
from dataclasses import dataclass

import torch

from .errors import shown


@dataclass(frozen=True)
class Value:
    """A value: its name, its dimensions per sample, and which of the tensor's dimensions has the samples.

    folded: that dimension also has the value's dimension of this number, behind the samples.
    """

    name: str
    dims: tuple
    batch: int = 0
    folded: bool = False

    @property
    def rank(self):
        """Dimensions of the tensor."""
        return len(self.dims) + (not self.folded)

    @property
    def from_right(self):
        """How many dimensions the tensor has behind its samples."""
        return self.rank - 1 - self.batch


class Layout:
    """The part of a NetworkBuilder that changes the shapes of values."""

    def torch_shape(self, value):
        """Shape of the tensor that a value is."""
        dims = list(value.dims)
        if value.folded:
            dims[value.batch] *= self.samples
        else:
            dims.insert(value.batch, self.samples)
        return tuple(dims)

    def reshape(self, value, dims, batch=None, folded=None):
        """The same numbers with other dimensions per sample."""
        batch = value.batch if batch is None else batch
        folded = value.folded if folded is None else folded
        shape = [int(extent) for extent in dims] or [1]
        if tuple(shape) == tuple(self.shapes[value.name]):
            return Value(value.name, tuple(dims), batch, folded)
        (name,) = self.append("reshape", [value.name], {"shape": shape})
        return Value(name, tuple(dims), batch, folded)

    def torch_reshape(self, value, sizes):
        """The value of a reshaped tensor, if each sample keeps its numbers."""
        old = self.torch_shape(value)
        sizes = [int(size) for size in sizes]
        if -1 in sizes:
            sizes[sizes.index(-1)] = math.prod(old) // -math.prod(sizes)
        before = math.prod(old[: value.batch])
        for place, size in enumerate(sizes):
            if math.prod(sizes[:place]) == before and size % self.samples == 0:
                inner = size // self.samples
                folded = inner > 1
                dims = [*sizes[:place], *([inner] if folded else []), *sizes[place + 1 :]]
                return self.reshape(value, dims, place, folded)
        self.refuse("a reshape that mixes samples", "reshape(samples, ...), with the samples kept apart")

    def drop_axes(self, value, axes):
        """The value without axes of extent 1."""
        dims = [extent for axis, extent in enumerate(value.dims) if axis not in axes]
        return self.reshape(value, dims, value.batch - sum(axis < value.batch for axis in axes))

    def unsqueeze(self, value, dimension):
        """The value with a dimension of extent 1 more."""
        dimension %= value.rank + 1
        behind = dimension > value.batch
        axis = dimension - (behind and not value.folded)
        dims = [*value.dims[:axis], 1, *value.dims[axis:]]
        return self.reshape(value, dims, value.batch + (not behind))

    def permute(self, value, order):
        """The value with the tensor's dimensions in another order."""
        order = [dimension % value.rank for dimension in order]
        batch = order.index(value.batch)
        if value.folded:
            axes = order
        else:
            axes = [d - (d > value.batch) for d in order if d != value.batch]
        dims = tuple(value.dims[axis] for axis in axes)
        if axes == list(range(len(axes))):
            return Value(value.name, dims, batch, value.folded)
        return self.apply("permute", value, dims=dims, batch=batch, order=axes)

    def swap(self, value, one, other):
        """The value with two of the tensor's dimensions exchanged."""
        if not all(-value.rank <= dimension < value.rank for dimension in (one, other)):
            self.fail(f"a transpose of dimensions {one} and {other} of a tensor of {value.rank}")
        order = list(range(value.rank))
        one, other = one % value.rank, other % value.rank
        order[one], order[other] = order[other], order[one]
        return self.permute(value, order)

    def swap_axes(self, value, one, other):
        """The value with two of its own axes exchanged."""
        order = list(range(len(value.dims)))
        order[one], order[other] = order[other], order[one]
        dims = tuple(value.dims[axis] for axis in order)
        return self.apply("permute", value, dims=dims, batch=value.batch, order=order)

    def without_samples(self, tensor, value):
        """A constant operand of a value as it is for one sample, the same for all."""
        place = tensor.dim() - 1 - value.from_right
        if place < 0 or (value.folded and tensor.shape[place] == 1):
            return tensor if tensor.dim() else tensor.reshape(1)
        extent = tensor.shape[place]
        if extent not in (1, self.samples * (value.dims[value.batch] if value.folded else 1)):
            self.refuse("a constant across samples", "constants of the shape of one sample")
        if extent > 1:
            split = tensor.unflatten(place, (self.samples, extent // self.samples))
            first = split.narrow(place, 0, 1)
            if not torch.equal(first.expand_as(split), split):
                self.refuse("a constant that differs between samples", "constants of the shape of one sample")
            tensor = first.squeeze(place)
        content = tensor if value.folded else tensor.squeeze(place)
        return content if content.dim() else content.reshape(1)

    def shared_value(self, tensor):
        """A constant tensor without samples as a value."""
        if self.is_value(tensor):
            self.refuse(
                "a sequence of a Repeat that depends on the input", "a parameter or buffer, or a Scan"
            )
        (name,) = self.append("parameter", [], {"parameter": self.parameter(tensor, "constant")})
        return Value(name, tuple(tensor.shape))

    def constant_value(self, tensor, like):
        """A constant tensor as a value that has its samples where `like` has them."""
        if not isinstance(tensor, torch.Tensor):
            self.fail(f"an operand that is not a value of the network ({shown(tensor)})")
        while tensor.dim() <= like.from_right:
            tensor = tensor.unsqueeze(0)
        content = self.without_samples(tensor, like)
        (name,) = self.append("parameter", [], {"parameter": self.parameter(tensor, "constant", content)})
        dims = tuple(content.shape)
        return Value(name, dims, len(dims) + (not like.folded) - 1 - like.from_right, like.folded)
