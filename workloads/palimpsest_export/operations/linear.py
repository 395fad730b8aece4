"""x Wᵀ + b over the last dimension."""

import torch

from .kind import Kind, need, need_parameter


def _shapes(attributes, inputs, parameters):
    weight = parameters[attributes["weight"]]
    need(len(weight) == 2, f"weight has shape {list(weight)}, expected [out, in]")
    out_features, in_features = weight
    columns = inputs[0][-1]
    need(columns == in_features, f"weight takes {in_features} features, input has {columns}")
    need_parameter("bias", parameters, attributes["bias"], (out_features,))
    return [(*inputs[0][:-1], out_features)]


def _evaluate(attributes, inputs, parameter):
    result = inputs[0] @ parameter(attributes["weight"]).T
    return [result if attributes["bias"] is None else result + parameter(attributes["bias"])]


def convert(builder, input, weight, bias=None):
    """torch.nn.functional.linear"""
    if builder.is_value(weight) or not builder.is_value(input):
        builder.refuse("a linear layer whose weight is a value of the network", "torch.matmul")
    value = builder.need_value(input)
    builder.features_last(value)
    return builder.layer(
        "linear",
        value,
        weight=builder.parameter(weight, "weight"),
        bias=None if bias is None else builder.parameter(bias, "bias"),
    )


def convert_addmm(builder, input, mat1, mat2, beta=1, alpha=1):
    """torch.addmm: a linear layer with its weight transposed."""
    if builder.is_value(mat2) or builder.is_value(input) or (beta, alpha) != (1, 1):
        builder.refuse("addmm of this kind", "torch.matmul and +")
    return convert(builder, mat1, mat2.t(), torch.as_tensor(input))


KIND = Kind(
    "linear",
    _shapes,
    _evaluate,
    keys=("weight", "bias"),
    optional=("layer",),
    parameters=("weight", "bias"),
)
PATTERNS = {"linear": convert, "addmm": convert_addmm}
