"""A module as it is exported: in evaluation mode, apart from the one being trained."""

import copy

import torch
from torch import nn

from .describing import describe, require_module
from .errors import UnsupportedOperation, first_line


def evaluation_copy(module):
    """A copy of the module in evaluation mode.

    Raises ExportError if it is no module, or UnsupportedOperation if it cannot be copied or a part stays in
    training mode.
    """
    require_module(module)
    try:
        copied = copy.deepcopy(module)
    except Exception as error:
        raise UnsupportedOperation(
            f"{describe(module, '')} cannot be copied ({first_line(error)}); a parameter that is computed "
            "from others is not supported"
        ) from error
    copied.eval()
    for part in copied.modules():
        if type(part) is getattr(nn, "RMSNorm", None) and part.eps is None:
            # Without an epsilon it is that of the numbers' type, and a module is exported as of float32.
            part.eps = torch.finfo(torch.float32).eps
    refuse_training_mode(copied)
    return copied


def refuse_training_mode(root):
    """Raise UnsupportedOperation if a module of `root` is in training mode."""
    for path, module in root.named_modules():
        if module.training:
            raise UnsupportedOperation(f"{describe(root, path)}: stays in training mode after eval()")
