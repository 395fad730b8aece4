"""Spoken digits, as spikes: one clip is 10 steps of 140 channels of a filter bank."""

import hashlib
import zipfile
from dataclasses import dataclass

import numpy

from lifelong.errors import DataError
from palimpsest_export.formats import other_format

from .network import CHANNELS, SPEAKERS, STEPS

RECORDINGS_FILE = "fsdd_8k_int16.npz"
SAMPLING_RATE = 8000
HELD_OUT_TAKES = 5
"""Takes 0 to 4 are the data set's own test split."""
CALIBRATION_SAMPLES = 64

FRAMES_PER_STEP = 5
FRAME = 400
TRANSFORM = 1024
LOWEST_HERTZ, HIGHEST_HERTZ = 60.0, 3900.0
SPIKE_SHARE = 0.15

MOST_CUT = 0.08
"""Of a clip's length, at either end of a training copy."""


@dataclass
class Recordings:
    """Clips and what is said of them.

    clips: arrays int16 [samples]; speakers, takes: whole numbers [clips]; sha256: of the file.
    """

    clips: list
    speakers: numpy.ndarray
    takes: numpy.ndarray
    sha256: str


@dataclass
class Speakers:
    """What training and testing need.

    Inputs are spikes, uint8 [samples, 10 steps, 140 channels], 0 or 1; labels are int64 [samples], the speaker.
    """

    train_inputs: numpy.ndarray
    train_labels: numpy.ndarray
    calibration_inputs: numpy.ndarray
    test_inputs: numpy.ndarray
    test_labels: numpy.ndarray
    sha256: str


def load_recordings(directory):
    """The Recordings of the speakers 0 to 5. Raises DataError, or OSError for a file that cannot be read."""
    path = directory / RECORDINGS_FILE
    if not path.is_file():
        raise DataError(f"data file not found: {path}")
    content = path.read_bytes()
    if not content.startswith(b"PK\x03\x04"):
        raise DataError(f"{path}: expected a NumPy archive (npz), got {other_format(content[:64]) or 'other bytes'}")
    try:
        with numpy.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in ("audio", "offset", "speaker", "take")}
    except KeyError as error:
        raise DataError(f"{path}: expected the arrays audio, offset, speaker, take ({error.args[0]})") from error
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: expected a NumPy archive (npz) ({error})") from error
    fault = _fault(**arrays)
    if fault is not None:
        raise DataError(f"{path}: expected {fault}")
    offsets = arrays["offset"]
    clips = [arrays["audio"][first:last] for first, last in zip(offsets, offsets[1:])]
    return Recordings(clips, arrays["speaker"], arrays["take"], hashlib.sha256(content).hexdigest())


def _fault(audio, offset, speaker, take):
    """What would have been right, with what is there; None if all is."""
    if audio.dtype != numpy.int16 or audio.ndim != 1:
        return f"audio: int16 [samples], got {audio.dtype} {list(audio.shape)}"
    if offset.dtype.kind not in "iu" or offset.ndim != 1:
        return f"offset: whole numbers, got {offset.dtype} {list(offset.shape)}"
    for name, array in (("speaker", speaker), ("take", take)):
        if array.dtype.kind not in "iu" or array.shape != (len(offset) - 1,):
            return f"{name}: a whole number for each clip, got {array.dtype} {list(array.shape)}"
    lengths = numpy.diff(offset.astype(numpy.int64))
    if not len(lengths) or offset[0] != 0 or offset[-1] != len(audio) or (lengths < 1).any():
        return "offset: rising from 0 to the samples of audio"
    for number in range(SPEAKERS):
        of_speaker = take[speaker == number]
        for wanted, what in ((of_speaker < HELD_OUT_TAKES, "test"), (of_speaker >= HELD_OUT_TAKES, "training")):
            if not wanted.any():
                return f"speaker and take: a {what} take of speaker {number}, got none"
    return None


