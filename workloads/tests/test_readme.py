import os
import re
import subprocess
import sys
from pathlib import Path

from palimpsest_export.interpreter import load_trace

WORKLOADS = Path(__file__).resolve().parents[1]


def run_example(number, folder):
    text = (WORKLOADS / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 2
    environment = {**os.environ, "PYTHONPATH": str(WORKLOADS)}
    subprocess.run([sys.executable, "-c", examples[number]], cwd=folder, env=environment, check=True)


def test_ten_lines_export_a_network(tmp_path):
    run_example(0, tmp_path)
    trace = load_trace(tmp_path / "build" / "mine")
    kinds = [step["operation"] for step in trace.document["network"]["operations"]]
    assert kinds == ["conv2d", "relu", "max_pool2d", "reshape", "linear"]


def test_the_worked_example_runs(tmp_path):
    run_example(1, tmp_path)
    trace = load_trace(tmp_path / "build" / "example")
    assert [step["name"] for step in trace.document["network"]["operations"]][-1] == "classes"
    assert trace.document["adapters"]["repair"]["layers"] == {
        name: {"rank": 2, "scale": 1.0} for name in ("up", "down")
    }
