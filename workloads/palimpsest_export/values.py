"""Take from a trained module the numbers a trace needs."""

import numpy
import torch

from .arrays import array_fault, not_finite
from .errors import ExportError, first_line, require_kind
from .evaluation import evaluation_copy
from .hidden import refuse_hidden_computation
from .layers import LoraLinear, lora_layers
from .numbers import plain
from .operations import Network
from .tolerance import within_tolerance
from .trace import Adapter
from .unsupported import describe, require_module

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

    Raises ExportError if the module lacks one, or has it in another shape or with NaN or infinity.
    """
    require_module(module)
    require_kind("network", network, Network, "what trace_network() gives")
    layers = dict(module.named_modules(remove_duplicate=False))
    values = {}
    for name, shape in network.parameters.items():
        path, _, attribute = name.rpartition(".")
        layer = layers.get(path)
        if isinstance(layer, LoraLinear):
            layer = layer.base_layer
        if not hasattr(layer, attribute):
            raise ExportError(
                f"{describe(module, '')} has no parameter {name!r} of the network; was another module traced?"
            )
        where = f"{describe(module, path)}: {attribute}"
        values[name] = _exported(where, getattr(layer, attribute), shape)
    return values


def adapter_values(module, network, name):
    """The Adapter called `name`.

    Raises ExportError if no layer has it, its layers differ in rank or alpha or share a matrix, or a matrix
    has another shape or NaN or infinity; UnsupportedOperation if it is more than two matrices per layer.
    """
    refuse_hidden_computation(module)
    require_kind("network", network, Network, "what trace_network() gives")
    require_kind("adapter", name, str, "a name")
    found = lora_layers(module)
    shapes = network.linear_shapes()
    layers = {path: found[path] for path in shapes if path in found and name in found[path].lora_A}
    sizes = {(layer.rank.get(name), layer.alpha.get(name)) for layer in layers.values()}
    if not layers:
        raise ExportError(f"adapter {name!r}: no layer of the network has it")
    if len(sizes) != 1 or None in next(iter(sizes)):
        raise ExportError(f"adapter {name!r}: expected one rank and alpha, found {sorted(sizes, key=str)}")
    ((rank, alpha),) = sizes
    for path, layer in layers.items():
        if name not in layer.lora_B:
            raise ExportError(f"adapter {name!r}: {describe(module, path)} has no lora_B of it")
    matrices = [matrix[name].weight for layer in layers.values() for matrix in (layer.lora_A, layer.lora_B)]
    if len({id(matrix) for matrix in matrices}) != len(matrices):
        raise ExportError(f"adapter {name!r}: layers share a matrix, which a trace cannot state")
    values = {}
    for path, layer in layers.items():
        out_features, in_features = shapes[path]
        where = f"adapter {name!r}: {describe(module, path)}"
        values[path] = (
            _exported(f"{where}: lora_A", layer.lora_A[name].weight, (rank, in_features)),
            _exported(f"{where}: lora_B", layer.lora_B[name].weight, (out_features, rank)),
        )
    return Adapter(plain(rank), plain(alpha), values)


def reference_outputs(module, network, inputs):
    """float32 [samples, classes]: the module's outputs for uint8 inputs [samples, rows, columns].

    That is what calling the module in evaluation mode gives, hooks and all. Computed in float64 from
    parameters rounded to float32, as they are exported, and rounded once at the end. Raises ExportError for
    other inputs, or if the module fails, gives something else than finite class scores, or not the same when
    it is called again.
    """
    require_kind("network", network, Network, "what trace_network() gives")
    fault = array_fault(inputs, (None, *network.input_shape), numpy.uint8)
    if fault is None and len(inputs) == 0:
        fault = "expected at least one sample"
    if fault is not None:
        raise ExportError(f"inputs: {fault}")
    exported = evaluation_copy(module).float().double()
    values = inputs.astype(numpy.float64) * network.input_scale + network.input_offset
    shape = (len(inputs), network.shapes()[network.output][1])
    # A module may change its input in place.
    first, second = (_scores(exported, torch.from_numpy(values.copy()), shape) for _ in range(2))
    if not within_tolerance(first, second):
        raise ExportError(
            f"{describe(module, '')} gives other outputs when it is called again with the same inputs"
        )
    single = torch.from_numpy(values.astype(numpy.float32))
    deviation = numpy.abs(_scores(evaluation_copy(module).float(), single, shape) - first).max()
    # Outputs without a normal number in single precision are left to the comparison with the trace.
    if not deviation <= FLOAT32_TOLERANCE * numpy.abs(first).max() + numpy.finfo(numpy.float32).tiny:
        raise ExportError(
            f"{describe(module, '')} gives other outputs in float32 than in float64: expected no autocast in forward"
        )
    return first


def _scores(module, inputs, shape):
    where = describe(module, "")
    try:
        with torch.no_grad():
            outputs = module(inputs)
    except Exception as error:
        raise ExportError(
            f"{where} fails on {str(inputs.dtype)[6:]} inputs of shape {list(inputs.shape)} ({first_line(error)})"
        ) from error
    if not isinstance(outputs, torch.Tensor):
        raise ExportError(f"{where} gives a {type(outputs).__qualname__}, expected a tensor of class scores")
    if tuple(outputs.shape) not in (shape, (shape[0], 1, shape[1])):
        raise ExportError(f"{where} gives shape {list(outputs.shape)}, expected class scores {list(shape)}")
    scores = _float32(outputs.reshape(shape))
    if not numpy.isfinite(scores).all():
        wrong = [name for name, value in module.named_parameters() if not torch.isfinite(value).all()]
        reason = f"; its parameter {wrong[0]!r} has one too" if wrong else ""
        raise ExportError(f"{where} gives an output that is not a finite float32 number{reason}")
    return scores
