"""tools/data-path-table on traces of every task."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "workloads"))

from palimpsest_export import export  # noqa: E402


def table(*arguments):
    command = [sys.executable, str(ROOT / "tools" / "data-path-table"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("answers", [{}, {"labels": torch.arange(8) % 3}, {"targets": torch.ones(8, 3)}])
def test_a_row_tells_energy_time_words_and_how_right_the_answers_are(tmp_path, answers):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(5, 140), nn.ReLU(), nn.Linear(140, 3))
    export(module, torch.randn(8, 5), tmp_path / "trace", **answers)
    done = table(os.environ["PALIMPSEST_BINARY"], ROOT / "arch" / "rm180.json", tmp_path / "trace")
    assert done.returncode == 0, done.stderr
    rows = {line.split("|")[1].strip(): line.split("|")[2].split(", ") for line in done.stdout.splitlines()[2:]}
    assert list(rows)[:2] == ["as shipped", "`tile_groups` off"] and len(rows) == 8
    shipped, all_off = rows["as shipped"], rows["all of them"]
    for energy, time, words, right in rows.values():
        assert energy.strip().endswith(" uJ") and time.endswith(" us") and right.strip().endswith(" %")
    # Three pairs of tiles leave no sums in the buffer, and half as many bytes.
    assert float(shipped[2].replace(",", "")) < 0.5 * float(all_off[2].replace(",", ""))


def test_what_is_missing_is_one_line(tmp_path):
    done = table("palimpsest", "arch.json")
    assert done.returncode == 1 and done.stderr == (
        "usage: tools/data-path-table BINARY ARCHITECTURE TRACE [--set /POINTER=VALUE ...]\n"
    )
    done = table(os.environ["PALIMPSEST_BINARY"], ROOT / "arch" / "rm180.json", tmp_path)
    assert done.returncode == 3 and done.stderr.count("\n") == 1 and "trace.json" in done.stderr
