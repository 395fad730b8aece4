import re
from pathlib import Path

import torch

PAGE = Path(__file__).resolve().parents[2] / "docs" / "modules.md"


def test_the_examples_of_the_page_run_and_print_what_it_says(capsys):
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names = {"__name__": "page"}
    for example in examples:
        exec(example, names)
    assert capsys.readouterr().out.splitlines() == [
        "['stem', 'up']",
        "torch.Size([2, 8]) torch.Size([2, 20, 8])",
        "['lstm']",
        "['lstm.scans.0.body.recurrent']",
    ]
    trained = [name for name, parameter in names["model"].named_parameters() if parameter.requires_grad]
    assert trained == [
        f"{layer}.lora_{matrix}.repair.weight" for layer in ("stem", "up") for matrix in ("A", "B")
    ]
    assert tuple(names["y"].shape) == (2, 8) and tuple(names["rates"].shape) == (2, 32)
    names["activate_adapters"](names["model"], [])
    assert names["model"](torch.zeros(1, 1, 8, 8)).shape == (1, 3)
