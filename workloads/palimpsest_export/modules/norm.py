"""Root-mean-square normalisation, which torch has since 2.4 only."""

import torch
from torch import nn

from ..errors import ExportError, shown
from ..numbers import is_number


class RMSNorm(nn.Module):
    """Root-mean-square normalisation over the last dimension, with a gain per feature.

    x / sqrt(mean(x^2) + epsilon) * gain, shape kept. Source: Zhang and Sennrich, NeurIPS 2019 (arXiv
    1910.07467). features: how many; epsilon: above 0, at most 1.
    """

    def __init__(self, features, epsilon=1e-6, dtype=None):
        super().__init__()
        if not is_number(features, int) or features < 1:
            raise ExportError(f"RMSNorm: features must be a whole number, at least 1, got {shown(features)}")
        self.features = features
        self.epsilon = epsilon
        self.gain = nn.Parameter(torch.ones(features, dtype=dtype))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.gain