def filter_bank():
    """Triangular filters, float64 [140 channels, 513 frequencies] for power spectra, each with the sum 1.

    Their centres are evenly spaced on the mel scale, 2595 log10(1 + f / 700 Hz), from 60 to 3900 Hz; a filter reaches
    to its neighbours' centres, at least to the next frequency of the spectrum.
    """

    def to_mel(hertz):
        return 2595 * numpy.log10(1 + hertz / 700)

    mels = numpy.linspace(to_mel(LOWEST_HERTZ), to_mel(HIGHEST_HERTZ), CHANNELS + 2)
    corners = 700 * (10 ** (mels / 2595) - 1)
    resolution = SAMPLING_RATE / TRANSFORM
    frequencies = numpy.arange(TRANSFORM // 2 + 1) * resolution
    centres = corners[1:-1, None]
    below = numpy.maximum(numpy.diff(corners)[:-1, None], resolution)
    above = numpy.maximum(numpy.diff(corners)[1:, None], resolution)
    rising, falling = 1 - (centres - frequencies) / below, 1 - (frequencies - centres) / above
    filters = numpy.clip(numpy.minimum(rising, falling), 0, None)
    return filters / filters.sum(axis=1, keepdims=True)


def channel_powers(clip, filters):
    """Mean power in each step and channel, float64 [10 steps, 140 channels], of a clip [samples].

    50 frames of 50 ms (Hann window), evenly spaced from the clip's first sample to its last, beyond which is silence;
    five of them make a step.
    """
    centred = clip - clip.mean(dtype=numpy.float64)
    padded = numpy.pad(centred, FRAME // 2)
    starts = numpy.linspace(0, len(padded) - FRAME, STEPS * FRAMES_PER_STEP).astype(int)
    frames = padded[starts[:, None] + numpy.arange(FRAME)] * numpy.hanning(FRAME)
    powers = numpy.abs(numpy.fft.rfft(frames, TRANSFORM)) ** 2 @ filters.T
    return powers.reshape(STEPS, FRAMES_PER_STEP, CHANNELS).mean(axis=1)


def to_spikes(powers):
    """Spikes, uint8 of the shape of `powers` [10, 140]: the loudest 15 % of a clip's cells fire, at a tie the earlier.

    Only the order of the powers counts, so the level of a recording is not in its spikes.
    """
    order = numpy.argsort(-powers, axis=None, kind="stable")
    spikes = numpy.zeros(powers.size, dtype=numpy.uint8)
    spikes[order[: round(SPIKE_SHARE * powers.size)]] = 1
    return spikes.reshape(powers.shape)


def shortened(clip, generator):
    """The clip [samples] without up to 8 % of its beginning and of its end, so that its steps fall elsewhere."""
    first, last = (generator.uniform(0, MOST_CUT, size=2) * len(clip)).astype(int)
    return clip[first : len(clip) - last]


def prepare_speakers(directory, generator, train_copies):
    """Clips as spikes, takes 0 to 4 of every speaker and digit for testing, the others for training.

    Samples come speaker by speaker, in the order of the file; of each training clip first the clip itself, then
    `train_copies` shortened ones. 64 training samples are drawn for calibration. generator: numpy.random.Generator.
    Raises DataError, or OSError.
    """
    recordings = load_recordings(directory)
    filters = filter_bank()
    order = numpy.argsort(recordings.speakers, kind="stable")
    order = order[recordings.speakers[order] < SPEAKERS]

    def collect(numbers, copies):
        inputs = []
        for number in numbers:
            clip = recordings.clips[number]
            for view in (clip, *(shortened(clip, generator) for _ in range(copies))):
                inputs.append(to_spikes(channel_powers(view, filters)))
        return numpy.stack(inputs), numpy.repeat(recordings.speakers[numbers].astype(numpy.int64), 1 + copies)

    held_out = recordings.takes[order] < HELD_OUT_TAKES
    test_inputs, test_labels = collect(order[held_out], 0)
    train_inputs, train_labels = collect(order[~held_out], train_copies)
    calibration = generator.choice(len(train_inputs), min(CALIBRATION_SAMPLES, len(train_inputs)), replace=False)
    return Speakers(
        train_inputs, train_labels, train_inputs[calibration], test_inputs, test_labels, recordings.sha256
    )
