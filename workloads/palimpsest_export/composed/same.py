"""Functions that leave their tensor as it is, in evaluation mode and but for its memory."""

import torch


def convert_dropout(builder, input, p=0.5, training=True, inplace=False):
    """torch.nn.functional.dropout and its kin"""
    if training and p > 0:
        builder.refuse(
            "dropout that stays active in evaluation mode", "training=self.training, or nn.Dropout"
        )
    return builder.need_value(input)


def convert_same(builder, input, *args, **options):
    """contiguous, clone, detach, ..."""
    return builder.need_value(input)


def convert_type(builder, input, *args, **options):
    """Tensor.to, float, type_as, ...: a floating-point type, or whole numbers from the network's input."""
    value = builder.need_value(input)
    wanted = [option for option in (*args, *options.values()) if isinstance(option, torch.dtype)]
    wanted += [option.dtype for option in args if isinstance(option, torch.Tensor)]
    if wanted and not wanted[0].is_floating_point:
        return _whole(builder, value)
    return value


def _whole(builder, value):
    if value.name != "input":
        builder.refuse("rounding to whole numbers", "whole numbers as the network's input")
    return value


def convert_whole(builder, input, *args, **options):
    """Tensor.long and int"""
    return _whole(builder, builder.need_value(input))


def convert_expand(builder, input, *sizes, **options):
    """Tensor.expand"""
    value = builder.need_value(input)
    sizes = list(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else list(sizes)
    while value.rank < len(sizes):
        value = builder.unsqueeze(value, 0)
    dims = []
    for dimension, (size, old) in enumerate(zip(sizes, builder.torch_shape(value))):
        if dimension == value.batch and not value.folded:
            continue
        if dimension == value.batch:
            dims.append(value.dims[value.batch])
        else:
            dims.append(old if size == -1 else size)
    return builder.expand(value, dims)


def convert_expand_as(builder, input, other):
    """Tensor.expand_as"""
    return convert_expand(builder, input, *other.shape)


def convert_broadcast_to(builder, input, size):
    """torch.broadcast_to"""
    return convert_expand(builder, input, *size)


PATTERNS = {
    **{
        name: convert_dropout
        for name in ("dropout", "dropout1d", "dropout2d", "dropout3d", "feature_dropout", "alpha_dropout")
    },
    **{
        name: convert_same
        for name in ("contiguous", "clone", "detach", "alias", "requires_grad_", "positive", "__pos__", "cpu")
    },
    **{name: convert_type for name in ("to", "type", "type_as", "float", "double", "half", "bfloat16")},
    **{name: convert_whole for name in ("long", "int")},
    "expand": convert_expand,
    "expand_as": convert_expand_as,
    "broadcast_to": convert_broadcast_to,
}
