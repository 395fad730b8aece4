"""From a PyTorch module to operations."""

import torch

from .conversion import Converter
from .errors import ExportError, shown
from .evaluation import evaluation_copy, refuse_training_mode
from .hidden import refuse_hidden_computation
from .limits import LARGEST_EXTENT, LARGEST_INPUT_FACTOR
from .numbers import is_number
from .tracing import record_graph


def trace_network(module, input_shape, input_scale, input_offset):
    """Network of a module that maps (batch, rows, columns) to class scores, in evaluation mode.

    input_shape: (rows, columns) of one sample; the network's input is input_scale * u8 + input_offset. A
    linear operation, and the parameters of a module, are named by the module's path; a parameter that several
    modules share has the name of the first that is called. Adapters are not part of the network. Raises
    UnsupportedOperation, or ExportError for something else than a module, a shape, or finite numbers.
    """
    entry = _checked_input(input_shape, input_scale, input_offset)
    refuse_hidden_computation(module)
    module = evaluation_copy(module)
    for part in module.modules():
        # They see gradients alone, but torch calls them with outputs, and a recorded output is no tensor.
        part._backward_hooks.clear()
    graph = record_graph(module)
    refuse_training_mode(module)
    return Converter(module, graph, entry).network()


def _checked_input(shape, scale, offset):
    """The fields of a Network for its input, as Python numbers."""
    whole = isinstance(shape, (tuple, list, torch.Size)) and all(is_number(size, int) for size in shape)
    if not whole or len(shape) != 2 or not 1 <= min(shape) <= max(shape) <= LARGEST_EXTENT:
        raise ExportError(
            f"input_shape: expected (rows, columns) of one sample, each 1..{LARGEST_EXTENT}, got "
            f"{shown(shape)}; a network on (batch, features) is exported as one on (batch, 1, features)"
        )
    for name, value in (("input_scale", scale), ("input_offset", offset)):
        if not is_number(value) or not abs(value) <= LARGEST_INPUT_FACTOR:
            raise ExportError(
                f"{name}: expected a number within +-{LARGEST_INPUT_FACTOR:g}, got {shown(value)}"
            )
    if scale == 0:
        raise ExportError("input_scale: expected a number other than 0")
    return {
        "input_shape": tuple(int(size) for size in shape),
        "input_scale": float(scale),
        "input_offset": float(offset),
    }
