"""From a module and samples to a trace that the simulator runs, in one call."""

import hashlib

import numpy
import torch

from .errors import ExportError, class_name, require_kind
from .graph import trace_network
from .modules import lora_layers
from .network import walk
from .trace import Method, Phase, Provenance, Trace
from .values import adapter_values, parameter_values, reference_outputs
from .writer import write_trace

MOST_CALIBRATION_SAMPLES = 64
"""Of the samples given, where no others are: enough to set ranges, few enough to evaluate quickly."""


def export(
    module,
    example_inputs,
    directory,
    *,
    labels=None,
    targets=None,
    calibration_inputs=None,
    name=None,
    description=None,
    input_scale=None,
    input_offset=None,
    spikes=False,
):
    """Write the trace of a module as it stands, with one phase, `deploy`; returns the Trace.

    example_inputs: samples [samples, ...], a numpy array or a tensor, with which the network is tested. What
    the module is called with decides how they are stored: floating-point numbers as they are; uint8 as
    input_scale * u8 + input_offset (1 and 0 if not given); wider whole numbers, which an embedding takes, as
    whole numbers; with spikes=True zeros and ones. calibration_inputs: samples of the same kind from which
    ranges are set; the first of the others if None. labels: the class of each sample, whole numbers; targets:
    what the outputs should be, [samples, ...]; with neither the trace only scores. Adapters that are active
    in the module are those of the hybrid method; the rewrite method has them merged into its weights, or keeps
    them where one lies on a weight that has other users. Raises
    ExportError for what a trace cannot state or what its reading does not give again, OSError if it cannot be
    written.
    """
    stored, kind, whole = _stored("example_inputs", example_inputs, spikes)
    scale = 1.0 if input_scale is None else input_scale
    offset = 0.0 if input_offset is None else input_offset
    calibration = stored[:MOST_CALIBRATION_SAMPLES]
    if calibration_inputs is not None:
        calibration, other, _ = _stored("calibration_inputs", calibration_inputs, spikes)
        if other != kind:
            stored, calibration = (array.astype(numpy.float32) for array in (stored, calibration))
            kind = "f32"
    network = trace_network(module, stored.shape[1:], scale, offset, kind, stored, whole)
    task, labels, targets = _answers(labels, targets)
    adapters = _active_adapters(module)
    weights = {"base": parameter_values(module, network)}
    found = {adapter: adapter_values(module, network, adapter) for adapter in adapters}
    reference = reference_outputs(module, network, stored)
    rewritten = _merged(network, weights["base"], found) if found else None
    if rewritten is not None:
        weights["merged"] = rewritten
    phase = Phase(
        "deploy",
        retain=[] if labels is None else numpy.unique(labels).tolist(),
        forget=[],
        new=[],
        hybrid=Method("base", adapters, [], reference),
        rewrite=Method("base", adapters, [], reference)
        if rewritten is None
        else Method("merged", [], [], reference),
    )
    trace = Trace(
        name=name or type(module).__name__.lower(),
        description=f"{type(module).__name__} as exported." if description is None else description,
        provenance=Provenance(
            0, "samples given to export()", "none", hashlib.sha256(stored.tobytes()).hexdigest()
        ),
        network=network,
        weights=weights,
        adapters=found,
        calibration_inputs=calibration,
        test_inputs=stored,
        test_labels=labels,
        phases=[phase],
        task=task,
        test_targets=targets,
    )
    write_trace(trace, directory)
    return trace


def _array(where, values):
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        values = (values.float() if values.is_floating_point() else values).numpy()
    require_kind(where, values, numpy.ndarray, "a numpy array or a tensor")
    return values


def _stored(where, inputs, spikes):
    """Samples as a trace stores them, the input's type, and whether the module takes whole numbers."""
    array = _array(where, inputs)
    if array.ndim < 2 or len(array) == 0:
        raise ExportError(
            f"{where}: expected samples [samples, ...], at least one, got shape {list(array.shape)}"
        )
    if spikes or array.dtype == bool:
        odd = numpy.argwhere(~numpy.isin(array, (0, 1)))
        if len(odd):
            raise ExportError(
                f"{where}: expected spikes, 0 or 1, got {array[tuple(odd[0])]:g} at {odd[0].tolist()} (sample first)"
            )
        return array.astype(numpy.uint8), "spikes", False
    if array.dtype == numpy.uint8:
        return array, "u8", False
    if array.dtype.kind in "iu":
        fits = array.min() >= 0 and array.max() <= 255
        return array.astype(numpy.uint8 if fits else numpy.float32), "u8" if fits else "f32", True
    if array.dtype.kind != "f":
        raise ExportError(f"{where}: expected real numbers, got {array.dtype} ({class_name(inputs)})")
    return array.astype(numpy.float32), "f32", False


def _answers(labels, targets):
    """The task, the labels and the targets."""
    if labels is not None and targets is not None:
        raise ExportError("labels, targets: expected one of them")
    if labels is not None:
        labels = _array("labels", numpy.asarray(labels) if isinstance(labels, (list, tuple)) else labels)
        if labels.dtype.kind not in "iu":
            raise ExportError(f"labels: expected whole numbers, got {labels.dtype}")
        return "classify", labels.astype(numpy.int64), None
    if targets is not None:
        return "regress", None, _array("targets", targets).astype(numpy.float32)
    return "score", None, None


def _active_adapters(module):
    layers = lora_layers(module).values()
    return list(dict.fromkeys(name for layer in layers for name in layer.active_adapters))


def _merged(network, values, adapters):
    """The weights with the adapters added, or None where layers share a weight."""
    steps = list(walk(network.operations))
    weights = {step.layer: step.attributes["weight"] for step in steps if "weight" in step.attributes}
    # A table of embeddings may be a layer's weight too.
    tables = [step.attributes["table"] for step in steps if "table" in step.attributes]
    users = [*weights.values(), *tables]
    used = [low for adapter in adapters.values() for low in adapter.layers]
    if any(users.count(weights[layer]) > 1 for layer in used):
        return None
    merged = dict(values)
    for adapter in adapters.values():
        for layer, low in adapter.layers.items():
            product = low.scale * (low.up.astype(numpy.float64) @ low.down.astype(numpy.float64))
            old = merged[weights[layer]]
            merged[weights[layer]] = (old + product.reshape(old.shape)).astype(numpy.float64)
    return merged
