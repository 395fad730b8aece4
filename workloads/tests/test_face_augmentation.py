"""What an augmented view is, read off views of ramps: bilinear sampling of a ramp is exact."""

import math

import numpy
import pytest

from face.data import augment

VIEWS = 400
CENTRE = 31.5


@pytest.fixture(scope="module")
def views():
    """Angle, side kept, mirrored or not and shift of each view, from the middle of views of two ramps."""
    ramp = numpy.broadcast_to(numpy.arange(64.0)[:, None], (64, 64))
    found = []
    for seed in range(VIEWS):
        row, column = (
            augment(image, numpy.random.default_rng(seed))[31:33, 31:33] for image in (ramp, ramp.T)
        )
        down = row[1, 0] - row[0, 0], column[1, 0] - column[0, 0]
        right = row[0, 1] - row[0, 0], column[0, 1] - column[0, 0]
        side = math.hypot(*down)
        mirrored = down[0] * right[1] - down[1] * right[0] < 0
        sign = -1 if mirrored else 1
        assert right == pytest.approx((-sign * down[1], sign * down[0]))
        found.append(
            (math.atan2(down[1], down[0]), side, mirrored, row.mean() - CENTRE, column.mean() - CENTRE)
        )
    return [numpy.array(values) for values in zip(*found)]


def test_rotations_are_within_ten_degrees_either_way(views):
    degrees = numpy.degrees(views[0])
    assert 9.9 < degrees.max() <= 10 and -10 <= degrees.min() < -9.9
    assert degrees.std() == pytest.approx(10 / 3**0.5, rel=0.1)


def test_crops_keep_85_to_100_percent_of_the_side(views):
    assert 0.85 <= views[1].min() < 0.852 and 0.998 < views[1].max() <= 1


def test_half_of_the_views_are_mirrored(views):
    assert abs(views[2].mean() - 0.5) < 0.1


def test_crops_lie_anywhere_within_the_image(views):
    for shift in views[3:]:
        share = shift / (32 * (1 - views[1]))
        assert 0.95 < share.max() <= 1.000001 and -1.000001 <= share.min() < -0.95
        assert abs(share.mean()) < 0.1


def test_beyond_the_border_its_pixels_repeat():
    ramp = numpy.broadcast_to(numpy.arange(64.0)[:, None], (64, 64))
    offset = numpy.arange(64) - CENTRE
    beyond = 0
    for seed in range(50):
        for image in (ramp, ramp.T):
            view = augment(image, numpy.random.default_rng(seed))
            middle = view[31:33, 31:33]
            down, right = middle[1, 0] - middle[0, 0], middle[0, 1] - middle[0, 0]
            plane = middle.mean() + down * offset[:, None] + right * offset[None, :]
            beyond += (plane < 0).sum() + (plane > 63).sum()
            numpy.testing.assert_allclose(view, plane.clip(0, 63), atol=1e-9)
    assert beyond > 1000
