"""Rows of a table, by numbers."""

import torch

from .kind import Kind, need


def _shapes(attributes, inputs, parameters):
    table = parameters[attributes["table"]]
    need(len(table) == 2, f"table has shape {list(table)}, expected [numbers, features]")
    return [(*inputs[0], table[1])]


def _evaluate(attributes, inputs, parameter):
    table = parameter(attributes["table"])
    places = inputs[0].astype(int)
    need((places == inputs[0]).all() and (places >= 0).all(), "expected whole numbers from 0")
    need((places < len(table)).all(), f"expected whole numbers below {len(table)}")
    return [table[places]]


def convert(builder, input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False,
            sparse=False):  # fmt: skip
    """torch.nn.functional.embedding; the format's bag of words is a mean or sum over it."""
    if not builder.is_value(input) or builder.is_value(weight) or max_norm is not None:
        builder.refuse("an embedding of this kind", "nn.Embedding of the input, without max_norm")
    value = builder.need_value(input)
    return builder.apply(
        "embedding",
        value,
        dims=(*value.dims, weight.shape[1]),
        batch=value.batch,
        table=builder.parameter(weight, "weight"),
    )


def convert_one_hot(builder, input, num_classes=-1):
    """torch.nn.functional.one_hot: the table is the unit matrix."""
    if num_classes < 1:
        builder.refuse("one_hot without num_classes", "num_classes=")
    unit = torch.eye(num_classes)
    value = builder.need_value(input)
    table = builder.parameter(unit, "one_hot")
    return builder.apply("embedding", value, dims=(*value.dims, num_classes), batch=value.batch, table=table)


KIND = Kind("embedding", _shapes, _evaluate, keys=("table",), parameters=("table",))
PATTERNS = {"embedding": convert, "one_hot": convert_one_hot}
