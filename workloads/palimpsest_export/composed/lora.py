"""A linear layer with adapters: the trace has the layer, and the adapters beside the network."""

from torch import nn

from ..describing import type_name
from ..layers import LoraLinear


def convert(builder, module, x):
    """LoraLinear"""
    base = module.base_layer
    if type(base) is not nn.Linear:
        builder.refuse(f"an adapter on {type_name(base)}", "an adapter on nn.Linear")
    value = builder.need_value(x)
    builder.features_last(value)
    builder.adapted.add(builder.names.path)
    weight = builder.parameter(base.weight, "weight", here=True)
    bias = None if base.bias is None else builder.parameter(base.bias, "bias", here=True)
    return builder.layer("linear", value, weight=weight, bias=bias)


PATTERNS = {}
MODULES = {LoraLinear: convert}
