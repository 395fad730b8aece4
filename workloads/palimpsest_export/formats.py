"""Files that are given in the place of others, told by how they begin."""

OTHER_FORMATS = (
    (b"version https://git-lfs", "a Git LFS pointer, not the content; git lfs pull fetches that"),
    (b"PK\x03\x04", "a zip archive, as torch.save and numpy.savez write"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (b"\x93NUMPY", "a NumPy array"),
)


def other_format(data):
    """What a file with these bytes is, in words; None if nothing known."""
    return next((name for beginning, name in OTHER_FORMATS if data.startswith(beginning)), None)
