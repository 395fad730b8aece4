"""Division by the root of the mean square over the last dimension."""

import numpy
import torch

from ..modules import RMSNorm
from .kind import Kind, need_parameter
from .layer_norm import flat_norm


def _shapes(attributes, inputs, parameters):
    need_parameter("gain", parameters, attributes["gain"], inputs[0][-1:])
    return [tuple(inputs[0])]


def _evaluate(attributes, inputs, parameter):
    x = inputs[0]
    result = x / numpy.sqrt((x**2).mean(axis=-1, keepdims=True) + attributes["epsilon"])
    return [result if attributes["gain"] is None else result * parameter(attributes["gain"])]


def convert(builder, input, normalized_shape, weight=None, eps=None):
    """torch.nn.functional.rms_norm, of torch 2.4 and later; without an epsilon it is that of float32."""
    epsilon = torch.finfo(torch.float32).eps if eps is None else eps
    return flat_norm(builder, "rms_norm", input, normalized_shape, epsilon, gain=("weight", weight))


def convert_module(builder, module, x):
    """The package's RMSNorm"""
    return flat_norm(builder, "rms_norm", x, (module.features,), module.epsilon, gain=("gain", module.gain))


KIND = Kind("rms_norm", _shapes, _evaluate, keys=("gain", "epsilon"), parameters=("gain",))
PATTERNS = {"rms_norm": convert}
MODULES = {RMSNorm: convert_module}
