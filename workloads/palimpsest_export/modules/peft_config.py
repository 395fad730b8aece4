"""Read adapter_config.json of the PEFT library, and refuse what a trace cannot state.

Source: PEFT's documentation of LoraConfig and its source, tuners/lora/config.py (read at version 0.21).
"""

import json
from dataclasses import dataclass

from ..errors import ExportError, shown
from ..limits import ALPHA, LARGEST_EXTENT
from ..numbers import is_number
from .targets import compiled

# They say nothing about what the adapter computes: who made it, how it was initialised or trained, where to.
IGNORED = {
    *("auto_mapping", "base_model_name_or_path", "revision", "task_type", "inference_mode", "peft_version"),
    *("lora_dropout", "init_lora_weights", "layers_pattern", "layers_to_transform", "exclude_modules"),
    *("megatron_core", "eva_config", "qalora_group_size", "ensure_weight_tying", "runtime_config"),
}
READ = {
    *(
        "peft_type",
        "r",
        "lora_alpha",
        "rank_pattern",
        "alpha_pattern",
        "use_rslora",
        "target_modules",
        "bias",
    ),
}
UNSTATED = {
    "use_dora": "DoRA scales every row of the sum by a norm",
    "modules_to_save": "whole modules beside the adapter are other weights of the network",
    "fan_in_fan_out": "it is for layers with transposed weights, as transformers' Conv1D",
    "lora_bias": "an adapter with a bias is more than two matrices",
    "trainable_token_indices": "rows of an embedding are no adapter",
    "target_parameters": "adapters of parameters outside layers are not read",
    "layer_replication": "it makes a deeper model; export that model",
    "megatron_config": "parallel layers are not read",
}
# The other ways, as PiSSA, LoftQ and OLoRA, change the weights of the network too.
INITIALISATIONS = (True, False, None, "gaussian", "eva", "orthogonal")


@dataclass(frozen=True)
class PeftConfig:
    """What of a configuration says what the adapter computes.

    targets: names, a regular expression or "all-linear". complete: whether the targets alone say which layers
    have tensors (no layers_to_transform or exclude_modules).
    """

    rank: int
    alpha: float
    rank_pattern: dict
    alpha_pattern: dict
    rank_stabilized: bool
    targets: object
    complete: bool


def read_peft_config(path):
    """The PeftConfig in a file. Raises ExportError, with the file's name, for what is not read."""
    where = path.name
    fields = _fields(path)
    if fields.get("peft_type") != "LORA":
        raise ExportError(f"{where}: peft_type: expected 'LORA', got {shown(fields.get('peft_type'))}")
    _refuse_the_unstated(where, fields)
    return PeftConfig(
        rank=_number(where, "r", fields.get("r"), int, 1, LARGEST_EXTENT),
        alpha=_number(where, "lora_alpha", fields.get("lora_alpha"), float, *ALPHA),
        rank_pattern=_pattern(where, "rank_pattern", fields, int, 1, LARGEST_EXTENT),
        alpha_pattern=_pattern(where, "alpha_pattern", fields, float, *ALPHA),
        rank_stabilized=_flag(where, fields),
        targets=_targets(where, fields.get("target_modules")),
        complete=not any(given(fields.get(key)) for key in ("layers_to_transform", "exclude_modules")),
    )


def given(value):
    """Whether an option is set to something; 0 is, as the number of a layer."""
    return value is not None and value is not False and value not in ("", [], {})


def _fields(path):
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExportError(
            f"{path}: {error.strerror}; expected what PEFT's save_pretrained() writes"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{path.name}: is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise ExportError(f"{path.name}: expected an object, got {shown(fields)}")
    return fields


def _refuse_the_unstated(where, fields):
    for key, reason in UNSTATED.items():
        if given(fields.get(key)):
            raise ExportError(f"{where}: {key} is set, which a trace cannot state: {reason}")
    if fields.get("bias", "none") != "none":
        raise ExportError(
            f"{where}: bias: expected 'none', got {shown(fields['bias'])}: other biases are new weights"
        )
    way = fields.get("init_lora_weights")
    if not any(way is known or way == known for known in INITIALISATIONS) or is_number(way):
        raise ExportError(
            f"{where}: init_lora_weights: {shown(way)} changes the network's weights too; PEFT converts such "
            "an adapter with save_pretrained(path_initial_model_for_weight_conversion=...)"
        )
    for key, value in fields.items():
        if key not in READ | IGNORED | set(UNSTATED) and given(value):
            raise ExportError(f"{where}: {key} is set to {shown(value)}, which this package does not know")


def _number(where, key, value, kind, low, high):
    if not is_number(value, kind) or not low <= value <= high:
        kinds = "a whole number" if kind is int else "a number"
        raise ExportError(f"{where}: {key}: expected {kinds} {low:g}..{high:g}, got {shown(value)}")
    return value


def _pattern(where, key, fields, kind, low, high):
    patterns = fields.get(key) or {}
    if not isinstance(patterns, dict):
        raise ExportError(f"{where}: {key}: expected an object of pattern to number, got {shown(patterns)}")
    for pattern, value in patterns.items():
        compiled(f"{where}: {key}", pattern)
        _number(where, f"{key}: {shown(pattern)}", value, kind, low, high)
    return patterns


def _flag(where, fields):
    value = fields.get("use_rslora", False)
    if not isinstance(value, bool):
        raise ExportError(f"{where}: use_rslora: expected true or false, got {shown(value)}")
    return value


def _targets(where, targets):
    names = isinstance(targets, list) and targets and all(isinstance(name, str) for name in targets)
    if not names and not (isinstance(targets, str) and targets):
        raise ExportError(
            f"{where}: target_modules: expected a list of names or a regular expression, got {shown(targets)}"
        )
    if isinstance(targets, str):
        compiled(f"{where}: target_modules", targets)
    return targets
