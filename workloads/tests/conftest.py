"""Put workloads/ on the path, so that the tests run from anywhere."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent

for folder in (TESTS.parent, TESTS):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
