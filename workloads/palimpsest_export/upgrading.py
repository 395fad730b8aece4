"""Traces of older versions, as the newest states them (docs/trace-format.md, Versions)."""

VERSION = 2


def upgraded(document):
    """The document of a trace as version 2; that of a trace of version 2 is itself. Raises KeyError."""
    if document["version"] == VERSION:
        return document
    network = document["network"]
    entry = network["input"]
    new = {
        "input": {**entry, "type": "u8"},
        "operations": [_operation(step) for step in network["operations"]],
        "output": network["output"],
    }
    document = {**document, "version": VERSION, "task": {"kind": "classify"}, "network": new}
    document["adapters"] = {
        name: {
            "layers": {
                layer: {"rank": adapter["rank"], "scale": adapter["alpha"] / adapter["rank"]}
                for layer in adapter["layers"]
            }
        }
        for name, adapter in document["adapters"].items()
    }
    return document


def _operation(step):
    new = {key: value for key, value in step.items() if key != "output"}
    new["outputs"] = [step["output"]]
    if step["operation"] == "gelu":
        new["approximate"] = "none"
    elif step["operation"] == "transpose":
        new.update(operation="permute", order=[1, 0])
    elif step["operation"] == "mean":
        new.update(axes=[0], keep=True)
    return new
