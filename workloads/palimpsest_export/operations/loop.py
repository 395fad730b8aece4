"""A body of operations that is run several times, with values carried from one iteration to the next."""

import numpy

from .kind import Kind, need


def _body_shapes(attributes, outer, parameters):
    """Shapes of all values of the body, from those of the outer values by name."""
    from . import result_shapes  # the body may have loops

    iterations, shapes = attributes["iterations"], {}
    need(type(iterations) is int and iterations >= 1, f"iterations: got {iterations!r}")
    for entry in attributes["carried"]:
        initial = entry["initial"]
        shapes[entry["value"]] = tuple(entry["shape"]) if initial is None else outer[initial]
    for entry in attributes["indexed"]:
        first, *others = outer[entry["from"]]
        need(first == iterations, f"{entry['from']} has {first} parts, expected {iterations}")
        shapes[entry["value"]] = tuple(others) or (1,)
    for entry in attributes["constants"]:
        shapes[entry["value"]] = outer[entry["from"]]
    for step in attributes["body"]["operations"]:
        unknown = [name for name in step.inputs if name not in shapes]
        need(not unknown, f"{step.name}: the body has no value {unknown[:1]}")
        results = result_shapes(step, [shapes[name] for name in step.inputs], parameters)
        shapes.update(zip(step.outputs, results))
    return shapes


def _shapes(attributes, inputs, parameters):
    shapes = _body_shapes(attributes, dict(zip(outer_inputs(attributes), inputs)), parameters)
    for entry in attributes["carried"]:
        need(entry["next"] in shapes, f"the body has no value {entry['next']!r}")
        before, after = shapes[entry["value"]], shapes[entry["next"]]
        need(before == after, f"{entry['value']} goes from shape {list(before)} to {list(after)}")
    results = []
    for entry in attributes["results"]:
        need(entry["from"] in shapes, f"the body has no value {entry['from']!r}")
        shape = shapes[entry["from"]]
        results.append((attributes["iterations"], *shape) if entry["take"] == "all" else shape)
    return results


def outer_inputs(attributes):
    """The outer values that a loop reads, first mentioned first, each once."""
    named = [entry["initial"] for entry in attributes["carried"] if entry["initial"] is not None]
    named += [entry["from"] for key in ("indexed", "constants") for entry in attributes[key]]
    return list(dict.fromkeys(named))


def iterate(attributes, outer, samples, run_body):
    """Results of a loop, arrays [samples, ...].

    outer: name to array of the outer values; run_body(operations, values) adds the results of the body's
    operations to `values`.
    """
    carried = {
        entry["value"]: numpy.zeros((samples, *entry["shape"]))
        if entry["initial"] is None
        else outer[entry["initial"]]
        for entry in attributes["carried"]
    }
    collected = [[] for _ in attributes["results"]]
    for iteration in range(attributes["iterations"]):
        values = dict(carried)
        for entry in attributes["indexed"]:
            part = outer[entry["from"]][:, iteration]
            values[entry["value"]] = part if part.ndim > 1 else part[:, None]
        for entry in attributes["constants"]:
            values[entry["value"]] = outer[entry["from"]]
        run_body(attributes["body"]["operations"], values)
        carried = {entry["value"]: values[entry["next"]] for entry in attributes["carried"]}
        for parts, entry in zip(collected, attributes["results"]):
            parts.append(values[entry["from"]])
    return [
        numpy.stack(parts, axis=1) if entry["take"] == "all" else parts[-1]
        for parts, entry in zip(collected, attributes["results"])
    ]


KEYS = ("iterations", "carried", "indexed", "constants", "results", "body")
KIND = Kind("loop", _shapes, None, keys=KEYS, inputs=(0, 65536), outputs=None)
PATTERNS = {}
