"""Clips are split by take, become spikes whatever their level, and what is wrong with their file is one line."""

import numpy
import pytest
from spoken import TAKES, arrays_of, prepare, recordings, tone, write

from palimpsest_export import TraceError
from speaker import data as speaker_data
from speaker import main as speaker_main
from speaker.data import channel_powers, filter_bank, shortened, to_spikes


@pytest.fixture
def spoken(tmp_path):
    write(tmp_path, recordings())
    return tmp_path


def spikes_of(clip):
    return to_spikes(channel_powers(clip, filter_bank()))


def centre(channel):
    """Hertz: the 140 centres lie evenly between those of 60 and 3900 Hz on the mel scale."""
    low, high = (2595 * numpy.log10(1 + hertz / 700) for hertz in (60, 3900))
    return 700 * (10 ** ((low + (channel + 1) * (high - low) / 141) / 2595) - 1)


def test_no_take_is_in_both_parts(spoken):
    speakers = prepare(spoken)
    assert speakers.test_inputs.shape == (6 * 5, 10, 140) and speakers.train_inputs.shape == (6 * 3 * 2, 10, 140)
    assert speakers.test_labels.tolist() == sorted(5 * list(range(6)))
    assert speakers.train_labels.tolist() == sorted(6 * list(range(6)))
    arrays = recordings()
    clips = numpy.split(arrays["audio"], arrays["offset"][1:-1])
    for inputs, takes, views in ((speakers.test_inputs, range(5), 1), (speakers.train_inputs, range(5, TAKES), 2)):
        expected = [spikes_of(clips[6 * take + speaker]) for speaker in range(6) for take in takes]
        numpy.testing.assert_array_equal(inputs[::views], expected)
    known = {sample.tobytes() for sample in speakers.train_inputs}
    assert {sample.tobytes() for sample in speakers.calibration_inputs} <= known
    assert not {sample.tobytes() for sample in speakers.test_inputs} & known


def test_preparation_depends_on_the_seed_alone(spoken):
    one, two, other = prepare(spoken), prepare(spoken), prepare(spoken, seed=2)
    numpy.testing.assert_array_equal(one.train_inputs, two.train_inputs)
    numpy.testing.assert_array_equal(one.test_inputs, other.test_inputs)
    assert (one.train_inputs[1::2] != other.train_inputs[1::2]).any()


def test_a_copy_lacks_a_little_of_both_ends():
    clip = numpy.arange(1000)
    copies = [shortened(clip, numpy.random.default_rng(seed)) for seed in range(200)]
    first, last = numpy.array([(copy[0], 999 - copy[-1]) for copy in copies]).T
    for cut in (first, last):
        assert cut.min() < 5 and 70 < cut.max() <= 80 and 30 < cut.mean() < 50
    assert all((numpy.diff(copy) == 1).all() for copy in copies)


def test_a_filter_weighs_the_frequencies_around_its_centre():
    filters = filter_bank()
    assert filters.shape == (140, 513)
    numpy.testing.assert_allclose(filters.sum(axis=1), 1)
    frequencies = numpy.arange(513) * 8000 / 1024
    for channel in (0, 40, 139):
        mean = filters[channel] @ frequencies
        assert abs(mean - centre(channel)) < 8000 / 1024
        reach = max(centre(channel + 1) - centre(channel), 8000 / 1024)
        assert (filters[channel][abs(frequencies - centre(channel)) > reach + 1e-6] == 0).all()


@pytest.mark.parametrize("channel", [30, 80, 130])
def test_a_tone_is_loudest_in_its_channel(channel):
    powers = channel_powers(tone(centre(channel), 4000), filter_bank())
    assert abs(powers[1:-1].argmax(axis=1) - channel).max() <= 1


def test_a_step_is_a_tenth_of_the_clip():
    clip = numpy.concatenate([tone(1000, 2000), numpy.zeros(2000, numpy.int16)])
    loud = channel_powers(clip, filter_bank()).max(axis=1)
    assert (loud[:5] > 20 * loud[5:].max()).all()


def test_the_level_of_a_recording_is_not_in_its_spikes():
    clip = numpy.random.default_rng(0).normal(size=3000) * numpy.linspace(0, 1, 3000)
    spikes = spikes_of(clip)
    numpy.testing.assert_array_equal(spikes_of(clip / 64 + 5), spikes)
    assert spikes.dtype == numpy.uint8 and spikes.sum() == round(speaker_data.SPIKE_SHARE * 1400)


