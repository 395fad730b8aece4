"""An independent reading of a trace: numpy only, from the two files and docs/trace-format.md.

It knows nothing of the module that a trace was made from, so that a trace can be checked with it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy

from .errors import SafetensorsError, TraceError, first_line
from .formats import other_format
from .operations import check_form
from .operations.loop import iterate
from .safetensors import decode_tensors
from .upgrading import VERSION, upgraded

NOT_OWN = ("name", "operation", "inputs", "outputs")


@dataclass
class LoadedTrace:
    """The JSON document, of the newest version, and the tensors of a trace."""

    document: dict
    tensors: dict

    def phase_samples(self, phase):
        """Indices of the test samples of a phase: those of its classes, those that it names, or all."""
        test = self.document["test"]
        if "samples" in phase:
            return self.tensors[phase["samples"]]
        if "classes" not in phase:
            return numpy.arange(len(self.tensors[test["inputs"]]))
        classes = phase["classes"]
        wanted = classes["retain"] + classes["forget"] + classes["new"]
        return numpy.flatnonzero(numpy.isin(self.tensors[test["labels"]], wanted))

    def run(self, method, inputs):
        """The network's outputs, float64 [samples, ...], for inputs [samples, ...] as they are stored.

        Outputs [samples, 1, columns] are given as [samples, columns]. method: an object of the document.
        Raises TraceError for what the format does not know, or a key or tensor that is missing.
        """
        try:
            return self._outputs(method, inputs)
        except KeyError as error:
            raise TraceError(f"the trace lacks {error}") from error

    def _outputs(self, method, inputs):
        network = self.document["network"]
        entry = network["input"]
        values = {entry["name"]: inputs.astype(numpy.float64) * entry["scale"] + entry["offset"]}
        self.run_operations(method, network["operations"], values, len(inputs))
        result = values[network["output"]]
        return result[:, 0] if result.ndim == 3 and result.shape[1] == 1 else result

    def run_operations(self, method, operations, values, samples):
        """Add the results of the operations to `values`, name to array [samples, ...]."""
        for step in operations:
            attributes = {key: value for key, value in step.items() if key not in NOT_OWN}
            if step["operation"] == "loop":
                self._loop(method, step, values, samples)
                continue
            inputs = [values[name] for name in step["inputs"]]
            try:
                kind = check_form(step["operation"], attributes, len(inputs), len(step["outputs"]))
                results = kind.evaluate(attributes, inputs, lambda name: self._parameter(method, name))
            except ValueError as error:
                raise TraceError(f"operation {step['name']}: {error}") from error
            if step["operation"] in ("linear", "conv2d"):
                results = [results[0] + self._adapted(method, step, kind, attributes, inputs)]
            for name, result in zip(step["outputs"], results):
                if name in values:
                    raise TraceError(f"value {name} is given twice")
                values[name] = numpy.broadcast_to(result, (samples, *result.shape[1:]))

    def _loop(self, method, step, values, samples):
        def run_body(operations, inner):
            self.run_operations(method, operations, inner, samples)

        outer = {name: values[name] for name in step["inputs"]}
        values.update(zip(step["outputs"], iterate(step, outer, samples, run_body)))

    def _parameter(self, method, name):
        return self.tensors[f"weights/{method['weights']}/{name}"].astype(numpy.float64)

    def _adapted(self, method, step, kind, attributes, inputs):
        """What the method's adapters add to a layer's result: that of the same layer with scale * B A."""
        layer = step.get("layer", step["name"])
        total = 0.0
        for name in method["adapters"]:
            entry = self.document["adapters"][name]["layers"].get(layer)
            if entry is None:
                continue
            down, up = (self.tensors[f"adapters/{name}/{layer}/{part}"] for part in ("lora_A", "lora_B"))
            shape = self._parameter(method, step["weight"]).shape
            weight = entry["scale"] * (up.astype(numpy.float64) @ down.astype(numpy.float64)).reshape(shape)
            total = total + kind.evaluate({**attributes, "bias": None}, inputs, lambda _, w=weight: w)[0]
        return total


def load_trace(directory):
    """LoadedTrace of a trace's directory (a path).

    Raises OSError for a file that cannot be read, SafetensorsError or TraceError for one that is no part of a
    trace.
    """
    document, tensors = Path(directory) / "trace.json", Path(directory) / "tensors.safetensors"
    content = _read_document(document)
    try:
        loaded = decode_tensors(tensors.read_bytes())
    except SafetensorsError as error:
        raise SafetensorsError(f"{tensors}: {error}") from error
    try:
        return LoadedTrace(upgraded(content), loaded)
    except KeyError as error:
        raise TraceError(f"{document}: the trace lacks {error}") from error


def _read_document(path):
    data = path.read_bytes()
    other = other_format(data)
    if other is not None:
        raise TraceError(f"{path}: expected JSON, got {other}")
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise TraceError(f"{path}: expected JSON ({first_line(error)})") from error
    is_object = isinstance(document, dict)
    schema, version = (document.get("schema"), document.get("version")) if is_object else (None, None)
    if schema != "palimpsest.trace" or type(version) is not int or not 1 <= version <= VERSION:
        raise TraceError(f"{path}: expected an object with schema palimpsest.trace and version 1..{VERSION}")
    return document
