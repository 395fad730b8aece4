import numpy
import pytest
import torch

from palimpsest_export import ExportError, reference_outputs, trace_network


class Autocast(torch.nn.Module):
    """One layer that computes in bfloat16 under autocast, which float64 inputs do not show."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(6, 3)

    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self.layer(x).mean(dim=1)


def test_a_module_under_autocast_is_refused():
    torch.manual_seed(1)
    module = Autocast()
    inputs = numpy.random.default_rng(1).integers(0, 256, (40, 2, 6)).astype(numpy.uint8)
    network = trace_network(module, (2, 6), 1 / 255, 0.0)
    with pytest.raises(ExportError, match="other outputs in float32 than in float64"):
        reference_outputs(module, network, inputs)
