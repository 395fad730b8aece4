"""Products of halves."""

from ..operations.slice import convert_chunk


def convert_glu(builder, input, dim=-1):
    """torch.nn.functional.glu: the first half times the sigmoid of the second."""
    first, second = convert_chunk(builder, input, 2, dim)
    return builder.apply("multiply", first, builder.apply("sigmoid", second))


PATTERNS = {"glu": convert_glu}
