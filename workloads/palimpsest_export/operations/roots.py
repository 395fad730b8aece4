"""Norms that users write out: x * rsqrt(mean(x²) + epsilon), (x - mean) / sqrt(variance + epsilon) and their kin.

A trace has no root by itself. What a root is taken of is looked up in the operations, and the division by it becomes
an rms_norm, which of a value less its mean is a layer norm.
"""

from dataclasses import dataclass, replace

from ..layout import Value

DEEPEST = 6
"""How many operations two values are compared through."""


@dataclass(frozen=True)
class Root(Value):
    """The root of mean(source²) + epsilon over the last dimension, kept; inverse: one over it.

    It has no operation; what else than a division by it uses it is refused.
    """

    source: str = ""
    epsilon: float = 0.0
    inverse: bool = False


def _producer(builder, name):
    return next((step for step in reversed(builder.operations) if name in step.outputs), None)


def root_of(builder, input, inverse):
    """The Root of a value that is a mean of squares and an epsilon."""
    value = builder.need_value(input)
    step = _producer(builder, value.name)
    epsilon = 0.0
    if step is not None and step.operation == "add" and "constant" in step.attributes:
        epsilon = step.attributes["constant"]
        step = _producer(builder, step.inputs[0])
    is_mean = step is not None and step.operation == "mean" and step.attributes["keep"]
    square = _producer(builder, step.inputs[0]) if is_mean else None
    last = len(value.dims) - 1
    fits = square is not None and square.operation == "multiply" and len(set(square.inputs)) == 1
    if not fits or len(square.inputs) != 2 or step.attributes["axes"] != [last]:
        builder.refuse(
            "a root of something else than the mean square over the last dimension, kept, and an epsilon",
            "nn.LayerNorm, nn.RMSNorm or the package's RMSNorm",
        )
    return Root(
        f"{value.name}, rooted", value.dims, value.batch, value.folded, square.inputs[0], epsilon, inverse
    )


def _same(builder, one, other, deepest=DEEPEST):
    """Whether two names are of values that the same operations compute of the same."""
    if one == other:
        return True
    first, second = _producer(builder, one), _producer(builder, other)
    if deepest == 0 or first is None or second is None:
        return False
    if (first.operation, first.attributes) != (second.operation, second.attributes):
        return False
    pairs = list(zip(first.inputs, second.inputs))
    return len(first.inputs) == len(second.inputs) and all(
        _same(builder, *pair, deepest - 1) for pair in pairs
    )


def divided(builder, value, root):
    """A value divided by the root of its own mean square: an rms_norm."""
    step = _producer(builder, value.name)
    is_scaled = step is not None and step.operation == "multiply" and len(step.inputs) == 1
    if is_scaled and _same(builder, step.inputs[0], root.source):
        # gain * x / root is x / root * gain.
        source = replace(value, name=step.inputs[0])
        return builder.apply("multiply", divided(builder, source, root), **step.attributes)
    if not _same(builder, value.name, root.source):
        builder.refuse(
            "a division by the root of the mean square of something else",
            "nn.LayerNorm, nn.RMSNorm or the package's RMSNorm",
        )
    return builder.apply("rms_norm", value, gain=None, epsilon=builder.epsilon(max(root.epsilon, 1e-30)))
