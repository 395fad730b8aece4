"""Take from a trained module the numbers a trace needs."""

import numpy
import torch

from .arrays import array_fault, not_finite
from .describing import describe, require_module
from .errors import ExportError, first_line, require_kind
from .evaluation import evaluation_copy
from .graph import INPUT_TYPES, recorded_network, torch_inputs
from .hidden import refuse_hidden_computation
from .modules import lora_layers
from .network import Network
from .tolerance import within_tolerance
from .trace import Adapter, LowRank

# Of the largest output: more than sums in single precision lose, less than a bfloat16 loses.
FLOAT32_TOLERANCE = 1e-3


def _float32(tensor):
    return tensor.detach().cpu().to(torch.float32).numpy().copy()


def _exported(where, tensor, shape):
    """A parameter as float32. Raises ExportError if it has not this shape or is not finite."""
    if not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point() or tensor.is_meta:
        raise ExportError(f"{where}: expected a tensor of floating-point numbers")
    values = _float32(tensor)
    fault = array_fault(values, shape) or not_finite(values)
    if fault is not None:
        raise ExportError(f"{where}: {fault}")
    return values


def parameter_values(module, network):
    """Every parameter of the network as float32, by name: one weight set.

    The module is recorded again, so that what is computed of its parameters (a folded batch norm) is computed
    of those that it has now. Raises ExportError if it is not the network any more, or a parameter is NaN or
    infinite.
    """
    require_module(module)
    require_kind("network", network, Network, "what trace_network() gives")
    refuse_hidden_computation(module)
    found, parameters = recorded_network(evaluation_copy(module), entry_of(network))
    if found.parameters != network.parameters:
        name = next(
            name
            for name in (*network.parameters, *found.parameters)
            if network.parameters.get(name) != found.parameters.get(name)
        )
        raise ExportError(
            f"{describe(module, '')} has parameter {name!r} with shape {_shape(found.parameters.get(name))}, the "
            f"network {_shape(network.parameters.get(name))}; was another module traced?"
        )
    if found != network:
        raise ExportError(
            f"{describe(module, '')} computes something else than the network; was another module traced?"
        )
    paths = dict(module.named_modules(remove_duplicate=False))
    values = {}
    for name, shape in network.parameters.items():
        path, _, attribute = name.rpartition(".")
        where = f"{describe(module, path)}: {attribute}" if path in paths else f"parameter {name}"
        values[name] = _exported(where, parameters[name], shape)
    return values


def _shape(shape):
    return "no shape (it is not there)" if shape is None else str(list(shape))


def entry_of(network):
    """The fields of a Network for its input."""
    keys = ("input_shape", "input_scale", "input_offset", "input_type", "whole_numbers", "examples")
    return {key: getattr(network, key) for key in keys}


def adapter_values(module, network, name):
    """The Adapter called `name`.

    Raises ExportError if no layer has it, a layer has no rank or alpha of it, layers share a matrix, or a
    matrix has another shape or NaN or infinity; UnsupportedOperation if it is more than two matrices per
    layer.
    """
    refuse_hidden_computation(module)
    require_kind("network", network, Network, "what trace_network() gives")
    require_kind("adapter", name, str, "a name")
    found = lora_layers(module)
    shapes = network.layer_shapes()
    layers = {path: found[path] for path in shapes if path in found and name in found[path].lora_A}
    if not layers:
        raise ExportError(f"adapter {name!r}: no layer of the network has it")
    for path, layer in layers.items():
        if layer.rank.get(name) is None or layer.alpha.get(name) is None:
            raise ExportError(f"adapter {name!r}: {describe(module, path)} has no rank or alpha of it")
        if name not in layer.lora_B:
            raise ExportError(f"adapter {name!r}: {describe(module, path)} has no lora_B of it")
    matrices = [matrix[name].weight for layer in layers.values() for matrix in (layer.lora_A, layer.lora_B)]
    if len({id(matrix) for matrix in matrices}) != len(matrices):
        raise ExportError(f"adapter {name!r}: layers share a matrix, which a trace cannot state")
    values = {}
    for path, layer in layers.items():
        out_features, in_features = shapes[path]
        where = f"adapter {name!r}: {describe(module, path)}"
        rank = layer.rank[name]
        down, up = layer.lora_A[name].weight, layer.lora_B[name].weight
        values[path] = LowRank(
            float(layer.scale(name)),
            _exported(f"{where}: lora_A", down.flatten(1), (rank, in_features)),
            _exported(f"{where}: lora_B", up.flatten(1), (out_features, rank)),
        )
    return Adapter(values)


