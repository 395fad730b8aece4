"""The model that the PEFT library put adapters on, and what was kept of it in the folder saved_by_peft.

Run as a script, with the PEFT library installed, this file makes the folder again. A case holds what
save_pretrained() wrote, and model.safetensors: the model's parameters, inputs, and the library's outputs.
"""

import json
import shutil
from pathlib import Path

import numpy
import torch
from torch import nn

FOLDER = Path(__file__).resolve().parent / "saved_by_peft"

CASES = {
    "patterns": {
        "target_modules": ["fc1", "mlp.fc2", "head"],
        "r": 2,
        "lora_alpha": 3,
        "lora_dropout": 0.1,
        "rank_pattern": {"fc1": 4, r"mlp\..*": 3, "head": 1},
        "alpha_pattern": {"^head": 5.0, "mlp.fc.": 8},
    },
    "regex": {
        "target_modules": r"stem|mlp\.fc\d",
        "r": 4,
        "lora_alpha": 3,
        "use_rslora": True,
        "init_lora_weights": "gaussian",
    },
    "all-linear": {"target_modules": "all-linear", "r": 2, "lora_alpha": 4},
    "one-layer": {"target_modules": ["fc2"], "layers_to_transform": [1], "layers_pattern": "layers", "r": 2},
}
BFLOAT16 = {"all-linear"}


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 8)
        self.fc2 = nn.Linear(8, 6)

    def forward(self, x):
        return x + self.fc2(torch.tanh(self.fc1(x)))


class PeftModel(nn.Module):
    """(batch, 2, 5, 5) to (batch, 3)."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 6, 3, stride=2, padding=1)
        self.mlp = Mlp()
        self.layers = nn.ModuleList([Mlp(), Mlp()])
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        x = self.mlp(self.stem(x).flatten(2).transpose(1, 2))
        for layer in self.layers:
            x = layer(x)
        return self.head(x.mean(dim=1))


def make(name, options):
    from peft import LoraConfig, get_peft_model

    from palimpsest_export import encode_tensors

    torch.manual_seed(len(name))
    model = PeftModel()
    parameters = {key: value.detach().clone() for key, value in model.state_dict().items()}
    adapted = get_peft_model(model, LoraConfig(**options)).eval()
    with torch.no_grad():
        for key, parameter in adapted.named_parameters():
            if "lora_B" in key:
                parameter.normal_()
        if name in BFLOAT16:
            adapted.bfloat16()
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    adapted.save_pretrained(FOLDER / name)
    (FOLDER / name / "README.md").unlink()
    adapted.float()
    inputs = torch.randn(4, 2, 5, 5)
    with torch.no_grad():
        outputs = adapted.double()(inputs.double()).float()
    if name in BFLOAT16:
        parameters = {key: value.bfloat16().float() for key, value in parameters.items()}
    kept = {f"model/{key}": value.numpy() for key, value in parameters.items()}
    kept |= {"inputs": inputs.numpy(), "outputs": outputs.numpy()}
    (FOLDER / name / "model.safetensors").write_bytes(encode_tensors(kept))


def kept(name):
    """The PeftModel of a case in float64, its inputs, and the outputs that the library gave for them."""
    from palimpsest_export import decode_tensors

    tensors = decode_tensors((FOLDER / name / "model.safetensors").read_bytes())
    model = PeftModel().double().eval()
    state = {key[6:]: torch.from_numpy(value) for key, value in tensors.items() if key.startswith("model/")}
    model.load_state_dict(state)
    return model, torch.from_numpy(tensors["inputs"].astype(numpy.float64)), tensors["outputs"]


def config(name):
    return json.loads((FOLDER / name / "adapter_config.json").read_text())


if __name__ == "__main__":
    for case, chosen in CASES.items():
        make(case, chosen)
