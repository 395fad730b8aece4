"""Write and strictly read safetensors files; Debian 12 has no package for the format.

Layout: eight bytes, little-endian, with the header's length; a JSON header that maps a tensor's name to its
dtype, shape and data_offsets; the raw little-endian data without gaps. Source:
https://github.com/huggingface/safetensors.
"""

import json
import math

import numpy

from .errors import SafetensorsError, require_kind, shown
from .formats import other_format

DTYPES = {"F32": numpy.dtype("<f4"), "U8": numpy.dtype("u1"), "I64": numpy.dtype("<i8")}
BFLOAT16 = "BF16"
FLOATS = {**DTYPES, "F16": numpy.dtype("<f2"), BFLOAT16: numpy.dtype("<u2"), "F64": numpy.dtype("<f8")}
"""What is read besides where other libraries wrote the file; numpy has no bfloat16, so its bits are read."""
MAXIMUM_HEADER = 100_000_000
METADATA = "__metadata__"


def encode_tensors(tensors, metadata=None):
    """Bytes of a file holding `tensors`, a mapping of name to float32, uint8 or int64 array.

    metadata: texts by name for the header, if any. The same tensors give the same bytes: names sorted in the
    header, the data ordered by item size (largest first, so that every tensor is aligned) and then by name, the
    header padded with spaces to a multiple of eight bytes. Raises SafetensorsError for another dtype or what is
    no name or array.
    """
    require_kind("tensors", tensors, dict, "a dict of name to array")
    arrays = {}
    for name, array in tensors.items():
        if not isinstance(name, str) or name == METADATA:
            raise SafetensorsError(f"tensors: expected a name other than {METADATA}, got {shown(name)}")
        if not isinstance(array, (numpy.ndarray, numpy.generic)):
            raise SafetensorsError(f"{name}: expected a numpy array, got {shown(array)}")
        arrays[name] = numpy.asarray(array)
    names = {name: _dtype_name(name, array) for name, array in arrays.items()}
    header = {}
    blocks = []
    offset = 0
    for name in sorted(arrays, key=lambda key: (-DTYPES[names[key]].itemsize, key)):
        data = arrays[name].astype(DTYPES[names[name]], copy=False).tobytes()
        header[name] = {
            "dtype": names[name],
            "shape": list(arrays[name].shape),
            "data_offsets": [offset, offset + len(data)],
        }
        blocks.append(data)
        offset += len(data)
    header = {name: header[name] for name in sorted(header)}
    if metadata is not None:
        header = {METADATA: {key: metadata[key] for key in sorted(metadata)}, **header}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *blocks])


def decode_tensors(data, all_floats=False):
    """Mapping of name to array from the bytes of a file.

    all_floats: also read float16 and bfloat16, as float32, and float64, which no trace holds but files of
    other libraries do. Raises SafetensorsError; trusts nothing in the header. A pickle and the like are
    called what they are.
    """
    length, header, _ = _decoded_header(data)
    content = memoryview(data)[8 + length :]
    tensors = {}
    spans = []
    for name, entry in header.items():
        dtype, shape, begin, end = _parse_entry(name, entry, FLOATS if all_floats else DTYPES)
        if end > len(content):
            raise SafetensorsError(f"{name}: data ends after the file")
        spans.append((begin, end, name))
        values = numpy.frombuffer(content[begin:end], FLOATS[dtype])
        tensors[name] = _widened(values, dtype).reshape(shape).copy()
    expected = 0
    for begin, end, name in sorted(spans):
        if begin != expected:
            raise SafetensorsError(f"{name}: data begins at {begin}, expected {expected}")
        expected = end
    if expected != len(content):
        raise SafetensorsError(f"{len(content) - expected} bytes belong to no tensor")
    return tensors


def decode_metadata(data):
    """The metadata, text by text, in the bytes of a file; empty if it has none. Raises SafetensorsError."""
    return _decoded_header(data)[2]


def _decoded_header(data):
    """Length of the header, its tensors and its metadata."""
    require_kind("data", data, bytes, "the bytes of a file")
    if len(data) < 8:
        raise SafetensorsError("shorter than the eight bytes of the header's length")
    length = int.from_bytes(data[:8], "little")
    if length > min(len(data) - 8, MAXIMUM_HEADER):
        # A header may have a length that begins as another format does, but not one beyond the file.
        other = other_format(data)
        if other is not None:
            raise SafetensorsError(f"expected a safetensors file, got {other}")
        raise SafetensorsError(f"header of {length} bytes is longer than the file or the limit")
    header, metadata = _parse_header(data[8 : 8 + length])
    return length, header, metadata


def _dtype_name(name, array):
    for text, dtype in DTYPES.items():
        if array.dtype == dtype:
            return text
    raise SafetensorsError(f"{name}: dtype {array.dtype} is not one of float32, uint8, int64")


def _unique_keys(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise SafetensorsError("a key of the header occurs twice")
    return dict(pairs)


def _parse_header(text):
    if not text.startswith(b"{"):
        raise SafetensorsError("header does not start with '{'")
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=_unique_keys)
    except SafetensorsError:
        raise
    except (ValueError, RecursionError) as error:
        raise SafetensorsError(f"header is not JSON: {error}") from error
    metadata = header.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise SafetensorsError(f"{METADATA}: expected an object of strings")
    return header, metadata


def _is_count(value):
    return type(value) is int and value >= 0


def _widened(values, dtype):
    """float32 of what is shorter; a bfloat16 is the upper half of a float32's bits."""
    if dtype == BFLOAT16:
        return (values.astype("<u4") << 16).view("<f4")
    return values.astype("<f4") if dtype == "F16" else values


def _parse_entry(name, entry, dtypes):
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise SafetensorsError(f"{name}: expected dtype, shape and data_offsets")
    dtype_name, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype_name, str) or dtype_name not in dtypes:
        raise SafetensorsError(f"{name}: dtype {dtype_name!r} is not one of {', '.join(dtypes)}")
    if not isinstance(shape, list) or not all(map(_is_count, shape)):
        raise SafetensorsError(f"{name}: shape {shape!r} is not a list of counts")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(map(_is_count, offsets)):
        raise SafetensorsError(f"{name}: data_offsets {offsets!r} are not two counts")
    begin, end = offsets
    if end - begin != math.prod(shape) * dtypes[dtype_name].itemsize:
        raise SafetensorsError(f"{name}: data_offsets disagree with the shape")
    return dtype_name, tuple(shape), begin, end
