"""What becomes of the operations after recording: batch norms folded, what nothing needs left out."""

from .network import Operation
from .operations.loop import outer_inputs


def needed_operations(operations, *results):
    """The operations that the results, names of values, depend on."""
    needed = set(results)
    kept = []
    for operation in reversed(operations):
        if needed & set(operation.outputs):
            kept.append(_trimmed(operation, needed) if operation.operation == "loop" else operation)
            operation = kept[-1]
            needed.update(operation.inputs)
    return kept[::-1]


def _trimmed(loop, needed):
    """A loop without the results, and in its body the operations, that nothing needs."""
    attributes = dict(loop.attributes)
    attributes["results"] = [entry for entry in attributes["results"] if entry["value"] in needed]
    wanted = {entry["from"] for entry in attributes["results"]}
    wanted |= {entry["next"] for entry in attributes["carried"]}
    body = needed_operations(loop.body, *wanted)
    attributes["body"] = {"operations": body}
    used = {name for step in body for name in step.inputs} | wanted
    for key in ("indexed", "constants"):
        attributes[key] = [entry for entry in attributes[key] if entry["value"] in used]
    outputs = [entry["value"] for entry in attributes["results"]]
    return Operation(loop.name, "loop", outer_inputs(attributes), outputs, attributes)


def fold_norms(builder, operations, result):
    """Put each batch norm into the linear layer or convolution whose result it alone uses."""
    for scaled, shifted, factor, term in builder.norms:
        producers = {output: step for step in operations for output in step.outputs}
        if shifted not in producers or scaled not in producers:
            continue
        layer = _layer_of(builder, operations, producers, producers[scaled].inputs[0], len(factor), result)
        if layer is None:
            continue
        _fold(builder, layer, factor, term)
        source = producers[scaled].inputs[0]
        operations = [step for step in operations if not {scaled, shifted} & set(step.outputs)]
        operations = [_renamed(step, {shifted: source}) for step in operations]
        result = source if result == shifted else result
    return operations, result


def _renamed(step, names):
    """The operation with other names for some of the values that it reads; names: old to new."""
    inputs = [names.get(name, name) for name in step.inputs]
    attributes = dict(step.attributes)
    if step.operation == "loop":
        for key, role in (("carried", "initial"), ("indexed", "from"), ("constants", "from")):
            attributes[key] = [
                {**entry, role: names.get(entry[role], entry[role])} for entry in attributes[key]
            ]
        inputs = outer_inputs(attributes)
    return Operation(step.name, step.operation, inputs, step.outputs, attributes)


def _uses(operations, value, result):
    return sum(step.inputs.count(value) for step in operations) + (value == result)


def _layer_of(builder, operations, producers, value, channels, result):
    """The layer whose channels the norm scales, if nothing else uses its result or its parameters."""
    step = producers.get(value)
    if step is None or _uses(operations, value, result) != 1:
        return None
    if step.operation == "reshape" and len(builder.shapes[step.inputs[0]]) == 3:
        # A convolution of one dimension is one of height 1, reshaped.
        inner = producers.get(step.inputs[0])
        fits = inner is not None and inner.operation == "conv2d" and builder.shapes[inner.outputs[0]][1] == 1
        if not fits or _uses(operations, step.inputs[0], result) != 1 or builder.shapes[value][0] != channels:
            return None
        step = inner
    elif step.operation == "linear" and builder.shapes[value] != (channels,):
        return None
    if step.operation not in ("linear", "conv2d") or step.layer in builder.adapted:
        return None
    own = [name for name in (step.attributes["weight"], step.attributes["bias"]) if name is not None]
    for other in operations:
        if other is not step and set(own) & set(other.parameter_names()):
            return None
    return step


def _fold(builder, step, factor, term):
    weight = builder.parameters[step.attributes["weight"]]
    behind = [1] * (weight.dim() - 1)
    builder.parameters[step.attributes["weight"]] = weight * factor.reshape(-1, *behind)
    bias = step.attributes["bias"]
    if bias is None:
        bias = f"{step.layer}.bias"
        while bias in builder.parameters:
            bias += "_of_norm"
        step.attributes["bias"] = bias
        builder.parameters[bias] = term
    else:
        builder.parameters[bias] = builder.parameters[bias] * factor + term


def fold_reshapes(operations, result, shapes):
    """One reshape in the place of several after each other, and none where the shape is as before."""
    same, origin, kept = {}, {}, []
    for step in operations:
        step = _renamed(step, same)
        if step.operation == "reshape":
            (output,) = step.outputs
            source = origin.get(step.inputs[0], step.inputs[0])
            if tuple(shapes[source]) == tuple(step.attributes["shape"]):
                same[output] = source
                continue
            origin[output] = source
            step = _renamed(step, {step.inputs[0]: source})
        kept.append(step)
    result = same.get(result, result)
    return needed_operations(kept, result), result
