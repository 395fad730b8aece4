"""Attention by torch.nn.functional.scaled_dot_product_attention, which PyTorch 1.13 lacks, as PyTorch 2 exported it.

Run as a script under PyTorch 2, this file makes the traces in exported_by_torch2 again.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

FOLDER = Path(__file__).resolve().parent / "exported_by_torch2"
CASES = {"plain": {}, "causal": {"is_causal": True, "scale": 0.3}}
WIDTH, HEADS, TOKENS, SAMPLES = 8, 2, 5, 3


class FusedAttention(nn.Module):
    """(batch, tokens, width) to the same: two heads and nothing around them."""

    def __init__(self, options):
        super().__init__()
        self.options = options
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(q, k, v, **self.options).transpose(1, 2).flatten(2)


def make(name, folder):
    from palimpsest_export import export

    torch.manual_seed(len(name))
    samples = torch.randn(SAMPLES, TOKENS, WIDTH)
    export(FusedAttention(CASES[name]).eval(), samples, folder / name)


if __name__ == "__main__":
    for case in CASES:
        make(case, FOLDER)
