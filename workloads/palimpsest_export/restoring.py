"""Adapters for one chip: trained on the weights that `palimpsest deploy` writes, for `palimpsest run --adapter`.

docs/restoring.md defines both files. The forward pass uses the chip's weights; gradients are those of the same
network in floating point, as a host that knows the weights computes them.
"""

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch

from .arrays import array_fault, not_finite
from .errors import ExportError, SafetensorsError, require_kind, shown
from .evaluation import evaluation_copy
from .graph import recorded_network
from .modules import lora_layers
from .network import Network
from .safetensors import decode_metadata, decode_tensors, encode_tensors
from .trace import Adapter, LowRank
from .values import entry_of, parameter_values
from .writer import JSON_FILE, TENSORS_FILE

WEIGHTS_SCHEMA = "palimpsest.deployed_weights"
ADAPTER_SCHEMA = "palimpsest.adapter"
VERSION = "1"
CHIP = ("architecture_sha256", "trace_sha256", "seed")
"""What tells one chip from another."""
FAULT_MAP = "fault_map_sha256"
"""So does this, where the chip has a map of faulty cells."""


@dataclass
class ChipWeights:
    """A network's parameters as one chip computes with them.

    values: name to float32 array, named and shaped as in the trace; chip: entries of CHIP and FAULT_MAP, as the
    file states them; phase: name of the phase.
    """

    values: dict
    chip: dict
    phase: str


def _decoded(path, schema, keys):
    """Tensors and metadata of a file. Raises ExportError that names it, or OSError."""
    data = Path(path).read_bytes()
    try:
        tensors, metadata = decode_tensors(data), decode_metadata(data)
    except SafetensorsError as error:
        raise ExportError(f"{path}: {error}") from error
    for key, expected in (("schema", schema), ("version", VERSION)):
        if metadata.get(key) != expected:
            raise ExportError(
                f"{path}: metadata: {key}: expected {expected}, got {metadata.get(key, 'nothing')}"
            )
    for key in keys:
        if key not in metadata:
            raise ExportError(f"{path}: metadata: {key}: expected it, got nothing")
    return tensors, metadata


def read_chip_weights(path):
    """The ChipWeights in a file that `palimpsest deploy` wrote.

    Raises ExportError, or OSError if it cannot be read.
    """
    tensors, metadata = _decoded(path, WEIGHTS_SCHEMA, (*CHIP, "phase"))
    for name, values in tensors.items():
        fault = array_fault(values, values.shape, numpy.float32) or not_finite(values)
        if fault is not None:
            raise ExportError(f"{path}: {name}: {fault}")
    if not re.fullmatch("[0-9]{1,20}", metadata["seed"]):
        raise ExportError(f"{path}: metadata: seed: expected a whole number, got {shown(metadata['seed'])}")
    chip = {key: metadata[key] for key in (*CHIP, FAULT_MAP) if key in metadata}
    return ChipWeights(tensors, chip, metadata["phase"])


def read_chip(directory, trace, phases):
    """Phase to ChipWeights of the chip in a folder, PHASE.safetensors each, which runs the trace in another.

    phases: their names. Raises ExportError, or OSError.
    """
    directory = Path(directory)
    weights = {name: read_chip_weights(directory / f"{name}.safetensors") for name in phases}
    first = next(iter(weights))
    if weights[first].chip["trace_sha256"] != trace_digest(trace):
        raise ExportError(f"{directory}/{first}.safetensors: expected weights of the trace in {trace}")
    for name, on_phase in weights.items():
        if on_phase.phase != name:
            raise ExportError(f"{directory}/{name}.safetensors: expected phase {name}, got {on_phase.phase}")
        if on_phase.chip != weights[first].chip:
            raise ExportError(f"{directory}/{name}.safetensors: expected the chip of {first}.safetensors")
    return weights


