"""Ranges of a trace's numbers, those that the simulator reads (docs/trace-format.md)."""

LARGEST_EXTENT = 65_536
"""One dimension of a value."""

MOST_DIMENSIONS = 8
"""Dimensions of a value."""

LARGEST_VALUE = 2**24
"""Elements of a value of one sample."""

LARGEST_INPUT_FACTOR = 1e6
"""Magnitude of the input's scale and offset."""

LARGEST_SCALE = 1e6
"""Magnitude of what multiplies an adapter's product."""

EPSILON = (1e-30, 1.0)
ALPHA = (1e-6, 1e6)
MOST_SAMPLES = 1_000_000
MOST_STEPS = 1_000_000_000
LARGEST_BATCH = 1_000_000
LARGEST_SEED = 2**62
