"""The package's own errors: each message is one line of bounded length."""

LONGEST_MESSAGE = 600
LONGEST_VALUE = 80


class ExportError(ValueError):
    """What the exporter refuses, and the base of its errors; the message says what was expected."""

    def __init__(self, message):
        super().__init__(one_line(message, LONGEST_MESSAGE))


class UnsupportedOperation(ExportError):
    """The module does something a trace cannot state; the message names the module and its type."""


class TraceError(ExportError):
    """A trace contradicts itself or the format; the message says where."""


class SafetensorsError(ExportError):
    """The bytes are not a safetensors file this package reads, or an array cannot be written as one."""


def one_line(text, longest):
    """`text` without line breaks and control characters, cut after `longest` characters."""
    flat = " ".join(str(text).split())
    flat = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in flat)
    return flat if len(flat) <= longest else flat[: longest - 3] + "..."


def shown(value):
    """A value as messages show it."""
    return one_line(repr(value), LONGEST_VALUE)


def class_name(value):
    """Module and name of a value's class; of Python's own classes the name."""
    cls = type(value)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def first_line(error):
    """Type and first line of an exception."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def require_kind(where, value, kinds, expected):
    """Raise ExportError unless `value` is of one of the classes `kinds`; expected: them in words."""
    if not isinstance(value, kinds):
        raise ExportError(f"{where}: expected {expected}, got {shown(value)} ({class_name(value)})")