def on_chip(module, network, weights):
    """A copy of the module, in evaluation mode, that computes with the chip's weights.

    Only its adapters' matrices require gradients. network: what trace_network() gives for the module; weights:
    ChipWeights. Raises ExportError if they are not those of the network, or a parameter of the network is
    computed from several of the module's (a folded batch norm), so that the module cannot have the chip's.
    """
    require_kind("network", network, Network, "what trace_network() gives")
    require_kind("weights", weights, ChipWeights, "what read_chip_weights() gives")
    if set(weights.values) != set(network.parameters):
        odd = min(set(weights.values) ^ set(network.parameters))
        where = "the network" if odd in network.parameters else "the chip"
        raise ExportError(f"weights: {odd}: only {where} has it; of another network?")
    chip = evaluation_copy(module)
    _, tensors = recorded_network(chip, entry_of(network))
    for parameter in chip.parameters():
        parameter.requires_grad_(False)
    with torch.no_grad():
        for name, shape in network.parameters.items():
            values = weights.values[name]
            if values.shape != tuple(shape):
                raise ExportError(f"weights: {name}: expected shape {list(shape)}, got {list(values.shape)}")
            # What is recorded of a parameter as it is shares its memory.
            tensors[name].copy_(torch.from_numpy(values))
    for name, values in parameter_values(chip, network).items():
        if not numpy.array_equal(values, weights.values[name]):
            raise ExportError(
                f"{name}: the module computes it from several parameters, which cannot have the chip's values"
            )
    for layer in lora_layers(chip).values():
        for matrices in (layer.lora_A, layer.lora_B):
            for matrix in matrices.values():
                matrix.weight.requires_grad_(True)
    return chip


def trace_digest(directory):
    """The `trace_sha256` of the chips that run the trace in a folder. Raises OSError."""
    digests = [
        (hashlib.sha256((Path(directory) / name).read_bytes()).hexdigest(), name)
        for name in (JSON_FILE, TENSORS_FILE)
    ]
    return hashlib.sha256("".join(f"{digest}  {name}\n" for digest, name in digests).encode()).hexdigest()


def trace_adapter(trace, name):
    """The Adapter called `name` of a trace that load_trace() gave. Raises ExportError if there is none."""
    if name not in trace.document["adapters"]:
        known = ", ".join(trace.document["adapters"]) or "none"
        raise ExportError(f"adapter {name!r}: expected one of the trace ({known})")
    layers = trace.document["adapters"][name]["layers"]
    return Adapter(
        {
            layer: LowRank(
                facts["scale"], *(trace.tensors[f"adapters/{name}/{layer}/{part}"] for part in ("lora_A", "lora_B"))
            )
            for layer, facts in layers.items()
        }
    )


def set_adapter(module, name, adapter):
    """Give the module's adapter `name` the matrices of an Adapter.

    Raises ExportError if the module has not the same layers, ranks and scales.
    """
    layers = {path: layer for path, layer in lora_layers(module).items() if name in layer.lora_A}
    if set(layers) != set(adapter.layers):
        raise ExportError(f"adapter {name!r}: expected layers {sorted(adapter.layers)}, got {sorted(layers)}")
    for path, layer in layers.items():
        low = adapter.layers[path]
        if not numpy.isclose(layer.scale(name), low.scale, rtol=1e-6):
            raise ExportError(f"adapter {name!r}: {path}: expected scale {low.scale:g}, got {layer.scale(name):g}")
        with torch.no_grad():
            for matrix, values in ((layer.lora_A[name].weight, low.down), (layer.lora_B[name].weight, low.up)):
                if matrix.numel() != values.size or matrix.shape[0] != values.shape[0]:
                    raise ExportError(
                        f"adapter {name!r}: {path}: expected a matrix {list(values.shape)}, got {list(matrix.shape)}"
                    )
                matrix.copy_(torch.from_numpy(values).reshape(matrix.shape))


def write_adapter(path, name, adapter, weights):
    """Write an Adapter trained on `weights` (ChipWeights) for `palimpsest run --adapter name=path`.

    An older file stays until the new one is whole. Raises ExportError, or OSError.
    """
    require_kind("adapter", adapter, Adapter, "what adapter_values() gives")
    require_kind("weights", weights, ChipWeights, "what read_chip_weights() gives")
    tensors = {}
    for layer, low in adapter.layers.items():
        tensors[f"{layer}/lora_A"] = numpy.asarray(low.down, dtype=numpy.float32)
        tensors[f"{layer}/lora_B"] = numpy.asarray(low.up, dtype=numpy.float32)
        tensors[f"{layer}/scale"] = numpy.array([low.scale], dtype=numpy.float32)
    for place, values in tensors.items():
        fault = not_finite(values)
        if fault is not None:
            raise ExportError(f"adapter {name!r}: {place}: {fault}")
    metadata = {
        "schema": ADAPTER_SCHEMA,
        "version": VERSION,
        "adapter": name,
        "phase": weights.phase,
        **weights.chip,
    }
    data = encode_tensors(tensors, metadata)
    path = Path(path)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=path.parent))
    try:
        (partial / path.name).write_bytes(data)
        os.replace(partial / path.name, path)
    finally:
        shutil.rmtree(partial)
