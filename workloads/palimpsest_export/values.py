"""Take from a trained module the numbers a trace needs."""

import numpy
import torch

from .arrays import array_fault
from .evaluation import evaluation_copy
from .hidden import refuse_hidden_computation
from .layers import LoraLinear, lora_layers
from .numbers import plain
from .tolerance import within_tolerance
from .trace import Adapter


def _float32(tensor):
    return tensor.detach().cpu().to(torch.float32).numpy().copy()


def parameter_values(module, network):
    """Every parameter of the network as float32, by name: one weight set."""
    values = {}
    for name in network.parameters:
        path, _, attribute = name.rpartition(".")
        layer = module.get_submodule(path)
        if isinstance(layer, LoraLinear):
            layer = layer.base_layer
        values[name] = _float32(getattr(layer, attribute))
    return values


def adapter_values(module, network, name):
    """The Adapter called `name`.

    Raises ValueError if no layer has it, its layers differ in rank or alpha or share a matrix, or
    UnsupportedOperation if it is more than two matrices per layer.
    """
    refuse_hidden_computation(module)
    found = lora_layers(module)
    layers = {
        path: found[path] for path in network.linear_shapes() if path in found and name in found[path].lora_A
    }
    sizes = {(layer.rank[name], layer.alpha[name]) for layer in layers.values()}
    if len(sizes) != 1:
        raise ValueError(f"adapter {name!r}: expected one rank and alpha, found {sorted(sizes)}")
    ((rank, alpha),) = sizes
    matrices = [matrix[name].weight for layer in layers.values() for matrix in (layer.lora_A, layer.lora_B)]
    if len({id(matrix) for matrix in matrices}) != len(matrices):
        raise ValueError(f"adapter {name!r}: layers share a matrix, which a trace cannot state")
    values = {
        path: (_float32(layer.lora_A[name].weight), _float32(layer.lora_B[name].weight))
        for path, layer in layers.items()
    }
    return Adapter(plain(rank), plain(alpha), values)


def reference_outputs(module, network, inputs):
    """float32 [samples, classes]: the module's outputs for uint8 inputs [samples, rows, columns].

    That is what calling the module in evaluation mode gives, hooks and all. Computed in float64 from
    parameters rounded to float32, as they are exported, and rounded once at the end. Raises ValueError for
    other inputs, or if the module gives something else than finite class scores, or not the same when it is
    called again.
    """
    fault = array_fault(inputs, (None, *network.input_shape), numpy.uint8)
    if fault is None and len(inputs) == 0:
        fault = "expected at least one sample"
    if fault is not None:
        raise ValueError(f"inputs: {fault}")
    exported = evaluation_copy(module).float().double()
    values = inputs.astype(numpy.float64) * network.input_scale + network.input_offset
    shape = (len(inputs), network.shapes()[network.output][1])
    with torch.no_grad():
        # A module may change its input in place.
        first, second = (_scores(exported(torch.from_numpy(values.copy())), shape) for _ in range(2))
    if not within_tolerance(first, second):
        raise ValueError("the module gives other outputs when it is called again with the same inputs")
    return first


def _scores(outputs, shape):
    if not isinstance(outputs, torch.Tensor):
        raise ValueError(
            f"the module gives a {type(outputs).__qualname__}, expected a tensor of class scores"
        )
    if tuple(outputs.shape) not in (shape, (shape[0], 1, shape[1])):
        raise ValueError(f"the module gives shape {list(outputs.shape)}, expected class scores {list(shape)}")
    scores = _float32(outputs.reshape(shape))
    if not numpy.isfinite(scores).all():
        raise ValueError("the module gives an output that is not a finite float32 number")
    return scores
