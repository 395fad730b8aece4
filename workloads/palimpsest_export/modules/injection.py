"""Put adapters on the layers of an existing model, which need not be written for them."""

import numpy
import torch
from torch import nn

from ..errors import ExportError, require_kind, shown
from .lora import LoraConv2d, LoraLayer, LoraLinear
from .targets import compiled, pattern_value, select_layers


def add_lora(
    model,
    targets,
    rank,
    alpha,
    name="default",
    generator=None,
    rank_pattern=None,
    alpha_pattern=None,
    rank_stabilized=False,
):
    """Put an adapter on the nn.Linear and nn.Conv2d layers that `targets` names, and make it active.

    The model is changed in place: a layer is replaced by a LoraLinear or LoraConv2d that shares it; one that
    has adapters gets one more, which is active beside those that are. A layer that is registered twice gets
    it at its first path, as PEFT does; code that reads a layer's weight instead of calling the layer passes
    the adapter by. Which parameters train is left as it is.

    targets: as select_layers takes them. rank_pattern, alpha_pattern: regular expression to the rank or alpha
    of the layers whose path it matches, whole or at the end after a dot. generator: numpy.random.Generator;
    None: one seeded by torch's. rank_stabilized: scale by alpha/sqrt(rank). Returns the paths of the layers.
    Raises ExportError, and changes nothing, for targets, names or sizes that do not fit.
    """
    require_kind("model", model, nn.Module, "a torch.nn.Module")
    paths = select_layers(model, targets)
    ranks = _checked_patterns("rank_pattern", rank_pattern, paths)
    alphas = _checked_patterns("alpha_pattern", alpha_pattern, paths)
    if generator is None:
        generator = numpy.random.default_rng(int(torch.randint(2**62, ())))
    sizes = {path: (pattern_value(ranks, path, rank), pattern_value(alphas, path, alpha)) for path in paths}
    put_adapter(model, sizes, name, generator, rank_stabilized)
    return paths


def put_adapter(model, sizes, name, generator, rank_stabilized):
    """Put the adapter on the layers at the paths that `sizes` maps to (rank, alpha), all or none.

    Raises ExportError.
    """
    wrapped = {path: _wrapped(model.get_submodule(path)) for path in sizes}
    if "" in sizes and wrapped[""] is not model:
        raise ExportError(f"adapter {shown(name)}: a layer that is the whole model cannot be replaced in it")
    for path, (rank, alpha) in sizes.items():
        try:
            wrapped[path].check_adapter(name, rank, alpha, generator)
        except ExportError as error:
            raise ExportError(f"{path or 'the model itself'}: {error}") from error
    for path, (rank, alpha) in sizes.items():
        layer = wrapped[path]
        layer.add_adapter(name, rank, alpha, generator, rank_stabilized)
        layer.active_adapters.append(name)
        if model.get_submodule(path) is not layer:
            _replace(model, path, layer)


def _checked_patterns(where, patterns, paths):
    if patterns is None:
        return {}
    require_kind(where, patterns, dict, "a dict of regular expression to number")
    for pattern in patterns:
        compiled(where, pattern)
        if not any(pattern_value({pattern: True}, path, False) for path in paths):
            raise ExportError(f"{where}: {shown(pattern)} matches none of the layers {', '.join(paths)}")
    return patterns


def _wrapped(layer):
    """The layer with adapters that takes the place of a layer; itself if it has some."""
    if isinstance(layer, LoraLayer):
        return layer
    wrapper = LoraConv2d(layer) if isinstance(layer, nn.Conv2d) else LoraLinear(layer)
    return wrapper.train(layer.training)


def _replace(model, path, layer):
    parent = model.get_submodule(path.rpartition(".")[0])
    setattr(parent, path.rpartition(".")[2], layer)
    _use_the_layers(model, path)


def _use_the_layers(model, path):
    """Keep torch's encoder around a layer from its fused kernel, which takes weights and passes adapters by.

    The flags are those that nn.TransformerEncoderLayer and nn.TransformerEncoder themselves ask before they
    use it; results differ by rounding only.
    """
    parts = path.split(".")
    for length in range(len(parts)):
        module = model.get_submodule(".".join(parts[:length]))
        if isinstance(module, nn.TransformerEncoderLayer):
            module.activation_relu_or_gelu = 0
        elif isinstance(module, nn.TransformerEncoder):
            module.enable_nested_tensor = module.use_nested_tensor = False
