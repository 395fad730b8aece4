"""Checks of single values of a trace; each raises TraceError that says where and what was expected."""

import re

from .arrays import array_fault, not_finite
from .errors import TraceError, class_name, shown
from .numbers import is_number

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def require(condition, message):
    """Raise TraceError unless the condition holds."""
    if not condition:
        raise TraceError(message)


def check_kind(where, value, kinds, expected):
    """The value must be of one of the classes `kinds`; expected: them in words."""
    require(
        isinstance(value, kinds), f"{where}: expected {expected}, got {shown(value)} ({class_name(value)})"
    )


def check_number(where, value, low, high):
    """The value must be a number low..high."""
    require(
        is_number(value) and low <= value <= high,
        f"{where}: expected a number {low:g}..{high:g}, got {shown(value)} ({class_name(value)})",
    )


def check_integer(where, value, low, high):
    """The value must be a whole number low..high, by its type too."""
    require(
        is_number(value, int) and low <= value <= high,
        f"{where}: expected a whole number {low}..{high}, got {shown(value)}",
    )


def check_text(where, value):
    """The value must be a string that can be written and read: not empty, and without control characters."""
    check_kind(where, value, str, "a string")
    is_shown = value != "" and all(ord(letter) >= 32 and ord(letter) != 127 for letter in value)
    require(is_shown, f"{where}: expected text without control characters, got {shown(value)}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise TraceError(f"{where}: expected Unicode text, got {shown(value)}") from error


def check_name(where, name):
    """The value must be a name: letters, digits, _, . and -."""
    require(
        isinstance(name, str) and NAME.fullmatch(name),
        f"{where}: expected a name ({NAME.pattern}), got {shown(name)}",
    )


def check_distinct(where, names):
    """No name may be listed twice."""
    require(len(set(names)) == len(names), f"{where}: a name occurs twice in {shown(names)}")


def check_array(where, array, shape, dtype=None):
    """The value must be a numpy array of this shape and dtype, or of numbers that are finite as float32."""
    fault = array_fault(array, shape, dtype)
    if fault is None and dtype is None:
        fault = not_finite(array)
    require(fault is None, f"{where}: {fault}")
