#!/usr/bin/python3
"""Writes noise_reference.json: accuracies of the face trace under conductance errors, worked out apart from the
simulator: random numbers as random_reference.py has them, the network as the exporter's interpreter runs it, all
in double precision.

So that a last bit of single precision cannot turn an answer, no sample's two largest scores may lie closer than MARGIN.
Run again after a change here: the same script gives the same bytes.
"""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path[:0] = [str(HERE), str(REPOSITORY / "workloads")]

from palimpsest_export.interpreter import LoadedTrace, load_trace  # noqa: E402
from random_reference import normals, uniforms  # noqa: E402

SEED = 5
DRAWS = 3
SIGMA = 4.0
LOW, ZERO, HIGH = 20.0, 50.0, 80.0
CONDUCTANCE_ERROR = 24
MARGIN = 5e-5


def noisy_tensors(trace, weight_sets, draw):
    """The trace's tensors with the linear weights as disturbed devices hold them."""
    tensors = dict(trace.tensors)
    for number, weight_set in enumerate(weight_sets):
        for index, step in enumerate(trace.document["network"]["operations"]):
            if step["operation"] != "linear":
                continue
            name = f"weights/{weight_set}/{step['weight']}"
            weight = trace.tensors[name].astype(np.float64)
            scale = min(HIGH - ZERO, ZERO - LOW) / np.abs(weight).max()
            drawn = normals(uniforms(SEED, CONDUCTANCE_ERROR, (number << 32) | index, draw, weight.size))
            conductance = np.clip(ZERO + scale * weight, LOW, HIGH) + SIGMA * np.reshape(drawn, weight.shape)
            tensors[name] = (np.clip(conductance, LOW, HIGH) - ZERO) / scale
    return tensors


def correct(trace, method, samples):
    """Whether each sample is named rightly."""
    scores = trace.run(method, trace.tensors["test/inputs"][samples])
    ranked = np.sort(scores, axis=1)
    if (ranked[:, -1] - ranked[:, -2]).min() < MARGIN:
        raise ValueError("two scores lie close together: choose another seed")
    return scores.argmax(axis=1) == trace.tensors["test/labels"][samples]


def share(right):
    return float(right.mean()) if right.size else None


def accuracies(trace, phase, method):
    samples = trace.phase_samples(phase)
    labels = trace.tensors["test/labels"][samples]
    right = correct(trace, method, samples)
    result = {"all": share(right)}
    for group in ("retain", "forget", "new"):
        result[group] = share(right[np.isin(labels, phase["classes"][group])])
    forgotten = samples[np.isin(labels, phase["classes"]["forget"])]
    bare = {**method, "adapters": []}
    result["forget_without_adapter"] = share(correct(trace, bare, forgotten)) if forgotten.size else None
    return result


def main():
    trace = load_trace(REPOSITORY / "traces" / "face")
    phases = trace.document["phases"]
    weight_sets = list(dict.fromkeys(phase[kind]["weights"] for phase in phases for kind in ("hybrid", "rewrite")))
    draws = [LoadedTrace(trace.document, noisy_tensors(trace, weight_sets, draw)) for draw in range(DRAWS)]
    reference = {"seed": SEED, "draws": DRAWS, "sigma_microsiemens": SIGMA, "phases": []}
    for phase in phases:
        entry = {
            kind: [accuracies(noisy, phase, phase[kind]) for noisy in draws] for kind in ("hybrid", "rewrite")
        }
        reference["phases"].append(entry)
    (HERE / "noise_reference.json").write_text(json.dumps(reference, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
