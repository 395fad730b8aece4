"""Random numbers for each purpose."""

import numpy


class RandomStreams:
    """A function of (seed, purpose, *numbers) that gives a numpy Generator.

    Each purpose (and its numbers) has draws of its own: changing one training run leaves the others alone.
    purposes: all of them; those that are added go to the end, since a purpose's place decides its draws.
    """

    def __init__(self, *purposes):
        self._purposes = purposes

    def __call__(self, seed, purpose, *numbers):
        return numpy.random.default_rng([seed, self._purposes.index(purpose), *numbers])
