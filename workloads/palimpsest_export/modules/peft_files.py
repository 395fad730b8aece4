"""Load adapters that the PEFT library saved, without the library.

Source of the format: PEFT's "checkpoint format" documentation and its source, utils/save_and_load.py.
"""

import re
from pathlib import Path

import numpy
import torch
from torch import nn

from ..errors import ExportError, SafetensorsError, require_kind, shown
from ..safetensors import decode_tensors
from .injection import put_adapter
from .lora import LoraLayer
from .peft_config import read_peft_config
from .targets import (
    ALL_LINEAR,
    all_linear,
    modules_outside_adapters,
    named_by,
    near_names,
    pattern_value,
    target_fault,
)

CONFIG = "adapter_config.json"
TENSORS = "adapter_model.safetensors"
PICKLE = "adapter_model.bin"
PREFIX = "base_model.model."
KEY = re.compile(re.escape(PREFIX) + r"(?P<path>.+)\.(?P<kind>lora_[AB])(\.(?P<adapter>[^.]+))?\.weight")
OTHERS = (
    ("lora_embedding_", "an adapter of an embedding"),
    ("lora_magnitude_vector", "the norms of DoRA"),
    ("modules_to_save", "a module that was saved whole"),
    (".bias", "a bias"),
)


def load_peft(model, directory, name=None):
    """Put an adapter that PEFT's save_pretrained() wrote on a model, and make it active.

    The model is the one that PEFT was given, and is changed as by add_lora: outputs in evaluation mode are
    those of the model with the library (dropout of the adapter is for training, and left out). Reads
    adapter_config.json and adapter_model.safetensors (float32, float16, bfloat16, float64) from the
    directory. name: the adapter's; None: "default". Returns the paths of its layers. Raises ExportError, with
    the file's name, and changes nothing, for what the files, the layers or a trace do not allow.
    """
    require_kind("model", model, nn.Module, "a torch.nn.Module")
    folder = _folder(directory)
    config = read_peft_config(folder / CONFIG)
    matrices = _matrices(folder)
    modules = modules_outside_adapters(model)
    for path in matrices:
        _check_layer(modules, path)
    _check_targets(model, modules, config, matrices)
    sizes = {
        path: (
            pattern_value(config.rank_pattern, path, config.rank),
            pattern_value(config.alpha_pattern, path, config.alpha),
        )
        for path in modules
        if path in matrices
    }
    for path, (rank, _) in sizes.items():
        _check_shapes(modules[path], path, rank, matrices[path])
    name = "default" if name is None else name
    # What it draws is overwritten.
    put_adapter(model, sizes, name, numpy.random.default_rng(0), config.rank_stabilized)
    with torch.no_grad():
        for path in sizes:
            layer = model.get_submodule(path)
            layer.lora_A[name].weight.copy_(torch.from_numpy(matrices[path]["lora_A"]))
            layer.lora_B[name].weight.copy_(torch.from_numpy(matrices[path]["lora_B"]))
    return list(sizes)


def _refuse(what):
    raise ExportError(f"{TENSORS}: {what}")


def _folder(directory):
    require_kind("directory", directory, (str, Path), "the path of a folder")
    folder = Path(directory)
    if not folder.is_dir():
        raise ExportError(f"{folder}: expected the folder that PEFT's save_pretrained() wrote")
    return folder


def _matrices(folder):
    """Path of a layer to {"lora_A": array, "lora_B": array}, from the file of tensors."""
    try:
        tensors = decode_tensors((folder / TENSORS).read_bytes(), all_floats=True)
    except SafetensorsError as error:
        raise ExportError(f"{TENSORS}: {error}") from error
    except FileNotFoundError as error:
        if (folder / PICKLE).exists():
            raise ExportError(
                f"{PICKLE} is a pickle, which is not read, as it can run code; save the adapter with "
                "save_pretrained(directory, safe_serialization=True)"
            ) from error
        raise ExportError(f"{folder}: has no {TENSORS}") from error
    except OSError as error:
        raise ExportError(f"{TENSORS}: {error.strerror}") from error
    layers, adapters = {}, set()
    for key, values in tensors.items():
        match = _matched(key)
        adapters.add(match["adapter"])
        if values.dtype.kind != "f":
            _refuse(f"{key}: expected floating-point numbers, got {values.dtype}")
        layers.setdefault(match["path"], {})[match["kind"]] = values
    if len(adapters) != 1:
        found = ", ".join(sorted(shown(adapter) for adapter in adapters))
        _refuse(f"expected the tensors of one adapter, found {found or 'none'}")
    return layers


def _matched(key):
    match = KEY.fullmatch(key)
    if match is None:
        for part, meaning in OTHERS:
            if part in key:
                _refuse(f"{shown(key)} is {meaning}, which a trace cannot state")
        _refuse(f"{shown(key)} is no matrix of a LoRA layer, {PREFIX}PATH.lora_A.weight or lora_B")
    return match


def _check_layer(modules, path):
    if path not in modules:
        _refuse(f"the model has no layer {shown(path)}; {near_names(modules, path)}")
    fault = target_fault(modules, path)
    if fault is not None:
        _refuse(f"{path} {fault}")
    layer = _base(modules[path])
    if isinstance(layer, nn.Conv2d) and tuple(layer.dilation) != (1, 1):
        # PEFT's A would convolve without the dilation, which LoraConv2d does not do.
        _refuse(f"{path}: expected an nn.Conv2d with dilation 1, got {layer.dilation}")


def _base(layer):
    return layer.base_layer if isinstance(layer, LoraLayer) else layer


def _check_targets(model, modules, config, matrices):
    """Refuse tensors that the configuration does not name, and layers that it names and that have none."""
    if isinstance(config.targets, str) and config.targets.lower() == ALL_LINEAR:
        head = getattr(model, "get_output_embeddings", lambda: None)()
        targets = [path for path in all_linear(modules) if head is None or modules[path] is not head]
    elif isinstance(config.targets, str):
        targets = [path for path in modules if re.fullmatch(config.targets, path)]
    else:
        targets = [path for path in modules if named_by(path, config.targets)]
    for path in matrices:
        if path not in targets:
            _refuse(f"has tensors of {shown(path)}, which target_modules of {CONFIG} does not name")
    for path in targets:
        if config.complete and path not in matrices:
            _refuse(f"has no tensors of {shown(path)}, which target_modules of {CONFIG} names")


def _check_shapes(layer, path, rank, matrices):
    base = _base(layer)
    expected = {"lora_A": (rank, *base.weight.shape[1:]), "lora_B": (base.weight.shape[0], rank)}
    if isinstance(base, nn.Conv2d):
        expected["lora_B"] += (1, 1)
    for kind, shape in expected.items():
        if kind not in matrices:
            _refuse(f"has no {kind} of {shown(path)}")
        if matrices[kind].shape != tuple(shape):
            _refuse(f"{path}: {kind}: expected shape {list(shape)}, got {list(matrices[kind].shape)}")
