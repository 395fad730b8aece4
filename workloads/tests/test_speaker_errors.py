"""The errors of array weights that the speaker network is trained under."""

import numpy
import pytest
import torch

from speaker.errors import array_errors, voltage_shares


def solved_array(number, segment=0.7, conductance=45e-6):
    """Effective over true conductance [rows, columns] of a square array whose cells are alike, by nodal analysis.

    Rows are driven at their left, columns end at ground at their bottom, each through one segment. Kirchhoff's law at
    both wires of every cell, by alternate sweeps over rows and columns.
    """
    wire = 1 / (conductance * segment)
    along = numpy.diag(numpy.full(number, 2 * wire + 1)) - wire * (numpy.eye(number, k=1) + numpy.eye(number, k=-1))
    along[-1, -1] -= wire  # Of a row; a column is one that begins at its bottom.
    inverse = numpy.linalg.inv(along)
    shares = numpy.zeros((number, number))
    for driven in range(0, number, 16):
        row, column = numpy.zeros((2, number, number))
        source = numpy.zeros((number, number))
        source[driven, 0] = wire
        for _ in range(60):
            row = (column + source) @ inverse.T
            column = (inverse @ row[::-1])[::-1]
        shares[driven] = (row - column).sum(axis=0)
    return shares[::16].mean(axis=0)


def test_the_shares_are_those_of_a_solved_array():
    solved = solved_array(128)
    seen, reference = voltage_shares(127)
    numpy.testing.assert_allclose(seen, solved[:127], rtol=0, atol=0.02)
    assert reference[0] == pytest.approx(solved[127], abs=0.02)
    # What counts most is the difference of the two.
    numpy.testing.assert_allclose(seen - reference, solved[:127] - solved[127], rtol=0, atol=0.012)


def test_every_array_has_its_own_reference():
    seen, reference = voltage_shares(2 * 127 + 6)
    numpy.testing.assert_array_equal(seen[:127], seen[127:254])
    for whole, alone in zip((seen, reference), voltage_shares(6)):
        numpy.testing.assert_array_equal(whole[254:], alone)
    assert (seen > reference).all() and (numpy.diff(seen[:127]) < 0).all()
    assert seen[254] - reference[254] == pytest.approx(0.166 * (6 / 127) ** 2)


def test_errors_are_a_weights_own_shared_and_of_the_wires():
    disturb = array_errors(numpy.random.default_rng(0), 0.04, 0.015)
    weight = torch.zeros(127, 65, dtype=torch.float64)
    weight[:, 0] = 2
    values = numpy.stack([disturb(weight).numpy() / 2 for _ in range(1000)])
    by_output = values[:, :, 1:].mean(axis=2)
    assert (values[:, :, 1:] - by_output[..., None]).std() == pytest.approx(0.04, rel=0.02)
    assert by_output[:, -1].std() == pytest.approx((0.015**2 + 0.04**2 / 64) ** 0.5, rel=0.1)
    assert abs(by_output[:, -1].mean()) < 0.003
    # The offset of the first column, and the loss of the last, with a strength between 0 and 1.
    seen, reference = voltage_shares(127)
    strength = (by_output[:, 0] - by_output[:, -1]) / (45 / 35 * (seen[0] - seen[-1]))
    assert strength.mean() == pytest.approx(0.5, abs=0.05) and strength.std() == pytest.approx(12**-0.5, abs=0.03)
    loss = 1 - (values[:, -1, 0] - by_output[:, -1])
    assert loss.mean() == pytest.approx(0.5 * (1 - seen[-1]), abs=0.01)
    assert numpy.corrcoef(loss, strength)[0, 1] > 0.8
