"""One step of leaky integrate-and-fire neurons."""

from dataclasses import replace

from ..modules import LIF
from .kind import Kind, need


def _shapes(attributes, inputs, parameters):
    current, membrane = inputs
    need(tuple(current) == tuple(membrane), f"current {list(current)} and membrane {list(membrane)} differ")
    need(attributes["reset"] in ("zero", "subtract"), f"reset: got {attributes['reset']!r}")
    return [tuple(current), tuple(current)]


def _evaluate(attributes, inputs, parameter):
    current, membrane = inputs
    potential = attributes["leak"] * membrane + current
    spikes = (potential > attributes["threshold"]).astype(float)
    if attributes["reset"] == "zero":
        return [spikes, potential * (1 - spikes)]
    return [spikes, potential - attributes["threshold"] * spikes]


def convert(builder, module, current, membrane):
    """LIF; of a state that does not depend on the input, such as the first one, a constant is made."""
    given = [tensor for tensor in (current, membrane) if builder.is_value(tensor)]
    if not given:
        return None, None
    like = builder.need_value(given[0])
    values = [
        builder.need_value(tensor) if builder.is_value(tensor) else builder.constant_value(tensor, like)
        for tensor in (current, membrane)
    ]
    builder.need_aligned(*values)
    attributes = {"leak": module.leak, "threshold": module.threshold, "reset": module.reset}
    names = builder.append("lif", [value.name for value in values], attributes, outputs=2)
    return tuple(replace(values[0], name=name) for name in names)


KIND = Kind("lif", _shapes, _evaluate, keys=("leak", "threshold", "reset"), inputs=(2, 2), outputs=2)
PATTERNS = {}
MODULES = {LIF: convert}
