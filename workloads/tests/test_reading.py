"""The numpy reader of traces says in one line what is wrong with a file."""

import io
import pickle

import numpy
import pytest
import torch
from refusal import refused
from tiny import tiny_trace

from palimpsest_export import (
    SafetensorsError,
    TraceError,
    decode_tensors,
    encode_tensors,
    write_trace,
)
from palimpsest_export.interpreter import load_trace


def written(write):
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def saved(**options):
    return written(lambda file: torch.save({"weight": torch.zeros(3)}, file, **options))


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
ARCHIVE = "got a zip archive, as torch.save and numpy.savez write$"
OTHERS = {
    "torch.save": (saved(), ARCHIVE),
    "torch.save of old": (saved(_use_new_zipfile_serialization=False), "got a Python pickle$"),
    "numpy.savez": (written(lambda file: numpy.savez(file, a=numpy.zeros(3))), ARCHIVE),
    "numpy.savez of nothing": (written(numpy.savez), "got an empty zip archive$"),
    "numpy.save": (written(lambda file: numpy.save(file, numpy.zeros(3))), "got a NumPy array$"),
    "pickle": (pickle.dumps({"weight": [0.5] * 9}), "got a Python pickle$"),
    **{f"pickle {n}": (pickle.dumps([0.5] * 9, n), "got a Python pickle$") for n in (2, 3, 5)},
    "Git LFS": (POINTER, "got a Git LFS pointer, not the content; git lfs pull fetches that$"),
}


@pytest.mark.parametrize("content, message", OTHERS.values(), ids=OTHERS.keys())
def test_another_kind_of_file_is_called_what_it_is(tmp_path, content, message):
    with refused("^expected a safetensors file, " + message, SafetensorsError):
        decode_tensors(content)
    for name, kind in (("tensors.safetensors", SafetensorsError), ("trace.json", TraceError)):
        write_trace(tiny_trace(), tmp_path)
        (tmp_path / name).write_bytes(content)
        with refused(f"{name}: expected .*, " + message, kind):
            load_trace(tmp_path)


def test_a_header_that_begins_as_a_pickle_does_is_read():
    tensors = {"x" * length: numpy.zeros(4, numpy.uint8) for length in range(1, 10)}
    for length in range(1, 200):
        data = encode_tensors({**tensors, "y" * length: numpy.zeros(4, numpy.uint8)})
        if data.startswith((b"\x80\x02", b"\x80\x03")):
            break
    assert data.startswith((b"\x80\x02", b"\x80\x03"))
    assert len(decode_tensors(data)) == 10


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "expected JSON .JSONDecodeError"),
        (b"<!DOCTYPE html>", "expected JSON .JSONDecodeError"),
        (b'{"schema": "\xff"}', "expected JSON .UnicodeDecodeError"),
        (b"[" * 100_000, "expected JSON .RecursionError"),
        (b"[]", r"expected an object with schema palimpsest\.trace and version 1..2"),
        (b'{"schema": "palimpsest.trace", "version": 3}', "expected an object with schema"),
    ],
)
def test_a_document_that_is_no_trace_is_refused(tmp_path, content, message):
    write_trace(tiny_trace(), tmp_path)
    (tmp_path / "trace.json").write_bytes(content)
    with refused(rf"trace\.json: {message}", TraceError):
        load_trace(tmp_path)


def test_what_is_missing_in_a_trace_is_named(tmp_path):
    write_trace(tiny_trace(), tmp_path)
    trace = load_trace(str(tmp_path))
    method, inputs = trace.document["phases"][0]["hybrid"], trace.tensors["test/inputs"]
    del trace.tensors["weights/base/up.bias"]
    with refused("^the trace lacks 'weights/base/up.bias'", TraceError):
        trace.run(method, inputs)
    trace = load_trace(tmp_path)
    del trace.document["network"]["output"]
    with refused("^the trace lacks 'output'", TraceError):
        trace.run(method, inputs)
    trace = load_trace(tmp_path)
    trace.document["network"]["operations"][0]["operation"] = "swirl"
    with refused("^operation norm: unknown operation 'swirl'", TraceError):
        trace.run(method, inputs)


@pytest.mark.parametrize("data", ["text", None, [1, 2]])
def test_only_bytes_are_decoded(data):
    with refused("^data: expected the bytes of a file, got "):
        decode_tensors(data)


@pytest.mark.parametrize(
    "tensors, message",
    [
        ({"x": numpy.zeros(3)}, "^x: dtype float64 is not one of float32, uint8, int64"),
        ({"x": [1, 2]}, r"^x: expected a numpy array, got \[1, 2\]"),
        ({"x": torch.zeros(3)}, "^x: expected a numpy array, got tensor"),
        ({3: numpy.zeros(3, numpy.float32)}, "^tensors: expected a name other than __metadata__, got 3"),
        (
            {"__metadata__": numpy.zeros(3, numpy.float32)},
            "^tensors: expected a name other than __metadata__",
        ),
    ],
)
def test_only_arrays_are_encoded(tensors, message):
    with refused(message, SafetensorsError):
        encode_tensors(tensors)
