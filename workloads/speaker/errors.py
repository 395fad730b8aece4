"""What becomes of weights in resistive arrays, as training meets it."""

import numpy
import torch

BLOCK = 127
"""Outputs of an array of 128 columns; the reference column is behind them."""
ZERO_WEIGHT = 45 / 35
"""Conductance of a weight of zero over that of the largest weight (uS)."""
COLUMN_LOSS, ROW_LOSS = 0.14, 0.166
"""Shares of the voltage that the wires of 128 x 128 cells of 45 uS lose at 0.7 ohm a segment (palimpsest crossbar)."""


def voltage_shares(outputs):
    """(share of a row's voltage that the cells of an output see, the share that their reference sees), [outputs] each.

    For rows that are driven alone or with others of the same sign, where all cells are alike: the columns' wires take
    a share of their own; along the row the voltage falls as the square of the columns that are left tells.
    """
    number = numpy.arange(outputs)
    width = numpy.minimum(BLOCK, outputs - number // BLOCK * BLOCK)
    left = width - number % BLOCK
    reference = 1 - COLUMN_LOSS - ROW_LOSS * (width / BLOCK) ** 2
    return reference + ROW_LOSS * (left / BLOCK) ** 2, reference


def reading_errors(generator, own):
    """A function that gives the weights [outputs, inputs] of a layer of a known array as they are read once.

    With m the largest magnitude: own * m N(0, 1) for each weight.
    """

    def disturb(weight):
        error = own * generator.standard_normal(tuple(weight.shape))
        return weight + weight.abs().max() * torch.from_numpy(error)

    return disturb


def array_errors(generator, own, common):
    """A function that gives the weights [outputs, inputs] of a layer as some array would have them.

    With m the largest magnitude: own * m N(0, 1) for each weight; common * m N(0, 1) for all, as write-verify leaves
    cells on one side of their targets; and a share of the wires' losses, between none and all, drawn each time: the
    weight times what its cell sees, and its cell's zero-weight conductance times what it sees beyond its reference.
    """

    def disturb(weight):
        error = own * generator.standard_normal(tuple(weight.shape)) + common * generator.standard_normal()
        wires = generator.uniform()
        seen, by_reference = voltage_shares(len(weight))
        offset = wires * ZERO_WEIGHT * (seen - by_reference)
        gain = torch.from_numpy(1 - wires * (1 - seen))
        return weight * gain[:, None] + weight.abs().max() * torch.from_numpy(error + offset[:, None])

    return disturb
