"""An independent reading of a trace: numpy only, from the two files and docs/trace-format.md.

It shares nothing with the code that makes a trace from a module, so that a trace can be checked with it.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy

from .errors import SafetensorsError, TraceError, first_line
from .formats import other_format
from .safetensors import decode_tensors

GAUSS = numpy.vectorize(lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2))))


@dataclass
class LoadedTrace:
    """The JSON document and the tensors of a trace."""

    document: dict
    tensors: dict

    def phase_samples(self, phase):
        """Indices of the test samples of a phase."""
        classes = phase["classes"]
        wanted = classes["retain"] + classes["forget"] + classes["new"]
        return numpy.flatnonzero(numpy.isin(self.tensors[self.document["test"]["labels"]], wanted))

    def run(self, method, inputs):
        """Class scores, float64 [samples, classes], of uint8 inputs [samples, rows, columns].

        method: an object of the document. Raises TraceError for what the format does not know, or a key or
        tensor that is missing.
        """
        try:
            return self._scores(method, inputs)
        except KeyError as error:
            raise TraceError(f"the trace lacks {error}") from error

    def _scores(self, method, inputs):
        network = self.document["network"]
        entry = network["input"]
        values = {entry["name"]: inputs.astype(numpy.float64) * entry["scale"] + entry["offset"]}
        for step in network["operations"]:
            x = values[step["inputs"][0]]
            if step["output"] in values:
                raise TraceError(f"value {step['output']} is given twice")
            values[step["output"]] = self._result(method, step, x, values)
        return values[network["output"]][:, 0, :]

    def _parameter(self, method, name):
        return self.tensors[f"weights/{method['weights']}/{name}"].astype(numpy.float64)

    def _result(self, method, step, x, values):
        kind = step["operation"]
        if kind == "linear":
            y = x @ self._parameter(method, step["weight"]).T
            if step["bias"] is not None:
                y = y + self._parameter(method, step["bias"])
            for name in method["adapters"]:
                adapter = self.document["adapters"][name]
                if step["name"] in adapter["layers"]:
                    down = self.tensors[f"adapters/{name}/{step['name']}/lora_A"].astype(numpy.float64)
                    up = self.tensors[f"adapters/{name}/{step['name']}/lora_B"].astype(numpy.float64)
                    y = y + adapter["alpha"] / adapter["rank"] * (x @ down.T @ up.T)
            return y
        if kind == "rms_norm":
            mean_square = (x**2).mean(axis=2, keepdims=True)
            return x / numpy.sqrt(mean_square + step["epsilon"]) * self._parameter(method, step["gain"])
        if kind == "gelu":
            return x * GAUSS(x)
        if kind == "relu":
            return numpy.maximum(x, 0)
        if kind == "add":
            return x + values[step["inputs"][1]]
        if kind == "transpose":
            return x.transpose(0, 2, 1)
        if kind == "mean":
            return x.mean(axis=1, keepdims=True)
        raise TraceError(f"unknown operation {kind}")


def load_trace(directory):
    """LoadedTrace of a trace's directory (a path).

    Raises OSError for a file that cannot be read, SafetensorsError or TraceError for one that is no part of a
    trace.
    """
    document, tensors = Path(directory) / "trace.json", Path(directory) / "tensors.safetensors"
    content = _read_document(document)
    try:
        return LoadedTrace(content, decode_tensors(tensors.read_bytes()))
    except SafetensorsError as error:
        raise SafetensorsError(f"{tensors}: {error}") from error


def _read_document(path):
    data = path.read_bytes()
    other = other_format(data)
    if other is not None:
        raise TraceError(f"{path}: expected JSON, got {other}")
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise TraceError(f"{path}: expected JSON ({first_line(error)})") from error
    kind = (document.get("schema"), document.get("version")) if isinstance(document, dict) else None
    if kind != ("palimpsest.trace", 1):
        raise TraceError(f"{path}: expected an object with schema palimpsest.trace and version 1")
    return document
