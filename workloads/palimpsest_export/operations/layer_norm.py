"""Normalisation over the last dimension; over several by reshaping."""

import math

import numpy

from .kind import Kind, need_parameter


def _shapes(attributes, inputs, parameters):
    for key in ("gain", "bias"):
        need_parameter(key, parameters, attributes[key], inputs[0][-1:])
    return [tuple(inputs[0])]


def _evaluate(attributes, inputs, parameter):
    x = inputs[0]
    result = x - x.mean(axis=-1, keepdims=True)
    result = result / numpy.sqrt((result**2).mean(axis=-1, keepdims=True) + attributes["epsilon"])
    if attributes["gain"] is not None:
        result = result * parameter(attributes["gain"])
    return [result if attributes["bias"] is None else result + parameter(attributes["bias"])]


def flat_norm(builder, kind, input, normalized_shape, epsilon, **parameters):
    """A norm over the last dimensions, which are made one for it."""
    value = builder.need_value(input)
    count = len(normalized_shape)
    if value.from_right < count:
        builder.refuse("a norm over the samples", "a norm over the dimensions behind them")
    leading, normed = value.dims[: len(value.dims) - count], value.dims[len(value.dims) - count :]
    size = math.prod(normed)
    names = {
        key: None if tensor is None else builder.parameter(tensor, name, tensor.reshape(size))
        for key, (name, tensor) in parameters.items()
    }
    flat = value if count == 1 else builder.reshape(value, (*leading, size))
    result = builder.apply(kind, flat, **names, epsilon=builder.epsilon(epsilon))
    return result if count == 1 else builder.reshape(result, (*leading, *normed))


def convert(builder, input, normalized_shape, weight=None, bias=None, eps=1e-5, cudnn_enable=True):
    """torch.nn.functional.layer_norm"""
    return flat_norm(
        builder, "layer_norm", input, normalized_shape, eps, gain=("weight", weight), bias=("bias", bias)
    )


KIND = Kind("layer_norm", _shapes, _evaluate, keys=("gain", "bias", "epsilon"), parameters=("gain", "bias"))
PATTERNS = {"layer_norm": convert}