def test_the_loudest_cells_fire():
    powers = numpy.random.default_rng(0).permutation(1400).reshape(10, 140).astype(float)
    numpy.testing.assert_array_equal(to_spikes(powers), powers >= 1400 - speaker_data.SPIKE_SHARE * 1400)
    assert to_spikes(numpy.zeros((10, 140))).reshape(-1)[: round(speaker_data.SPIKE_SHARE * 1400)].all()


def one_line_of_error(arguments, capsys):
    assert speaker_main.main([str(argument) for argument in arguments]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_missing_data_is_one_clear_line(tmp_path, capsys):
    error = one_line_of_error(["--data", tmp_path, "--output", tmp_path / "out"], capsys)
    assert "data file not found" in error and speaker_data.RECORDINGS_FILE in error
    assert not (tmp_path / "out").exists()


def without(name):
    return lambda arrays: {key: value for key, value in arrays.items() if key != name}


def changed(**values):
    return lambda arrays: {**arrays, **{name: change(arrays[name]) for name, change in values.items()}}


SPOILT = {
    "no takes": (without("take"), "expected the arrays audio, offset, speaker, take"),
    "float audio": (changed(audio=lambda a: a / 2), "expected audio: int16 [samples], got float64"),
    "few takes": (changed(take=lambda a: a[:-1]), "expected take: a whole number for each clip, got int8 [47]"),
    "float speakers": (
        changed(speaker=lambda a: a + 0.5),
        "expected speaker: a whole number for each clip, got float64",
    ),
    "float offsets": (changed(offset=lambda a: a + 0.5), "expected offset: whole numbers, got float64"),
    "late offsets": (changed(offset=lambda a: a + 1), "expected offset: rising from 0 to the samples of audio"),
    "an empty clip": (
        changed(offset=lambda a: numpy.concatenate([a[:1], a[2:3], a[2:]])),
        "expected offset: rising from 0 to the samples of audio",
    ),
    "five speakers": (changed(speaker=lambda a: a.clip(max=4)), "a test take of speaker 5, got none"),
    "test takes alone": (changed(take=lambda a: a.clip(max=4)), "a training take of speaker 0, got none"),
    "objects": (changed(take=lambda a: a.astype(object)), "expected a NumPy archive (npz) (Object arrays"),
}


@pytest.mark.parametrize("spoil, message", SPOILT.values(), ids=SPOILT.keys())
def test_spoilt_recordings_are_one_clear_line(spoken, capsys, spoil, message):
    write(spoken, spoil(recordings()))
    error = one_line_of_error(["--data", spoken, "--output", spoken / "out"], capsys)
    assert error.startswith(f"speaker: {spoken / speaker_data.RECORDINGS_FILE}: ") and message in error


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "expected a NumPy archive (npz), got other bytes"),
        (b"version https://git-lfs.github.com/spec/v1\n", "got a Git LFS pointer"),
        (b"\x93NUMPY", "got a NumPy array"),
        (b"PK\x03\x04 and no more", "expected a NumPy archive (npz) ("),
    ],
)
def test_another_file_is_one_clear_line(spoken, capsys, content, message):
    (spoken / speaker_data.RECORDINGS_FILE).write_bytes(content)
    assert message in one_line_of_error(["--data", spoken, "--output", spoken / "out"], capsys)


@pytest.mark.parametrize("inside", [".", "out"])
def test_an_output_that_cannot_be_written_is_refused_before_training(spoken, capsys, monkeypatch, inside):
    monkeypatch.setattr(speaker_main, "train_phases", lambda *_: pytest.fail("trained"))
    file = spoken / "file"
    file.touch()
    output = file / inside
    error = one_line_of_error(["--data", spoken, "--output", output], capsys)
    assert f"speaker: {output}: Not a directory" in error and file.read_bytes() == b""


def test_a_trace_that_is_refused_is_one_clear_line(spoken, capsys, monkeypatch):
    def refuse(*_):
        raise TraceError("phases: expected at least one")

    monkeypatch.setattr(speaker_main, "train_phases", lambda *_: [])
    monkeypatch.setattr(speaker_main, "build_trace", refuse)
    error = one_line_of_error(["--data", spoken, "--output", spoken / "out"], capsys)
    assert error == "speaker: phases: expected at least one\n"


def test_clips_of_other_speakers_are_left_out(tmp_path):
    arrays = recordings()
    write(tmp_path, arrays)
    expected = prepare(tmp_path, copies=0)
    clips = numpy.split(arrays["audio"], arrays["offset"][1:-1])
    more = [*clips, tone(500, 900)], [*arrays["speaker"], 6], [*arrays["take"], 0]
    write(tmp_path, arrays_of(*more))
    numpy.testing.assert_array_equal(prepare(tmp_path, copies=0).test_inputs, expected.test_inputs)
