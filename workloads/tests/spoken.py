"""Recordings in the place of the Free Spoken Digit Dataset, which is not part of the repository."""

import numpy

from speaker import data as speaker_data

TAKES = 8


def tone(hertz, samples, amplitude=8000.0):
    """A sine, int16 [samples], at 8 kHz."""
    return numpy.rint(amplitude * numpy.sin(2 * numpy.pi * hertz * numpy.arange(samples) / 8000)).astype(numpy.int16)


def arrays_of(clips, speakers, takes):
    """The arrays of the data set's file that are read."""
    return {
        "audio": numpy.concatenate(clips),
        "offset": numpy.cumsum([0, *map(len, clips)]),
        "speaker": numpy.asarray(speakers, numpy.int8),
        "take": numpy.asarray(takes, numpy.int8),
    }


def recordings():
    """A clip for each take 0 to 7 of each of six speakers, a tone of 400 f + 10 take + 300 Hz for speaker f."""
    pairs = [(speaker, take) for take in range(TAKES) for speaker in range(6)]
    clips = [tone(300 + 400 * speaker + 10 * take, 1200 + 50 * take) for speaker, take in pairs]
    return arrays_of(clips, *zip(*pairs))


def write(directory, arrays):
    numpy.savez(directory / speaker_data.RECORDINGS_FILE, **arrays)


def prepare(directory, seed=1, copies=1):
    return speaker_data.prepare_speakers(directory, numpy.random.default_rng(seed), copies)
