"""What every refusal of the exporter must be."""

import contextlib

import pytest

from palimpsest_export import ExportError


@contextlib.contextmanager
def refused(message, kind=ExportError):
    """Within the context the exporter raises its own error `kind` with one bounded line that matches."""
    with pytest.raises(kind, match=message) as caught:
        yield
    assert isinstance(caught.value, ExportError)
    assert "\n" not in str(caught.value) and len(str(caught.value)) <= 600
