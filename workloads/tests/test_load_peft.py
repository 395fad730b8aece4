import json
import shutil

import numpy
import peft_models
import pytest
import torch
from peft_models import CASES, FOLDER, PeftModel, kept
from refusal import refused
from torch import nn

from palimpsest_export import (
    activate_adapters,
    add_lora,
    decode_tensors,
    encode_tensors,
    load_peft,
    lora_layers,
)


@pytest.mark.parametrize("case", CASES)
def test_an_adapter_of_peft_gives_the_outputs_that_peft_gave(case):
    model, inputs, outputs = kept(case)
    before = model(inputs).detach().numpy()
    paths = load_peft(model, FOLDER / case)
    numpy.testing.assert_allclose(model(inputs).detach().numpy(), outputs, rtol=1e-6, atol=1e-6)
    assert numpy.abs(before - outputs).max() > 0.1
    assert list(lora_layers(model)) == paths
    activate_adapters(model, [])
    numpy.testing.assert_array_equal(model(inputs).detach().numpy(), before)


def test_peft_itself_makes_these_files(tmp_path, monkeypatch):
    pytest.importorskip("peft")
    monkeypatch.setattr(peft_models, "FOLDER", tmp_path)
    for case, options in CASES.items():
        peft_models.make(case, options)
        model, inputs, outputs = kept(case)
        load_peft(model, tmp_path / case)
        numpy.testing.assert_allclose(model(inputs).detach().numpy(), outputs, rtol=1e-6, atol=1e-6)
        made, stored = (
            decode_tensors((folder / case / "adapter_model.safetensors").read_bytes(), all_floats=True)
            for folder in (tmp_path, FOLDER)
        )
        assert {key: value.shape for key, value in made.items()} == {
            key: value.shape for key, value in stored.items()
        }


def test_ranks_and_scales_are_those_of_the_patterns():
    model, _, _ = kept("patterns")
    load_peft(model, str(FOLDER / "patterns"), name="tuned")
    sizes = {path: (layer.rank["tuned"], layer.alpha["tuned"]) for path, layer in lora_layers(model).items()}
    assert sizes == {
        "mlp.fc1": (4, 8),
        "mlp.fc2": (3, 8),
        "layers.0.fc1": (4, 3),
        "layers.1.fc1": (4, 3),
        "head": (1, 5),
    }
    model, _, _ = kept("regex")
    load_peft(model, FOLDER / "regex")
    assert model.stem.scale("default") == 1.5


def test_adapters_stack_with_those_that_are_there():
    model, inputs, outputs = kept("patterns")
    add_lora(model, ["head", "stem"], 2, 4, name="own")
    load_peft(model, FOLDER / "patterns")
    assert model.head.active_adapters == ["own", "default"]
    numpy.testing.assert_allclose(model(inputs).detach().numpy(), outputs, rtol=1e-6, atol=1e-6)
    with refused("adapter 'default' exists already"):
        load_peft(model, FOLDER / "patterns")


