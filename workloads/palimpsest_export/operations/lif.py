"""One step of leaky integrate-and-fire neurons."""

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


KIND = Kind("lif", _shapes, _evaluate, keys=("leak", "threshold", "reset"), inputs=(2, 2), outputs=2)
PATTERNS = {}
