"""What is wrong with an array that a user gave, in a few words."""

import numpy


def class_name(value):
    """Module and name of a value's class."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


def array_fault(array, shape, dtype=None):
    """None if `array` is a numpy array of this shape and dtype, or what was expected and what it is.

    shape: sizes; None stands for any. dtype: None stands for any.
    """
    wanted = f"a numpy array{f' of {numpy.dtype(dtype)}' if dtype else ''}"
    if not isinstance(array, numpy.ndarray):
        is_tensor = type(array).__module__.partition(".")[0] == "torch"
        hint = "; its method numpy() gives one" if is_tensor else ""
        return f"expected {wanted}, got a {class_name(array)}{hint}"
    sizes = [size if size is not None else "n" for size in shape]
    fits = array.ndim == len(sizes) and all(
        size is None or size == actual for size, actual in zip(shape, array.shape)
    )
    if not fits:
        return f"expected shape [{', '.join(map(str, sizes))}], got {list(array.shape)}"
    if dtype is not None and array.dtype != dtype:
        return f"expected {numpy.dtype(dtype)}, got {array.dtype}"
    return None
