"""What becomes of the operations after recording: batch norms folded, what nothing needs left out."""

from .network import Operation


def needed_operations(operations, result):
    """The operations that `result`, a value's name, depends on."""
    needed = {result}
    kept = []
    for operation in reversed(operations):
        if needed & set(operation.outputs):
            kept.append(operation)
            needed.update(operation.inputs)
    return kept[::-1]


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
        for step in operations:
            step.inputs = [source if name == shifted else name for name in step.inputs]
        result = source if result == shifted else result
    return operations, result


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
        inputs = [same.get(name, name) for name in step.inputs]
        if step.operation == "reshape":
            (output,) = step.outputs
            source = origin.get(inputs[0], inputs[0])
            if tuple(shapes[source]) == tuple(step.attributes["shape"]):
                same[output] = source
                continue
            origin[output] = source
            inputs = [source]
        kept.append(Operation(step.name, step.operation, inputs, step.outputs, step.attributes))
    result = same.get(result, result)
    return needed_operations(kept, result), result
