"""Spoil a trace in one place and see that it is not written."""

import copy
import functools
import tempfile
from pathlib import Path

from refusal import refused
from tiny import tiny_trace

from palimpsest_export import TraceError, write_trace


def setting(*path):
    """A change of a trace: all but the last of `path` lead to what is set to the last."""
    *keys, value = path

    def change(trace):
        place = trace
        for number, key in enumerate(keys):
            is_item = isinstance(place, (dict, list))
            if number == len(keys) - 1 and is_item:
                place[key] = value
            elif number == len(keys) - 1:
                setattr(place, key, value)
            else:
                place = place[key] if is_item else getattr(place, key)

    return change


@functools.lru_cache(maxsize=None)
def new_trace():
    return tiny_trace(seed=1)


@functools.lru_cache(maxsize=None)
def old_files():
    """Bytes of a trace's files by name."""
    with tempfile.TemporaryDirectory() as folder:
        write_trace(tiny_trace(), folder)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def check_refused(folder, spoil, message):
    """A new trace that `spoil` changes is refused with this message, and the old one in `folder` stays."""
    for name, content in old_files().items():
        (folder / name).write_bytes(content)
    trace = copy.deepcopy(new_trace())
    spoil(trace)
    with refused(message, TraceError):
        write_trace(trace, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == old_files()