def reference_outputs(module, network, inputs):
    """The module's outputs, float32 [samples, ...], for inputs [samples, ...] as they are stored.

    Class scores [samples, 1, classes] are given as [samples, classes]. That is what calling the module in
    evaluation mode gives, hooks and all. Computed in float64 from parameters rounded to float32, as they are
    exported, and rounded once at the end. Raises ExportError for other inputs, or if the module fails, gives
    something else than finite numbers of the network's shape, or not the same when it is called again.
    """
    require_kind("network", network, Network, "what trace_network() gives")
    fault = array_fault(inputs, (None, *network.input_shape), INPUT_TYPES[network.input_type])
    if fault is None and len(inputs) == 0:
        fault = "expected at least one sample"
    if fault is not None:
        raise ExportError(f"inputs: {fault}")
    entry = entry_of(network)
    exported = evaluation_copy(module).float().double()
    shape = (len(inputs), *output_shape(network))
    # A module may change its input in place.
    first, second = (
        _outputs(exported, torch_inputs(exported, entry, inputs, torch.float64), shape) for _ in range(2)
    )
    if not within_tolerance(first, second):
        raise ExportError(
            f"{describe(module, '')} gives other outputs when it is called again with the same inputs"
        )
    rounded = evaluation_copy(module).float()
    single = torch_inputs(rounded, entry, inputs, torch.float32)
    deviation = numpy.abs(_outputs(rounded, single, shape) - first).max()
    # Outputs without a normal number in single precision are left to the comparison with the trace.
    if not deviation <= FLOAT32_TOLERANCE * numpy.abs(first).max() + numpy.finfo(numpy.float32).tiny:
        raise ExportError(
            f"{describe(module, '')} gives other outputs in float32 than in float64: expected no autocast in forward"
        )
    return first


def output_shape(network):
    """Shape of an output: that of the network's, class scores [1, classes] as [classes]."""
    shape = network.shapes()[network.output]
    return shape[1:] if len(shape) == 2 and shape[0] == 1 else shape


def _called(module, inputs):
    """The module's outputs; tensors that its forward makes, as torch.zeros() does, are of the inputs' type."""
    usual = torch.get_default_dtype()
    if inputs.is_floating_point():
        torch.set_default_dtype(inputs.dtype)
    try:
        with torch.no_grad():
            return module(inputs)
    finally:
        torch.set_default_dtype(usual)


def _outputs(module, inputs, shape):
    where = describe(module, "")
    try:
        outputs = _called(module, inputs)
    except Exception as error:
        raise ExportError(
            f"{where} fails on {str(inputs.dtype)[6:]} inputs of shape {list(inputs.shape)} ({first_line(error)}); "
            "it is called in float64 too: a constant of another type becomes the input's with .to(x.dtype)"
        ) from error
    if not isinstance(outputs, torch.Tensor):
        raise ExportError(f"{where} gives a {type(outputs).__qualname__}, expected a tensor")
    if tuple(outputs.shape) not in (shape, (shape[0], 1, *shape[1:])) and outputs.shape != shape[:-1]:
        raise ExportError(f"{where} gives shape {list(outputs.shape)}, expected {list(shape)}")
    values = _float32(outputs.reshape(shape))
    if not numpy.isfinite(values).all():
        wrong = [name for name, value in module.named_parameters() if not torch.isfinite(value).all()]
        reason = f"; its parameter {wrong[0]!r} has one too" if wrong else ""
        raise ExportError(f"{where} gives an output that is not a finite float32 number{reason}")
    return values
