"""Take from a trained module the numbers a trace needs."""

import copy

import numpy
import torch

from .layers import LoraLinear, lora_layers
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

    Raises ValueError if no layer has it or its layers differ in rank or alpha.
    """
    found = lora_layers(module)
    layers = {
        path: found[path] for path in network.linear_shapes() if path in found and name in found[path].lora_A
    }
    sizes = {(layer.rank[name], layer.alpha[name]) for layer in layers.values()}
    if len(sizes) != 1:
        raise ValueError(f"adapter {name!r}: expected one rank and alpha, found {sorted(sizes)}")
    ((rank, alpha),) = sizes
    values = {
        path: (_float32(layer.lora_A[name].weight), _float32(layer.lora_B[name].weight))
        for path, layer in layers.items()
    }
    return Adapter(rank, alpha, values)


def reference_outputs(module, network, inputs):
    """float32 [samples, classes]: the module's outputs for uint8 inputs [samples, rows, columns].

    Computed in float64 from parameters rounded to float32, as they are exported, and rounded once at the end.
    """
    exported = copy.deepcopy(module).eval().float().double()
    values = inputs.astype(numpy.float64) * network.input_scale + network.input_offset
    with torch.no_grad():
        outputs = exported(torch.from_numpy(values))
    return _float32(outputs.reshape(len(inputs), -1))
