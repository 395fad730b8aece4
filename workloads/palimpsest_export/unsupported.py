"""The error of a module that a trace cannot state, and how it names modules."""

SUPPORTED = (
    "nn.Linear, LoraLinear, RMSNorm, nn.GELU (exact), nn.ReLU, +, transpose of the last two dimensions, "
    "mean over the tokens, nn.Dropout and nn.Identity"
)


class UnsupportedOperation(Exception):
    """The module does something a trace cannot state; the one-line message names the module and its type."""


def type_name(module):
    """Name of a module's type, as its users write it."""
    cls = type(module)
    package = "torch.nn" if cls.__module__.startswith("torch.nn.modules") else cls.__module__
    return f"{package}.{cls.__qualname__}"


def describe(root, path):
    """The submodule of `root` at `path`, as messages name it: path and type."""
    return f"{path or 'the network'} ({type_name(root.get_submodule(path))})"


def first_line(error):
    """Type and first line of an exception."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"
