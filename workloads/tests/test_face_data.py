"""The faces are split before they are augmented, and what is wrong with their files is one line."""

import numpy
import pytest
from faces import prepare, write_images

from face import data as face_data
from face import main as face_main
from palimpsest_export import TraceError


def test_images_are_held_out_before_they_are_augmented(grey_faces):
    faces = prepare(grey_faces)
    assert len(faces.held_out) == 3
    assert faces.test_inputs.shape == (180, 16, 16) and faces.train_inputs.shape == (6 * 7 * 4, 16, 16)
    shades = faces.test_inputs.reshape(180, -1) // 4
    assert (shades == shades[:, :1]).all()
    expected = [10 * face + number for face in range(6) for number in faces.held_out for _ in range(10)]
    assert shades[:, 0].tolist() == expected
    assert faces.test_labels.tolist() == [shade // 10 for shade in expected]
    trained = set((faces.train_inputs.reshape(len(faces.train_inputs), -1)[:, 0] // 4).tolist())
    assert trained == set(range(60)) - set(expected)
    assert faces.calibration_inputs.shape == (64, 16, 16)
    assert set((faces.calibration_inputs.reshape(64, -1)[:, 0] // 4).tolist()) <= trained


def test_first_view_of_an_image_is_the_image(tmp_path):
    images = numpy.random.default_rng(5).integers(0, 256, (60, 64, 64), dtype=numpy.uint8)
    write_images(tmp_path, images)
    faces = prepare(tmp_path)
    first = images[faces.held_out[0]].astype(float)
    assert faces.test_inputs[0][0][0] == round(first[:4, :4].mean())
    assert faces.test_inputs[0][1][2] == round(first[:4, 24:28].mean())
    assert faces.test_inputs[0][4][7] == round(first[20:24, 12:16].mean())


def test_preparation_depends_on_the_seed_alone(grey_faces):
    one, two, other = prepare(grey_faces), prepare(grey_faces), prepare(grey_faces, seed=2)
    numpy.testing.assert_array_equal(one.train_inputs, two.train_inputs)
    assert one.held_out != other.held_out or (one.train_inputs != other.train_inputs).any()


def one_line_of_error(arguments, capsys):
    assert face_main.main([str(argument) for argument in arguments]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_missing_data_is_one_clear_line(tmp_path, capsys):
    error = one_line_of_error(["--data", tmp_path, "--output", tmp_path / "out"], capsys)
    assert "data file not found" in error and face_data.IMAGES_FILE in error
    assert not (tmp_path / "out").exists()


def archive(path, array):
    with path.open("wb") as file:
        numpy.savez(file, array)


def pickled(path, array):
    numpy.save(path, array.astype(object))


def pointer(path, array):
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")


SPOILT = {
    "no array": (
        face_data.IMAGES_FILE,
        lambda path, array: path.write_bytes(b"no array"),
        "expected a NumPy array",
    ),
    "empty": (face_data.IMAGES_FILE, lambda path, array: path.write_bytes(b""), "expected a NumPy array"),
    "pointer": (
        face_data.IMAGES_FILE,
        pointer,
        "expected a NumPy array, got a Git LFS pointer, not the content",
    ),
    "archive": (face_data.LABELS_FILE, archive, "expected a NumPy array, got a zip archive"),
    "objects": (face_data.LABELS_FILE, pickled, "expected a NumPy array (Object arrays cannot be loaded"),
    "flat images": (
        face_data.IMAGES_FILE,
        lambda path, array: numpy.save(path, array.reshape(60, 4096)),
        "expected uint8 images [n, 64, 64], got uint8 [60, 4096]",
    ),
    "float images": (
        face_data.IMAGES_FILE,
        lambda path, array: numpy.save(path, array / 255),
        "expected uint8 images [n, 64, 64], got float64 [60, 64, 64]",
    ),
    "float labels": (
        face_data.LABELS_FILE,
        lambda path, array: numpy.save(path, array + 0.0),
        "expected whole numbers [60], a label for each image, got float64 [60]",
    ),
    "few labels": (
        face_data.LABELS_FILE,
        lambda path, array: numpy.save(path, array[:50]),
        "expected whole numbers [60], a label for each image, got int64 [50]",
    ),
    "few images": (
        face_data.LABELS_FILE,
        lambda path, array: numpy.save(path, array.clip(max=4)),
        "expected 10 images of face 4, got 20",
    ),
}


@pytest.mark.parametrize("name, spoil, message", SPOILT.values(), ids=SPOILT.keys())
def test_spoilt_data_is_one_clear_line(grey_faces, capsys, name, spoil, message):
    spoil(grey_faces / name, numpy.load(grey_faces / name))
    error = one_line_of_error(["--data", grey_faces, "--output", grey_faces / "out"], capsys)
    assert error.startswith(f"face: {grey_faces}") and message in error
    assert sorted(path.name for path in grey_faces.iterdir()) == sorted(
        [face_data.IMAGES_FILE, face_data.LABELS_FILE]
    )


@pytest.mark.parametrize("inside", [".", "out"])
def test_an_output_that_cannot_be_written_is_refused_before_training(grey_faces, capsys, monkeypatch, inside):
    monkeypatch.setattr(face_main, "train_phases", lambda *_: pytest.fail("trained"))
    file = grey_faces / "file"
    file.touch()
    output = file / inside
    assert f"face: {output}: Not a directory" in one_line_of_error(
        ["--data", grey_faces, "--output", output], capsys
    )
    assert file.read_bytes() == b""


def test_a_trace_that_is_refused_is_one_clear_line(grey_faces, capsys, monkeypatch):
    def refuse(*_):
        raise TraceError("phases: expected at least one")

    monkeypatch.setattr(face_main, "train_phases", lambda *_: [])
    monkeypatch.setattr(face_main, "build_trace", refuse)
    error = one_line_of_error(["--data", grey_faces, "--output", grey_faces / "out"], capsys)
    assert error == "face: phases: expected at least one\n"
