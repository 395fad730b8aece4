"""Leaky integrate-and-fire neurons, with a surrogate gradient for training."""

import math

import torch
from torch import nn

from ..errors import ExportError, shown
from ..numbers import is_number, plain

RESETS = ("zero", "subtract")


class LIF(nn.Module):
    """Leaky integrate-and-fire neurons, one step: (current, membrane) to (spikes, membrane).

    u = leak * membrane + current; spikes = 1 where u > threshold, else 0; the new membrane is
    u * (1 - spikes) (reset "zero") or u - threshold * spikes ("subtract"). That is the operation `lif` of
    docs/trace-format.md.

    leak: 0..1; threshold: above 0. slope: of the surrogate, see spike(). Training differentiates all of it,
    the reset too. Raises ExportError for other numbers.
    """

    def __init__(self, leak, threshold, reset="zero", slope=25.0):
        super().__init__()
        for name, value, low, high in (
            ("leak", leak, 0, 1),
            ("threshold", threshold, math.ulp(0.0), math.inf),
            ("slope", slope, math.ulp(0.0), math.inf),
        ):
            if not is_number(value) or not low <= value <= high or math.isinf(value):
                bounds = f"{low}..{high}" if low == 0 else "above 0"
                raise ExportError(f"LIF: {name}: expected a number {bounds}, got {shown(value)}")
        if reset not in RESETS:
            raise ExportError(f"LIF: reset: expected 'zero' or 'subtract', got {shown(reset)}")
        self.leak = float(plain(leak))
        self.threshold = float(plain(threshold))
        self.reset = reset
        self.slope = float(plain(slope))

    def forward(self, current, membrane):
        """Spikes (0 and 1) and the new membrane, both of the shape of current and membrane."""
        if current.shape != membrane.shape:
            raise ExportError(
                f"LIF: expected current and membrane of one shape, got {list(current.shape)} and "
                f"{list(membrane.shape)}"
            )
        potential = self.leak * membrane + current
        spikes = spike(potential - self.threshold, self.slope)
        if self.reset == "zero":
            return spikes, potential * (1 - spikes)
        return spikes, potential - self.threshold * spikes


def spike(excess, slope):
    """1 where `excess` is above 0, else 0; its gradient is taken to be 1 / (1 + slope * |excess|)^2.

    That is the derivative of a fast sigmoid. Source: Zenke and Ganguli, SuperSpike, Neural Computation 30
    (2018), 1514-1541; for a choice of slope see Neftci, Mostafa and Zenke, IEEE Signal Processing Magazine 36
    (2019), 51-63 (arXiv 1901.09948).
    """
    return _Spike.apply(excess, slope)


class _Spike(torch.autograd.Function):
    @staticmethod
    def forward(context, excess, slope):
        context.save_for_backward(excess)
        context.slope = slope
        return (excess > 0).to(excess.dtype)

    @staticmethod
    def backward(context, gradient):
        (excess,) = context.saved_tensors
        return gradient / (1 + context.slope * excess.abs()) ** 2, None
