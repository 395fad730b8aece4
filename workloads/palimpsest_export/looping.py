"""Repeat and Scan while they are recorded: the body once, for one iteration, as the body of a loop."""

import torch

from .layout import Value
from .modules import Repeat, Scan
from .network import Operation
from .operations.loop import outer_inputs


def convert_repeat(recording, module, x, indexed=(), constants=()):
    """Repeat: carried values that are the results at the end."""
    indexed = _tuple(indexed)
    builder = recording.builder
    values = [builder.shared_value(tensor) for tensor in indexed]
    carried, _ = _record(recording, module, _tuple(x), values, _tuple(constants), module.iterations)
    return tuple(carried) if isinstance(x, (tuple, list)) else carried[0]


def convert_scan(recording, module, initial, sequence=None, constants=()):
    """Scan: carried values, and results of every step."""
    sequence, constants = _tuple(sequence), _tuple(constants)
    steps = module._steps(sequence)
    single = module.single if initial is None else not isinstance(initial, (tuple, list))
    with recording.plain():
        initial = module._initial(initial, (*sequence, *constants))
    builder = recording.builder
    values = [builder.need_value(tensor) for tensor in sequence]
    carried, results = _record(recording, module, initial, values, constants, steps)
    stacked = tuple(results) if len(results) > 1 else results[0] if results else None
    return carried[0] if single else tuple(carried), stacked


def _tuple(value):
    return () if value is None else tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _record(recording, module, initial, indexed, constants, iterations):
    """Final carried values and stacked results, as recorded tensors, of a loop that is added."""
    builder = recording.builder
    for value in indexed:
        builder.samples_first(value, "a sequence")
    attributes = {"iterations": int(iterations), "carried": [], "indexed": [], "constants": []}
    outer, builder.operations = builder.operations, []
    norms = len(builder.norms)
    tensors = []
    for tensor in initial:
        start, entry = None, {}
        if not builder.is_value(tensor) and not tensor.any():
            entry["shape"] = list(tensor.shape[1:])
        else:
            start = _outer_value(builder, tensor, outer)
        place = _placeholder(recording, tensor.shape[1:], tensor, "carried")
        entry = {"value": place.recorded.name, "initial": None if start is None else start.name, **entry}
        attributes["carried"].append(entry)
        tensors.append(place)
    for value in indexed:
        place = _placeholder(recording, value.dims[1:] or (1,), initial[0], "part")
        attributes["indexed"].append({"value": place.recorded.name, "from": value.name})
        tensors.append(place)
    for tensor in constants:
        value = _outer_value(builder, tensor, outer)
        place = _placeholder(recording, value.dims, tensor, "constant")
        attributes["constants"].append({"value": place.recorded.name, "from": value.name})
        tensors.append(place)
    # Zeros could hide a shape that the state takes later, so the module itself checks all its iterations.
    given = _tuple(module.body(*tensors))
    names = [_outer_value(builder, tensor, builder.operations).name for tensor in given]
    for entry, name in zip(attributes["carried"], names):
        entry["next"] = name
    if iterations > 1:
        _need_carried_membranes(builder, names[: len(initial)])
    body, builder.operations = builder.operations, outer
    body = _state_last(body, [entry["value"] for entry in attributes["carried"]])
    del builder.norms[norms:]
    _bring_in(builder, attributes, body)
    attributes["body"] = {"operations": body}
    return _results(recording, module, attributes, names, given, len(initial))


def _need_carried_membranes(builder, following):
    """Refuse neurons of the body whose state nothing takes up: they would forget it at every step."""
    taken = {name for step in builder.operations for name in step.inputs}.union(following)
    for step in builder.operations:
        if step.operation == "lif" and step.outputs[1] not in taken:
            builder.fail(f"expected the membrane that the neurons {step.name} give in a loop to be carried on")


def _state_last(body, state):
    """The operations of a body, those that need nothing of the state first.

    An iteration's work on its input then runs beside the iteration before, and what a product of the state is added
    to is there before it, whichever way round a sum is written.
    """
    waiting, first, last = set(state), [], []
    for step in body:
        if waiting.isdisjoint(step.inputs):
            first.append(step)
        else:
            last.append(step)
            waiting.update(step.outputs)
    return first + last


def _outer_value(builder, tensor, operations):
    """The value of a tensor, a constant one as an operation among these."""
    if builder.is_value(tensor):
        value = builder.need_value(tensor)
        builder.samples_first(value, "a value of a loop")
        return value
    inner, builder.operations = builder.operations, operations
    value = builder.constant_value(tensor, like=Value("input", tuple(tensor.shape[1:])))
    builder.operations = inner
    return value


def _placeholder(recording, dims, like, role):
    """A recorded tensor for a value that each iteration gives to the body."""
    builder = recording.builder
    name = builder.names.operation_part(role)
    builder.shapes[name] = tuple(dims) or (1,)
    with recording.plain():
        kind = like.dtype if like.is_floating_point() else torch.float32
        example = torch.rand((builder.samples, *dims), dtype=kind)
    return recording.recorded(example, Value(name, tuple(dims)))


def _bring_in(builder, attributes, body):
    """Outer values that the body uses without being given them are constants of the loop."""
    own = {entry["value"] for key in ("carried", "indexed", "constants") for entry in attributes[key]}
    inside = {}
    for step in body:
        for place, name in enumerate(step.inputs):
            if name in own:
                continue
            if name not in inside:
                inside[name] = builder.names.operation_part("constant")
                builder.shapes[inside[name]] = builder.shapes[name]
                attributes["constants"].append({"value": inside[name], "from": name})
            step.inputs[place] = inside[name]
        own.update(step.outputs)


def _results(recording, module, attributes, names, given, count):
    builder = recording.builder
    path = builder.names.operation_part("loop")
    attributes["results"] = []
    values = []
    for number, (name, tensor) in enumerate(zip(names, given)):
        take = "last" if number < count else "all"
        result = builder.names.unique(f"{path}.{number}")
        attributes["results"].append({"value": result, "from": name, "take": take})
        dims = builder.shapes[name]
        builder.shapes[result] = dims if take == "last" else (attributes["iterations"], *dims)
        builder.need_shape(builder.shapes[result])
        values.append((Value(result, builder.shapes[result]), tensor.dtype))
    outputs = [entry["value"] for entry in attributes["results"]]
    builder.operations.append(Operation(path, "loop", outer_inputs(attributes), outputs, attributes))
    builder.places[path] = builder.here()
    with recording.plain():
        tensors = [torch.rand((builder.samples, *value.dims), dtype=kind) for value, kind in values]
    recorded = [recording.recorded(tensor, value) for tensor, (value, _) in zip(tensors, values)]
    return recorded[:count], recorded[count:]


LOOPS = {Repeat: convert_repeat, Scan: convert_scan}