class Saved:
    """A copy of a folder that PEFT wrote, to be spoilt."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(FOLDER / "patterns", folder)

    def configure(self, **options):
        path = self.folder / "adapter_config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **options}))

    def tensors(self, change):
        path = self.folder / "adapter_model.safetensors"
        tensors = decode_tensors(path.read_bytes())
        path.write_bytes(encode_tensors(change(tensors) or tensors))

    def refused(self, message, model=None):
        model = kept("patterns")[0] if model is None else model
        before = list(model.state_dict())
        with refused(message):
            load_peft(model, self.folder)
        assert list(model.state_dict()) == before


@pytest.fixture
def saved(tmp_path):
    return Saved(tmp_path / "adapter")


def test_keys_with_the_adapters_name_are_read_too(saved):
    saved.tensors(
        lambda tensors: {key.replace(".weight", ".default.weight"): v for key, v in tensors.items()}
    )
    model, inputs, outputs = kept("patterns")
    load_peft(model, saved.folder)
    numpy.testing.assert_allclose(model(inputs).detach().numpy(), outputs, rtol=1e-6, atol=1e-6)


def test_a_configuration_with_all_linear_is_read(saved):
    case = FOLDER / "all-linear"
    shutil.rmtree(saved.folder)
    shutil.copytree(case, saved.folder)
    saved.configure(target_modules="all-linear")
    model, inputs, outputs = kept("all-linear")
    load_peft(model, saved.folder)
    numpy.testing.assert_allclose(model(inputs).detach().numpy(), outputs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"peft_type": "IA3"}, "^adapter_config.json: peft_type: expected 'LORA', got 'IA3'"),
        ({"use_dora": True}, "^adapter_config.json: use_dora is set, which a trace cannot state: DoRA"),
        ({"bias": "all"}, "^adapter_config.json: bias: expected 'none', got 'all'"),
        ({"modules_to_save": ["head"]}, "modules_to_save is set, which a trace cannot state: whole modules"),
        ({"fan_in_fan_out": True}, "fan_in_fan_out is set, which a trace cannot state"),
        ({"lora_bias": True}, "lora_bias is set, which a trace cannot state"),
        ({"trainable_token_indices": [1]}, "trainable_token_indices is set, which a trace cannot state"),
        ({"layer_replication": [[0, 2]]}, "layer_replication is set, which a trace cannot state"),
        ({"target_parameters": ["x"]}, "target_parameters is set, which a trace cannot state"),
        ({"init_lora_weights": "pissa"}, "init_lora_weights: 'pissa' changes the network's weights too"),
        ({"init_lora_weights": 1}, "init_lora_weights: 1 changes"),
        (
            {"alora_invocation_tokens": [3]},
            r"alora_invocation_tokens is set to \[3\], which this package does",
        ),
        ({"made_up": "x"}, "^adapter_config.json: made_up is set to 'x', which this package does not know"),
        ({"r": 0}, r"r: expected a whole number 1\.\.65536, got 0"),
        ({"r": "8"}, "r: expected a whole number .* got '8'"),
        ({"lora_alpha": None}, "lora_alpha: expected a number .* got None"),
        ({"lora_alpha": float("nan")}, "lora_alpha: expected a number .* got nan"),
        ({"rank_pattern": {"fc1": 1.5}}, "rank_pattern: 'fc1': expected a whole number"),
        ({"alpha_pattern": {"(": 1}}, r"alpha_pattern: '\(' is no regular expression"),
        ({"alpha_pattern": [1]}, "alpha_pattern: expected an object of pattern to number"),
        ({"use_rslora": "yes"}, "use_rslora: expected true or false, got 'yes'"),
        (
            {"target_modules": None},
            "target_modules: expected a list of names or a regular expression, got None",
        ),
        ({"target_modules": "fc1("}, r"target_modules: 'fc1\(' is no regular expression"),
        ({"target_modules": ["fc1", 3]}, "target_modules: expected a list of names"),
        (
            {"target_modules": ["fc1", "fc2", "head"]},
            "has no tensors of 'layers.0.fc2', which target_modules of",
        ),
        (
            {"target_modules": ["fc1", "mlp.fc2"]},
            "has tensors of 'head', which target_modules of adapter_config",
        ),
        ({"target_modules": "all-linear"}, "has no tensors of 'layers.0.fc2', which target_modules"),
        ({"r": 3, "rank_pattern": {}}, r"mlp.fc1: lora_A: expected shape \[3, 6\], got \[4, 6\]"),
    ],
    ids=str,
)
def test_configurations_that_do_not_fit_are_refused(saved, options, message):
    saved.configure(**options)
    saved.refused(message)


def test_options_that_say_nothing_of_the_layers_are_passed_over(saved):
    saved.configure(peft_version="99", made_up=None, another=False, init_lora_weights="gaussian", empty={})
    load_peft(kept("patterns")[0], saved.folder)


def test_excluded_layers_need_no_tensors(saved):
    saved.configure(target_modules=["fc1", "fc2", "head"], exclude_modules=r"layers\..*fc2")
    load_peft(kept("patterns")[0], saved.folder)


FC1 = "base_model.model.mlp.fc1.lora_A.weight"


def renamed(to):
    return lambda tensors: {to if key == FC1 else key: value for key, value in tensors.items()}


@pytest.mark.parametrize(
    "change, message",
    [
        (
            lambda tensors: tensors.pop(FC1) is None or None,
            "^adapter_model.safetensors: has no lora_A of 'mlp.fc1'",
        ),
        (renamed("base_model.model.mlp.fc9.lora_A.weight"), "has no layer 'mlp.fc9'; near names: 'mlp.fc"),
        (renamed("mlp.fc1.lora_A.weight"), "'mlp.fc1.lora_A.weight' is no matrix of a LoRA layer"),
        (
            renamed("base_model.model.mlp.lora_A.weight"),
            "mlp is a Mlp; adapters go on nn.Linear and nn.Conv2d",
        ),
        (
            renamed("base_model.model.e.lora_embedding_A"),
            "is an adapter of an embedding, which a trace cannot",
        ),
        (renamed("base_model.model.mlp.fc1.lora_magnitude_vector"), "is the norms of DoRA, which a trace"),
        (renamed("base_model.model.mlp.fc1.lora_B.bias"), "is a bias, which a trace cannot state"),
        (renamed("base_model.model.head.modules_to_save.weight"), "is a module that was saved whole"),
        (
            renamed("base_model.model.mlp.fc1.lora_A.b.weight"),
            "expected the tensors of one adapter, found 'b', None",
        ),
        (lambda tensors: {"x": tensors[FC1]}, "'x' is no matrix of a LoRA layer"),
        (
            lambda tensors: tensors.update({FC1: tensors[FC1][:, :5]}),
            r"expected shape \[4, 6\], got \[4, 5\]",
        ),
        (lambda tensors: tensors.update({FC1: tensors[FC1][..., None]}), r"shape \[4, 6\], got \[4, 6, 1\]"),
        (
            lambda tensors: tensors.update({FC1: tensors[FC1].astype(numpy.int64)}),
            "mlp.fc1.lora_A.weight: expected floating-point numbers, got int64",
        ),
    ],
)
def test_tensors_that_do_not_fit_are_refused(saved, change, message):
    saved.tensors(change)
    saved.refused(message)


def test_a_file_without_tensors_is_refused(saved):
    (saved.folder / "adapter_model.safetensors").write_bytes(encode_tensors({}))
    saved.refused("^adapter_model.safetensors: expected the tensors of one adapter, found none")


def test_files_that_are_not_there_or_are_something_else_are_refused(saved):
    tensors = saved.folder / "adapter_model.safetensors"
    tensors.write_bytes(b"PK\x03\x04" + bytes(60))
    saved.refused("^adapter_model.safetensors: expected a safetensors file, got a zip archive")
    tensors.unlink()
    saved.refused("adapter: has no adapter_model.safetensors")
    (saved.folder / "adapter_model.bin").write_bytes(b"")
    saved.refused(
        "^adapter_model.bin is a pickle, which is not read, as it can run code; save the adapter with"
    )
    config = saved.folder / "adapter_config.json"
    for text, message in (
        ("{", "^adapter_config.json: is not JSON"),
        ("[]", r"^adapter_config.json: expected an object, got \[\]"),
        ("\ud800", "^adapter_config.json: is not JSON"),
    ):
        config.write_text(text, errors="surrogatepass")
        saved.refused(message)
    config.unlink()
    saved.refused("adapter_config.json: No such file or directory; expected what PEFT's save_pretrained")
    shutil.rmtree(saved.folder)
    saved.refused("adapter: expected the folder that PEFT's save_pretrained")


def test_what_is_no_folder_and_no_model_is_refused():
    with refused("^directory: expected the path of a folder, got 3"):
        load_peft(PeftModel(), 3)
    with refused("^model: expected a torch.nn.Module, got 'x'"):
        load_peft("x", FOLDER / "patterns")


class Attending(nn.Module):
    def __init__(self, dilation=1):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2)
        self.stem = nn.Conv2d(4, 4, 3, dilation=dilation, padding="same")


@pytest.mark.parametrize(
    "model, target, message",
    [
        (
            Attending(),
            "attention.out_proj",
            "attention.out_proj belongs to nn.MultiheadAttention, which uses",
        ),
        (Attending(), "attention", "attention is a MultiheadAttention; adapters go on"),
        (Attending(dilation=2), "stem", r"stem: expected an nn.Conv2d with dilation 1, got \(2, 2\)"),
    ],
)
def test_layers_on_which_peft_computes_something_else_are_refused(saved, model, target, message):
    a, b = torch.zeros(2, 4).numpy(), torch.zeros(4, 2).numpy()
    prefix = f"base_model.model.{target}.lora_"
    saved.tensors(lambda _: {f"{prefix}A.weight": a, f"{prefix}B.weight": b})
    saved.configure(target_modules=[target])
    saved.refused(f"^adapter_model.safetensors: {message}", model)
