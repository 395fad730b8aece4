"""Tests that the references which scripts beside this file write are what they write."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
SCRIPTS = sorted(FOLDER.glob("operation_reference_*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_reference_is_what_its_script_writes(script, tmp_path):
    copy = shutil.copy(script, tmp_path)
    imports = {**os.environ, "PYTHONPATH": str(FOLDER)}
    subprocess.run([sys.executable, copy], check=True, env=imports)
    assert Path(copy).with_suffix(".json").read_bytes() == script.with_suffix(".json").read_bytes()
