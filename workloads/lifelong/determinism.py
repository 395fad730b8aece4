"""The same bits on every processor."""

import torch

GRID = 2.0**-16


def make_deterministic():
    """One thread and deterministic kernels, process-wide."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def snap_to_grid(parameters):
    """Round every parameter to a multiple of 2^-16, in place.

    Kernels of different processors differ in the last bits of a float64, about 1e-15. Rounding to a far
    coarser grid after every step removes the difference before it can grow, and makes the values exact in
    float32.
    """
    with torch.no_grad():
        for parameter in parameters:
            parameter.copy_(torch.round(parameter / GRID) * GRID)
