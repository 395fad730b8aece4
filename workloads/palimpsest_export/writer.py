"""Write a trace as trace.json and tensors.safetensors."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import numpy
import torch

from .canonical_json import format_json
from .errors import require_kind
from .safetensors import encode_tensors
from .upgrading import VERSION
from .validation import check_trace
from .verification import check_outputs

SCHEMA = "palimpsest.trace"
EXPORTER = "palimpsest_export 2"
JSON_FILE = "trace.json"
TENSORS_FILE = "tensors.safetensors"


def write_trace(trace, directory):
    """Check the trace and write it into `directory`, made if absent. The same trace gives the same bytes.

    Both files are written in full beside the old ones, read back and evaluated before either replaces its
    predecessor: a trace that cannot be written, or does not give its references, leaves the old one as it
    was. Raises TraceError, ExportError if `directory` is no path, or OSError if it cannot be written.
    """
    require_kind("directory", directory, (str, os.PathLike), "a path")
    check_trace(trace)
    files = {
        TENSORS_FILE: encode_tensors(_tensors(trace)),
        JSON_FILE: format_json(_document(trace)).encode("utf-8"),
    }
    directory = Path(directory)
    absent = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=directory))
        try:
            for name, data in files.items():
                (partial / name).write_bytes(data)
            check_outputs(partial)
            _replace_all(partial, directory, list(files))
        finally:
            shutil.rmtree(partial)
    except BaseException:
        for folder in absent:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def require_writable(directory):
    """Raise OSError unless write_trace() could make files in `directory`; leaves nothing behind."""
    directory = Path(directory)
    place = next(folder for folder in (directory, *directory.parents) if folder.exists())
    try:
        os.rmdir(tempfile.mkdtemp(prefix=".partial-", dir=place))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(directory)) from error


def _replace_all(source, directory, names):
    """Move the files into `directory`; if one cannot be moved, those before it are as they were."""
    old = {name: (directory / name).read_bytes() for name in names if (directory / name).exists()}
    moved = []
    try:
        for name in names:
            os.replace(source / name, directory / name)
            moved.append(name)
    except OSError:
        for name in moved:
            if name in old:
                (directory / name).write_bytes(old[name])
            else:
                (directory / name).unlink()
        raise


def _reference_name(phase, kind):
    return f"phases/{phase.name}/{kind}/reference"


def _tensors(trace):
    tensors = {
        "calibration/inputs": trace.calibration_inputs,
        "test/inputs": trace.test_inputs,
    }
    if trace.test_labels is not None:
        tensors["test/labels"] = trace.test_labels
    if trace.test_targets is not None:
        tensors["test/targets"] = numpy.asarray(trace.test_targets, dtype=numpy.float32)
    for set_name, values in trace.weights.items():
        for name, value in values.items():
            tensors[f"weights/{set_name}/{name}"] = numpy.asarray(value, dtype=numpy.float32)
    for adapter_name, adapter in trace.adapters.items():
        for layer, low in adapter.layers.items():
            tensors[f"adapters/{adapter_name}/{layer}/lora_A"] = numpy.asarray(low.down, dtype=numpy.float32)
            tensors[f"adapters/{adapter_name}/{layer}/lora_B"] = numpy.asarray(low.up, dtype=numpy.float32)
    for phase in trace.phases:
        for kind in ("hybrid", "rewrite"):
            reference = getattr(phase, kind).reference
            tensors[_reference_name(phase, kind)] = numpy.asarray(reference, dtype=numpy.float32)
    return tensors


def _document(trace):
    provenance = trace.provenance
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "name": trace.name,
        "description": trace.description,
        "provenance": {
            "exporter": EXPORTER,
            "framework": "torch " + ".".join(torch.__version__.split(".")[:2]),
            "seed": int(provenance.seed),
            "data": provenance.data,
            "credit": provenance.credit,
            "data_sha256": provenance.data_sha256,
        },
        "task": {"kind": trace.task},
        "network": network_document(trace.network),
        "weights": list(trace.weights),
        "adapters": {
            name: {
                "layers": {
                    layer: {"rank": int(low.down.shape[0]), "scale": float(low.scale)}
                    for layer, low in adapter.layers.items()
                }
            }
            for name, adapter in trace.adapters.items()
        },
        "calibration": {"inputs": "calibration/inputs"},
        "test": _test(trace),
        "phases": [_phase(trace, phase) for phase in trace.phases],
    }


def _test(trace):
    test = {"inputs": "test/inputs"}
    if trace.test_labels is not None:
        test["labels"] = "test/labels"
    if trace.test_targets is not None:
        test["targets"] = "test/targets"
    return test


def network_document(network):
    """The `network` object of trace.json."""
    return {
        "input": {
            "name": network.input_name,
            "shape": [int(size) for size in network.input_shape],
            "type": network.input_type,
            "scale": float(network.input_scale),
            "offset": float(network.input_offset),
        },
        "operations": [_operation(operation) for operation in network.operations],
        "output": network.output,
    }


def _operation(operation):
    attributes = dict(operation.attributes)
    if "body" in attributes:
        attributes["body"] = {"operations": [_operation(step) for step in operation.body]}
    return {
        "name": operation.name,
        "operation": operation.operation,
        "inputs": operation.inputs,
        "outputs": operation.outputs,
        **attributes,
    }


def _phase(trace, phase):
    kinds = ("retain", "forget", "new")
    classes = {kind: [int(number) for number in getattr(phase, kind)] for kind in kinds}
    return {
        "name": phase.name,
        **({"classes": classes} if trace.task == "classify" else {}),
        "hybrid": _method(phase, "hybrid"),
        "rewrite": _method(phase, "rewrite"),
    }


def _method(phase, kind):
    method = getattr(phase, kind)
    return {
        "weights": method.weights,
        "adapters": list(method.adapters),
        "training": [_training_run(run) for run in method.training],
        "reference": _reference_name(phase, kind),
    }


def _training_run(run):
    trained = {"trains": "backbone"} if run.adapter is None else {"trains": "adapter", "adapter": run.adapter}
    optimizer = {"optimizer": run.optimizer}
    if run.optimizer == "sgd":
        optimizer["momentum"] = float(run.momentum)
    return {**trained, **optimizer, "steps": int(run.steps), "batch_size": int(run.batch_size)}
