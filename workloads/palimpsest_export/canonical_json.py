"""JSON that reads well and comes out the same every time."""

import json

WIDTH = 110
INDENT = 2


def format_json(value):
    """Indented text of a JSON value; what fits on one line stays on one line.

    Raises ValueError for NaN, infinity.
    """
    return _format(value, 0) + "\n"


def _format(value, indent):
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, (dict, list)) or not value:
        return line
    has_nested = any(
        isinstance(item, (dict, list)) for item in (value.values() if isinstance(value, dict) else value)
    )
    if indent + len(line) <= WIDTH and not has_nested:
        return line
    inner = indent + INDENT
    if isinstance(value, dict):
        items = [
            f"{json.dumps(key, ensure_ascii=False)}: {_format(item, inner)}" for key, item in value.items()
        ]
        opening, closing = "{", "}"
    else:
        items = [_format(item, inner) for item in value]
        opening, closing = "[", "]"
    separator = ",\n" + " " * inner
    return f"{opening}\n{' ' * inner}{separator.join(items)}\n{' ' * indent}{closing}"
