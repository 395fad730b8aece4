"""docs/restoring.md from the deployed weights to a run with the chip's own adapters, with few training steps."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

ROOT = Path(__file__).resolve().parents[2]
TRACE = ROOT / "traces" / "face"
CHIP = ["--arch", str(ROOT / "arch" / "rm180.json"), "--trace", str(TRACE), "--quiet"]

for folder in ("workloads", "workloads/tests"):
    sys.path.insert(0, str(ROOT / folder))

from faces import write_images  # noqa: E402

from face import restore  # noqa: E402
from lifelong.phases import Settings  # noqa: E402
from palimpsest_export import read_chip_weights  # noqa: E402
from palimpsest_export.interpreter import load_trace  # noqa: E402


def palimpsest(directory, *arguments):
    command = [os.environ["PALIMPSEST_BINARY"], arguments[0], *CHIP, *arguments[1:]]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def chip(tmp_path_factory):
    """A folder with a chip's weights and adapters."""
    directory = tmp_path_factory.mktemp("chip")
    generator = numpy.random.default_rng(1)
    write_images(directory, generator.integers(0, 256, (60, 64, 64), dtype=numpy.uint8))
    for phase in restore.PLANS:
        done = palimpsest(
            directory, "deploy", "--phase", phase, "--seed", "3", "--weights", f"{phase}.safetensors"
        )
        assert done.returncode == 0, done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restore, "ADAPTERS", {name: Settings(8, 0.1, 2) for name in restore.ADAPTERS})
        assert restore.main(["--data", str(directory), str(directory)]) == 0
    return directory


def adapters(directory):
    words = []
    for name in ("restore", "unlearn", "continual"):
        words += ["--adapter", f"{name}={directory / name}.adapter"]
    return words


def test_deployed_weights_are_those_of_the_trace_with_errors(chip):
    exact = load_trace(TRACE).tensors
    weights = read_chip_weights(chip / "learn.safetensors")
    for name, values in weights.values.items():
        error = values - exact[f"weights/base/{name}"]
        largest = numpy.abs(exact[f"weights/base/{name}"]).max()
        if name.endswith("gain"):
            assert not error.any()
        else:
            # Cells are written to 2 uS of the 35 that the largest weight has, uniformly or so.
            assert 0.01 < numpy.sqrt(numpy.mean(error**2)) / largest < 2 / 35
    lines = "".join(
        f"{hashlib.sha256((TRACE / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("trace.json", "tensors.safetensors")
    )
    assert weights.chip["trace_sha256"] == hashlib.sha256(lines.encode()).hexdigest()
    assert weights.chip["seed"] == "3"


def test_the_example_of_a_network_of_ones_own_restores_it(tmp_path, monkeypatch):
    page = (ROOT / "docs" / "restoring.md").read_text(encoding="utf-8")
    before, after = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(before, "restoring.md", "exec"), names)

    def command(*words):
        words = [os.environ["PALIMPSEST_BINARY"], *words, "--arch", str(ROOT / "arch" / "rm180.json"), "--trace", "own"]
        # Cells that are written badly, so that there is something to restore.
        words += ["--set", "/programmer/tolerance_microsiemens=8", "--quiet"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def accuracy(*more):
        command("run", "--stages", "inference", "--baselines", "none", *more)
        report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
        return report["phases"][0]["stages"]["inference"]["accuracy"]["all"]

    command("deploy", "--phase", "deploy", "--weights", "own.safetensors")
    exec(compile(after, "restoring.md", "exec"), names)
    assert accuracy("--adapter", "restore=own.adapter") > accuracy() + 0.02


def test_a_run_takes_the_chips_own_adapters_and_no_other_chips(chip, tmp_path):
    options = ["--stages", "inference", "--baselines", "none"]
    done = palimpsest(tmp_path, "run", "--seed", "3", *options, *adapters(chip))
    assert done.returncode == 0, done.stderr
    own = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [file["place"] for file in own["provenance"]["adapters"]["files"]] == ["continual", "restore", "unlearn"]
    assert palimpsest(tmp_path, "run", "--seed", "3", *options, "--json", "generic.json").returncode == 0
    generic = json.loads((tmp_path / "generic.json").read_text(encoding="utf-8"))
    for one, other in zip(own["phases"], generic["phases"], strict=True):
        one, other = (phase["stages"]["inference"] for phase in (one, other))
        assert one["output_deviation"] != other["output_deviation"]
        assert one["float_accuracy"] == other["float_accuracy"]
    refused = palimpsest(tmp_path, "run", "--seed", "4", *options, *adapters(chip), "--json", "other.json")
    assert refused.returncode == 3 and "seed: expected 4, got 3" in refused.stderr
    assert not (tmp_path / "other.json").exists()
