"""Errors of the workloads."""


class DataError(Exception):
    """The data are missing or not what they should be; the message is one line."""
