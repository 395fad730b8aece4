"""Tests that the references which scripts beside this file write are what they write."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted(Path(__file__).parent.glob("operation_reference_*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_reference_is_what_its_script_writes(script, tmp_path):
    written = tmp_path / "reference.json"
    subprocess.run([sys.executable, str(script), str(written)], check=True)
    assert written.read_bytes() == script.with_suffix(".json").read_bytes()
