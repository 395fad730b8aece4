"""Olivetti faces, prepared: split, augmented, down-sampled to 16x16 and cut into patches."""

import hashlib
import math
from dataclasses import dataclass

import numpy

from lifelong.errors import DataError
from palimpsest_export.formats import other_format

IMAGES_FILE = "olivetti_faces_u8.npy"
LABELS_FILE = "olivetti_target.npy"
FACES = 6
IMAGES_PER_FACE = 10
HELD_OUT_PER_FACE = 3
TEST_COPIES = 9
CALIBRATION_SAMPLES = 64
SIDE = 64
SMALL_SIDE = 16
PATCH = 4

INPUT_SCALE = 1 / 128
INPUT_OFFSET = -1.0

MAXIMUM_ROTATION = math.radians(10)
MINIMUM_CROP = 0.85


@dataclass
class Faces:
    """What training and testing need.

    Inputs are uint8 [samples, 16 tokens, 16 pixels], labels int64 [samples].
    """

    train_inputs: numpy.ndarray
    train_labels: numpy.ndarray
    calibration_inputs: numpy.ndarray
    test_inputs: numpy.ndarray
    test_labels: numpy.ndarray
    held_out: list
    sha256: str


def _load_array(path):
    with path.open("rb") as file:
        other = other_format(file.read(64))
    if other not in (None, "a NumPy array"):
        raise DataError(f"{path}: expected a NumPy array, got {other}")
    try:
        return numpy.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise DataError(f"{path}: expected a NumPy array ({error})") from error


def load_images(directory):
    """(images uint8 [6, 10, 64, 64], SHA-256 of the image file) of faces 0 to 5.

    Raises DataError, or OSError for a file that cannot be read.
    """
    paths = [directory / IMAGES_FILE, directory / LABELS_FILE]
    for path in paths:
        if not path.is_file():
            raise DataError(f"data file not found: {path}")
    images, labels = (_load_array(path) for path in paths)
    if images.dtype != numpy.uint8 or images.shape[1:] != (SIDE, SIDE):
        raise DataError(
            f"{paths[0]}: expected uint8 images [n, {SIDE}, {SIDE}], got {images.dtype} {list(images.shape)}"
        )
    if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
        raise DataError(
            f"{paths[1]}: expected whole numbers [{len(images)}], a label for each image, got {labels.dtype} "
            f"{list(labels.shape)}"
        )
    selected = [images[labels == face] for face in range(FACES)]
    for face, faces in enumerate(selected):
        if len(faces) != IMAGES_PER_FACE:
            raise DataError(f"{paths[0]}: expected {IMAGES_PER_FACE} images of face {face}, got {len(faces)}")
    return numpy.stack(selected), hashlib.sha256(paths[0].read_bytes()).hexdigest()


def to_patches(images):
    """uint8 [samples, 64, 64] or float of that shape to uint8 [samples, 16 tokens, 16 pixels].

    Each 4x4 block is averaged to one pixel of a 16x16 image; the image is cut into 4x4 patches. Tokens are
    patches and pixels are pixels within a patch, both row by row.
    """
    block = SIDE // SMALL_SIDE
    patches = SMALL_SIDE // PATCH
    small = images.reshape(-1, SMALL_SIDE, block, SMALL_SIDE, block).mean(axis=(2, 4))
    small = numpy.rint(small).astype(numpy.uint8)
    cut = small.reshape(-1, patches, PATCH, patches, PATCH).transpose(0, 1, 3, 2, 4)
    return numpy.ascontiguousarray(cut.reshape(-1, patches * patches, PATCH * PATCH))


def augment(image, generator):
    """One random view of a 64x64 image, float64 [64, 64]: rotated, cropped, flipped half of the time.

    The rotation is within +-10 degrees and the crop keeps 85 to 100 % of the side, anywhere within the image.
    Bilinear sampling; beyond the border the border pixel repeats.
    """
    angle = generator.uniform(-MAXIMUM_ROTATION, MAXIMUM_ROTATION)
    crop = generator.uniform(MINIMUM_CROP, 1.0)
    slack = (1 - crop) * SIDE / 2
    shift_row, shift_column = generator.uniform(-slack, slack, size=2)
    flip = generator.random() < 0.5

    centred = numpy.arange(SIDE) - (SIDE - 1) / 2
    row, column = numpy.meshgrid(centred * crop, centred * crop * (-1 if flip else 1), indexing="ij")
    cosine, sine = math.cos(angle), math.sin(angle)
    source_row = numpy.clip(cosine * row - sine * column + shift_row + (SIDE - 1) / 2, 0, SIDE - 1)
    source_column = numpy.clip(sine * row + cosine * column + shift_column + (SIDE - 1) / 2, 0, SIDE - 1)

    top = numpy.minimum(source_row.astype(int), SIDE - 2)
    left = numpy.minimum(source_column.astype(int), SIDE - 2)
    down, right = source_row - top, source_column - left
    pixels = image.astype(numpy.float64)
    upper = pixels[top, left] * (1 - right) + pixels[top, left + 1] * right
    lower = pixels[top + 1, left] * (1 - right) + pixels[top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


def views(image, copies, generator):
    """uint8 [1 + copies, 16, 16]: the image itself, then augmented copies of it."""
    augmented = [augment(image, generator) for _ in range(copies)]
    return to_patches(numpy.stack([image.astype(numpy.float64), *augmented]))


def prepare_faces(directory, generator, train_copies):
    """Split each face's images, the same three numbers held out for all, then augment each part by itself.

    The test samples come face by face, image by image; of each image the unaugmented sample first, then 9
    copies. generator: numpy.random.Generator. Raises DataError, or OSError.
    """
    images, sha256 = load_images(directory)
    held_out = sorted(generator.choice(IMAGES_PER_FACE, HELD_OUT_PER_FACE, replace=False).tolist())
    kept = [number for number in range(IMAGES_PER_FACE) if number not in held_out]

    def collect(numbers, copies):
        pairs = [(face, number) for face in range(FACES) for number in numbers]
        inputs = numpy.concatenate([views(images[pair], copies, generator) for pair in pairs])
        return inputs, numpy.repeat(numpy.array([face for face, _ in pairs], dtype=numpy.int64), 1 + copies)

    test_inputs, test_labels = collect(held_out, TEST_COPIES)
    train_inputs, train_labels = collect(kept, train_copies)
    calibration = generator.choice(len(train_inputs), CALIBRATION_SAMPLES, replace=False)
    return Faces(
        train_inputs, train_labels, train_inputs[calibration], test_inputs, test_labels, held_out, sha256
    )
