"""Put workloads/ on the path, so that the tests run from anywhere; images that several tests use."""

import sys
from pathlib import Path

import numpy
import pytest

TESTS = Path(__file__).resolve().parent

for folder in (TESTS.parent, TESTS):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


@pytest.fixture
def grey_faces(tmp_path):
    """Images of one shade each, 4 * (10 f + n) for image n of face f, so that copies can be traced back."""
    shades = (4 * numpy.arange(60)).astype(numpy.uint8)
    from faces import write_images

    write_images(tmp_path, numpy.broadcast_to(shades[:, None, None], (60, 64, 64)).copy())
    return tmp_path
