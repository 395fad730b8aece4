"""docs/tutorial.md as a new user would follow it, up to the report of the simulator."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"), re.DOTALL)
TRACES = {"digits": "classify", "images": "classify", "block": "score", "series": "regress", "spikes": "classify"}
LARGEST_ERROR = 1e-4  # of the largest output

sys.path.insert(0, str(ROOT / "workloads"))


def save_as_peft(directory):
    """An adapter of rank 2 on both linear layers of the tutorial's block, as the PEFT library saves one."""
    from palimpsest_export import encode_tensors

    directory.mkdir()
    options = {"peft_type": "LORA", "target_modules": ["linear1", "linear2"], "r": 2, "lora_alpha": 4}
    (directory / "adapter_config.json").write_text(json.dumps(options), encoding="utf-8")
    generator = numpy.random.default_rng(1)
    tensors = {}
    for layer, inputs, outputs in (("linear1", 32, 64), ("linear2", 64, 32)):
        for matrix, shape in (("lora_A", (2, inputs)), ("lora_B", (outputs, 2))):
            values = generator.normal(0, 0.2, shape).astype(numpy.float32)
            tensors[f"base_model.model.{layer}.{matrix}.weight"] = values
    (directory / "adapter_model.safetensors").write_bytes(encode_tensors(tensors))


def simulate(directory, *arguments):
    command = [os.environ["PALIMPSEST_BINARY"], *arguments]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The folder in which all examples were run."""
    directory = tmp_path_factory.mktemp("tutorial")
    save_as_peft(directory / "adapter")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workloads")}
    for number, example in enumerate(EXAMPLES):
        script = directory / f"example{number}.py"
        script.write_text(example, encoding="utf-8")
        subprocess.run([sys.executable, script.name], cwd=directory, env=environment, check=True)
    return directory


def test_each_example_is_ten_lines_or_so_and_writes_a_trace(followed):
    assert len(EXAMPLES) == len(TRACES)
    for name in TRACES:
        assert (followed / name / "trace.json").is_file()


@pytest.mark.parametrize("name", TRACES)
def test_an_example_becomes_a_report_of_its_task(followed, name):
    chip = ROOT / "arch" / "rm180.json"
    report = followed / f"{name}.json"
    simulate(followed, "run", "--arch", str(chip), "--trace", name, "--json", str(report), "--quiet")
    assert json.loads((followed / name / "trace.json").read_text())["task"]["kind"] == TRACES[name]
    energy = json.loads(report.read_text())["phases"][0]["stages"]["inference"]["energy_j"]
    assert energy > 0


@pytest.mark.parametrize("name", TRACES)
def test_an_ideal_chip_computes_what_pytorch_does(followed, name):
    chip = ROOT / "arch" / "rm180.json"
    study = followed / f"{name}-study.json"
    arguments = ("--arch", str(chip), "--trace", name, "--chips", "2", "--json", str(study), "--quiet")
    simulate(followed, "nonidealities", *arguments)
    variants = {variant["name"]: variant for variant in json.loads(study.read_text())["variants"]}
    assert variants["none"]["largest_score_error"] < LARGEST_ERROR
    assert variants["all"]["largest_score_error"] > LARGEST_ERROR
