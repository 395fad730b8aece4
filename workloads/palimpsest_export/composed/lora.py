"""A layer with adapters: the trace has the layer, and the adapters beside the network."""

from torch import nn

from ..describing import type_name
from ..modules import LoraConv2d, LoraLinear
from ..operations.conv2d import conv2d


def _parameters(builder, base):
    """Names of the base layer's weight and bias, after the layer that has the adapters."""
    builder.adapted.add(builder.names.path)
    weight = builder.parameter(base.weight, "weight", here=True)
    return weight, None if base.bias is None else builder.parameter(base.bias, "bias", here=True)


def convert_linear(builder, module, x):
    """LoraLinear"""
    base = module.base_layer
    if type(base) is not nn.Linear:
        builder.refuse(f"an adapter on {type_name(base)}", "an adapter on nn.Linear")
    value = builder.need_value(x)
    builder.features_last(value)
    weight, bias = _parameters(builder, base)
    return builder.layer("linear", value, weight=weight, bias=bias)


def convert_conv2d(builder, module, x):
    """LoraConv2d"""
    base = module.base_layer
    if type(base) is not nn.Conv2d:
        builder.refuse(f"an adapter on {type_name(base)}", "an adapter on nn.Conv2d")
    weight, bias = _parameters(builder, base)
    sizes = base.kernel_size
    return conv2d(builder, x, weight, bias, sizes, base.stride, base.padding, base.dilation, base.groups)


PATTERNS = {}
MODULES = {LoraLinear: convert_linear, LoraConv2d: convert_conv2d}
