import json

import numpy
import pytest

from palimpsest_export import SafetensorsError, decode_tensors, encode_tensors

TENSORS = {
    "b/matrix": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 7,
    "a/bytes": numpy.arange(5, dtype=numpy.uint8),
    "c/labels": numpy.array([-1, 2**40], dtype=numpy.int64),
    "d/scalar": numpy.array(1.5, dtype=numpy.float32),
    "e/empty": numpy.zeros((0, 4), dtype=numpy.float32),
}


def build(header, content=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content


def entry(dtype="U8", shape=(4,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def test_round_trip():
    decoded = decode_tensors(encode_tensors(TENSORS))
    assert sorted(decoded) == sorted(TENSORS)
    for name, array in TENSORS.items():
        assert decoded[name].dtype == array.dtype
        numpy.testing.assert_array_equal(decoded[name], array)
        assert decoded[name].shape == array.shape


def test_layout_is_deterministic_sorted_padded_and_aligned():
    data = encode_tensors(TENSORS)
    assert data == encode_tensors(dict(reversed(TENSORS.items())))
    length = int.from_bytes(data[:8], "little")
    assert length % 8 == 0
    header = json.loads(data[8 : 8 + length])
    assert list(header) == sorted(header)
    sizes = {"F32": 4, "U8": 1, "I64": 8}
    assert all(item["data_offsets"][0] % sizes[item["dtype"]] == 0 for item in header.values())


def test_views_are_written_contiguously():
    matrix = numpy.arange(12, dtype=numpy.float32).reshape(3, 4)
    for view in (matrix.T, matrix[:, ::2]):
        numpy.testing.assert_array_equal(decode_tensors(encode_tensors({"view": view}))["view"], view)


def test_reference_implementation_reads_it_and_is_read():
    reference = pytest.importorskip("safetensors.numpy")
    ours = reference.load(encode_tensors(TENSORS))
    theirs = decode_tensors(reference.save(TENSORS))
    for name, array in TENSORS.items():
        numpy.testing.assert_array_equal(ours[name], array)
        numpy.testing.assert_array_equal(theirs[name], array)


def test_other_dtypes_are_refused():
    with pytest.raises(SafetensorsError, match="float64"):
        encode_tensors({"x": numpy.zeros(3)})


HOSTILE = {
    "empty": b"",
    "short": b"\x01\x00\x00",
    "header longer than the file": (1000).to_bytes(8, "little") + b"{}",
    "huge header": (2**63).to_bytes(8, "little") + b"{}",
    "not JSON": build(b"{nonsense"),
    "not UTF-8": build(b'{"\xff": 1}'),
    "an array": build(b"[]"),
    "leading space": build(b" {}"),
    "deep nesting": build(b'{"x":' + b"[" * 200000 + b"]" * 200000 + b"}"),
    "same name twice": build(
        b'{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},'
        b'"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}',
        b"1234",
    ),
    "entry is a number": build({"x": 3}),
    "missing key": build({"x": {"dtype": "U8", "shape": [4]}}, b"1234"),
    "further key": build({"x": {**entry(), "more": 1}}, b"1234"),
    "unknown dtype": build({"x": entry(dtype="BF16", offsets=(0, 8))}, b"12345678"),
    "dtype is a list": build({"x": {**entry(), "dtype": []}}, b"1234"),
    "negative shape": build({"x": entry(shape=(-2, -2))}, b"1234"),
    "shape of floats": build({"x": entry(shape=(4.0,))}, b"1234"),
    "shape of booleans": build({"x": entry(shape=(4, True))}, b"1234"),
    "offsets backwards": build({"x": entry(offsets=(4, 0))}, b"1234"),
    "negative offset": build({"x": entry(offsets=(-4, 0))}, b"1234"),
    "three offsets": build({"x": entry(offsets=(0, 4, 4))}, b"1234"),
    "shape disagrees": build({"x": entry(shape=(5,))}, b"1234"),
    "beyond the file": build({"x": entry()}, b"123"),
    "overlap": build({"x": entry(), "y": entry(offsets=(2, 6))}, b"123456"),
    "same span twice": build({"x": entry(), "y": entry()}, b"1234"),
    "gap": build({"x": entry(), "y": entry(offsets=(5, 9))}, b"123456789"),
    "gap at the start": build({"x": entry(offsets=(1, 5))}, b"12345"),
    "bytes left over": build({"x": entry()}, b"12345"),
    "metadata is not strings": build({"__metadata__": {"a": 1}, "x": entry()}, b"1234"),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused(data):
    with pytest.raises(SafetensorsError):
        decode_tensors(data)


def test_a_name_that_occurs_twice_is_called_that():
    with pytest.raises(SafetensorsError, match="^a key of the header occurs twice$"):
        decode_tensors(HOSTILE["same name twice"])


def test_metadata_is_allowed():
    data = build({"__metadata__": {"format": "pt"}, "x": entry()}, b"1234")
    assert decode_tensors(data)["x"].tolist() == [49, 50, 51, 52]


SHORT = {
    # 1, -2.5, the least subnormal, infinity
    "F16": ([0x3C00, 0xC100, 0x0001, 0x7C00], [1, -2.5, 2.0**-24, numpy.inf]),
    "BF16": ([0x3F80, 0xC020, 0x0001, 0x7F80], [1, -2.5, 2.0**-133, numpy.inf]),
}


@pytest.mark.parametrize("dtype", SHORT)
def test_short_numbers_of_other_libraries_are_read_as_float32(dtype):
    bits, expected = SHORT[dtype]
    data = build({"x": entry(dtype, (2, 2), (0, 8))}, numpy.array(bits, "<u2").tobytes())
    read = decode_tensors(data, all_floats=True)["x"]
    assert read.dtype == numpy.float32 and read.tolist() == [expected[:2], expected[2:]]
    with pytest.raises(SafetensorsError, match=f"^x: dtype '{dtype}' is not one of F32, U8, I64$"):
        decode_tensors(data)


def test_long_numbers_of_other_libraries_keep_their_digits():
    data = build({"x": entry("F64", (1,), (0, 8))}, numpy.array([1 / 3]).tobytes())
    assert decode_tensors(data, all_floats=True)["x"].tolist() == [1 / 3]
    with pytest.raises(
        SafetensorsError, match="^x: dtype 'F8_E4M3' is not one of F32, U8, I64, F16, BF16, F64$"
    ):
        decode_tensors(build({"x": entry("F8_E4M3")}, b"1234"), all_floats=True)
