"""Batch norm in evaluation mode: a factor and a term for each channel."""

import torch


def convert(builder, input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1,
            eps=1e-5, cudnn_enabled=True):  # fmt: skip
    """torch.nn.functional.batch_norm; folding.py puts it into the layer before where that is possible."""
    if training or running_mean is None:
        builder.refuse("a batch norm with the batch's own statistics", "track_running_stats=True and .eval()")
    value = builder.need_value(input)
    builder.samples_first(value, "a batch norm")
    factor = 1 / torch.sqrt(running_var.double() + eps)
    factor = factor if weight is None else factor * weight
    term = -running_mean * factor
    term = term if bias is None else term + bias
    behind = [1] * (len(value.dims) - 1)
    scaled = builder.apply(
        "multiply", value, parameter=builder.parameter(factor, "factor", factor.reshape(-1, *behind))
    )
    result = builder.apply(
        "add", scaled, parameter=builder.parameter(term, "term", term.reshape(-1, *behind))
    )
    builder.norms.append((scaled.name, result.name, factor, term))
    return result


PATTERNS = {"batch_norm": convert}
