"""What is wrong with an array that a user gave, in a few words."""

import numpy

from .errors import class_name


def array_fault(array, shape, dtype=None):
    """None if `array` is a numpy array of this shape and dtype, or what was expected and what it is.

    shape: sizes; None stands for any. dtype: None stands for any real numbers.
    """
    wanted = f"a numpy array{f' of {numpy.dtype(dtype)}' if dtype else ''}"
    if not isinstance(array, numpy.ndarray):
        is_tensor = type(array).__module__.partition(".")[0] == "torch"
        hint = "; .detach().cpu().numpy() gives one" if is_tensor else ""
        return f"expected {wanted}, got a {class_name(array)}{hint}"
    if isinstance(array, numpy.ma.MaskedArray):
        return f"expected {wanted}, got a masked one"
    sizes = [size if size is not None else "n" for size in shape]
    fits = array.ndim == len(sizes) and all(
        size is None or size == actual for size, actual in zip(shape, array.shape)
    )
    if not fits:
        return f"expected shape [{', '.join(map(str, sizes))}], got {list(array.shape)}"
    if dtype is not None and array.dtype != dtype:
        return f"expected {numpy.dtype(dtype)}, got {array.dtype}"
    if dtype is None and array.dtype.kind not in "fiu":
        return f"expected real numbers, got {array.dtype}"
    return None


def not_finite(array):
    """Place and value of the first number of a real array that is not finite as float32; None if all are."""
    with numpy.errstate(over="ignore"):
        places = numpy.argwhere(~numpy.isfinite(array.astype(numpy.float32)))
    if len(places) == 0:
        return None
    return f"expected finite float32 numbers, got {array[tuple(places[0])]:g} at {places[0].tolist()}"
