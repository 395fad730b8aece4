"""Images in the place of the Olivetti faces, which are not part of the repository."""

import numpy

from face import data as face_data


def write_images(directory, images):
    numpy.save(directory / face_data.IMAGES_FILE, images)
    numpy.save(directory / face_data.LABELS_FILE, numpy.repeat(numpy.arange(len(images) // 10), 10))


def prepare(directory, seed=1, copies=3):
    return face_data.prepare_faces(directory, numpy.random.default_rng(seed), copies)
