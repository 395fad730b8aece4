"""From a PyTorch module to operations."""

import numpy
import torch

from .describing import describe
from .errors import ExportError, UnsupportedOperation, shown
from .evaluation import evaluation_copy, refuse_training_mode
from .folding import fold_norms, fold_reshapes, needed_operations
from .hidden import refuse_hidden_computation
from .limits import LARGEST_EXTENT, LARGEST_INPUT_FACTOR, MOST_DIMENSIONS
from .modules import as_scan, replace_recurrent
from .modules.recurrent import CELLS, RECURRENT
from .network import Network
from .numbers import is_number
from .recording import RecordedTensor, Recording

INPUT_TYPES = {"u8": numpy.uint8, "f32": numpy.float32, "spikes": numpy.uint8}
"""How samples are stored."""

SAMPLES = (11, 13, 17, 19, 23, 29, 31)
"""Numbers of samples to record with; those that a size of the network is a multiple of are left out."""


def trace_network(
    module,
    input_shape,
    input_scale=1.0,
    input_offset=0.0,
    input_type="u8",
    examples=None,
    whole_numbers=False,
):
    """Network of a module that maps (samples, *input_shape) to (samples, ...), in evaluation mode.

    The network's input is input_scale * stored + input_offset; input_type says how it is stored: "u8", "f32"
    or "spikes" (uint8, 0 or 1). examples: samples as they are stored, to record with; random ones if None.
    whole_numbers: the module is called with int64 tensors. An operation with weights, and the parameters of a
    module, are named by the module's path; a parameter that several modules share has the name of the first
    that is called. Adapters are not part of the network. Raises UnsupportedOperation, or ExportError for
    something else than a module, a shape, or finite numbers.
    """
    entry = _checked_input(input_shape, input_scale, input_offset, input_type)
    refuse_hidden_computation(module)
    module = evaluation_copy(module)
    entry["whole_numbers"] = bool(whole_numbers)
    entry["examples"] = _batches(module, entry, examples)
    return recorded_network(module, entry)[0]


def recorded_network(module, entry):
    """Network of a module's copy in evaluation mode, and its parameters by name.

    entry: the fields of a Network for its input.
    """
    if type(module) in RECURRENT + CELLS:
        module = as_scan(module)
    else:
        replace_recurrent(module)
    for part in module.modules():
        # They see gradients alone, but torch calls them with outputs, and those are no usual tensors.
        part._backward_hooks.clear()
    (network, parameters, places), (second, others, _) = (
        _record(module, entry, batch) for batch in entry["examples"]
    )
    refuse_training_mode(module)
    if network != second:
        pairs = zip(network.operations, second.operations)
        differing = next((one.name for one, other in pairs if one != other), None)
        where = places.get(differing, describe(module, ""))
        raise UnsupportedOperation(
            f"{where}: depends on the number of samples, or on how often it is called; sizes of a sample are "
            "supported"
        )
    for name, value in parameters.items():
        if not torch.equal(value.nan_to_num(), others[name].nan_to_num()):
            where = next(places[step.name] for step in network.operations if name in step.parameter_names())
            raise UnsupportedOperation(
                f"{where}: a constant ({name}) that changes with the inputs or from call to call; something hides "
                "operations from recording, such as a scripted function or numpy"
            )
    return network, parameters


def _record(module, entry, batch):
    recording = Recording(module, len(batch))
    output = recording.run(torch_inputs(module, entry, batch))
    builder = recording.builder
    result = _result(builder, output)
    operations = needed_operations(builder.operations, result)
    operations, result = fold_norms(builder, operations, result)
    operations, result = fold_reshapes(operations, result, builder.shapes)
    used = [name for step in operations for name in step.parameter_names()]
    parameters = {name: builder.parameters[name] for name in dict.fromkeys(used)}
    shapes = {name: tuple(value.shape) for name, value in parameters.items()}
    network = Network("input", operations=operations, output=result, parameters=shapes, **entry)
    return network, parameters, builder.places


def _result(builder, output):
    if not isinstance(output, RecordedTensor) or output.recorded is None:
        if isinstance(output, torch.Tensor):
            builder.fail("a result that does not depend on the input")
        builder.fail(f"a result of type {type(output).__name__}, expected one tensor")
    value = builder.need_value(output)
    builder.samples_first(value, "a result")
    if value.name == "input":
        builder.fail("gives its input as its result")
    return value.name


def torch_inputs(module, entry, batch, dtype=None):
    """The tensor that a module is called with for stored samples; dtype: the module's if None."""
    if entry["whole_numbers"]:
        return torch.from_numpy(batch.astype(numpy.int64))
    if dtype is None:
        kinds = [p.dtype for p in module.parameters() if p.is_floating_point()]
        dtype = kinds[0] if kinds else torch.float32
    values = batch.astype(numpy.float64) * entry["input_scale"] + entry["input_offset"]
    return torch.from_numpy(values).to(dtype)


def _batches(module, entry, examples):
    """Two batches of different numbers of samples."""
    sizes = [*entry["input_shape"], *(extent for p in module.parameters() for extent in p.shape)]
    numbers = [n for n in SAMPLES if all(size % n for size in sizes)] or list(SAMPLES)
    numbers = (numbers * 2)[:2]
    if numbers[0] == numbers[1]:
        numbers[1] += 1
    dtype, shape = INPUT_TYPES[entry["input_type"]], entry["input_shape"]
    if examples is None:
        generator = numpy.random.default_rng(0)
        if entry["whole_numbers"]:
            return tuple(numpy.zeros((n, *shape), dtype) for n in numbers)
        if entry["input_type"] == "f32":
            return tuple(generator.standard_normal((n, *shape)).astype(dtype) for n in numbers)
        high = 2 if entry["input_type"] == "spikes" else 256
        return tuple(generator.integers(0, high, (n, *shape)).astype(dtype) for n in numbers)
    places = numpy.arange(sum(numbers)) % len(examples)
    return examples[places[: numbers[0]]], examples[places[numbers[0] :]]


def _checked_input(shape, scale, offset, input_type):
    """The fields of a Network for its input, as Python numbers."""
    whole = isinstance(shape, (tuple, list, torch.Size)) and all(is_number(size, int) for size in shape)
    if (
        not whole
        or not 1 <= len(shape) <= MOST_DIMENSIONS
        or not 1 <= min(shape) <= max(shape) <= LARGEST_EXTENT
    ):
        raise ExportError(
            f"input_shape: expected the shape of one sample, 1..{MOST_DIMENSIONS} sizes of 1..{LARGEST_EXTENT}, got "
            f"{shown(shape)}"
        )
    if not isinstance(input_type, str) or input_type not in INPUT_TYPES:
        raise ExportError(f"input_type: expected one of {', '.join(INPUT_TYPES)}, got {shown(input_type)}")
    for name, value in (("input_scale", scale), ("input_offset", offset)):
        if not is_number(value) or not abs(value) <= LARGEST_INPUT_FACTOR:
            raise ExportError(
                f"{name}: expected a number within +-{LARGEST_INPUT_FACTOR:g}, got {shown(value)}"
            )
    if scale == 0:
        raise ExportError("input_scale: expected a number other than 0")
    if input_type != "u8" and (scale, offset) != (1, 0):
        raise ExportError(f"input_scale, input_offset: expected 1 and 0 for inputs of {input_type}")
    return {
        "input_shape": tuple(int(size) for size in shape),
        "input_scale": float(scale),
        "input_offset": float(offset),
        "input_type": input_type,
    }
