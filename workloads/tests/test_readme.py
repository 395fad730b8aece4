import os
import re
import subprocess
import sys
from pathlib import Path

from palimpsest_export.interpreter import load_trace

WORKLOADS = Path(__file__).resolve().parents[1]


def test_the_worked_example_runs(tmp_path):
    (example,) = re.findall(
        r"```python\n(.*?)```", (WORKLOADS / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    environment = {**os.environ, "PYTHONPATH": str(WORKLOADS)}
    subprocess.run([sys.executable, "-c", example], cwd=tmp_path, env=environment, check=True)
    trace = load_trace(tmp_path / "build" / "example")
    assert [step["name"] for step in trace.document["network"]["operations"]][-1] == "classes"
    assert trace.document["adapters"]["repair"]["layers"] == {
        name: {"rank": 2, "scale": 1.0} for name in ("up", "down")
    }
