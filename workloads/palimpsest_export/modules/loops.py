"""Loops that a trace states as one operation with a body: Repeat and Scan.

Both call a body, a module, once per iteration on the values that it carries from one iteration to the next,
and keep the body's weights once. What a trace's loop is: docs/trace-format.md. The form of Scan, carried
values in, carried values and results out, is that of jax.lax.scan (JAX documentation).
"""

import torch
from torch import nn

from ..errors import ExportError, require_kind, shown
from ..numbers import is_number, plain


class _Loop(nn.Module):
    """What both loops share: the body, and how one iteration is checked."""

    def __init__(self, body, iterations):
        super().__init__()
        require_kind(f"{type(self).__name__}: body", body, nn.Module, "a torch.nn.Module")
        self.body = body
        self.iterations = plain(iterations)
        if iterations is not None and (not is_number(iterations, int) or iterations < 1):
            self._refuse(f"iterations must be a whole number, at least 1, got {shown(iterations)}")

    def _refuse(self, what):
        raise ExportError(f"{type(self).__name__} of {type(self.body).__name__}: {what}")

    def _tensors(self, name, value):
        """One tensor, or a tuple or list of them, as a tuple; of none an empty one."""
        values = () if value is None else value if isinstance(value, (tuple, list)) else (value,)
        for tensor in values:
            if not isinstance(tensor, torch.Tensor) or tensor.dim() < 1:
                self._refuse(f"{name}: expected a tensor [batch, ...] or a tuple of them, got {shown(value)}")
        return tuple(values)

    def _call(self, iteration, carried, others):
        """What the body gives in one iteration: the next carried values, and its results."""
        given = self._tensors(f"what the body gives in iteration {iteration}", self.body(*carried, *others))
        if len(given) < len(carried):
            self._refuse(f"the body gives {len(given)} values, expected {len(carried)} carried ones first")
        following = given[: len(carried)]
        for index, (before, after) in enumerate(zip(carried, following)):
            if before.shape != after.shape:
                self._refuse(
                    f"carried value {index} goes from shape {list(before.shape)} to {list(after.shape)} in "
                    f"iteration {iteration}: a state that never converges in shape; the body has to keep it"
                )
        return following, given[len(carried) :]


class Repeat(_Loop):
    """x = body(x), a number of times.

    body: a module called as body(x, part of each indexed value, each constant); it gives x of the same shape.
    iterations: how often, at least 1. Raises ExportError for a body that gives something else.
    """

    def __init__(self, body, iterations):
        super().__init__(body, iterations)
        if iterations is None:
            self._refuse("expected a number of iterations")

    def forward(self, x, indexed=(), constants=()):
        """x after the last iteration, as it was given: a tensor [batch, ...], or a tuple of them.

        indexed: a tensor [iterations, ...], or several, the same for all samples, as the embeddings of time
        steps: iteration i sees part i as [batch, ...], [batch, 1] if nothing is left. constants: tensors
        [batch, ...] that every iteration sees. Raises ExportError for what does not fit.
        """
        carried = self._tensors("x", x)
        indexed, constants = self._tensors("indexed", indexed), self._tensors("constants", constants)
        if not carried:
            self._refuse("x: expected a tensor or a tuple of them, got none")
        for tensor in indexed:
            if len(tensor) != self.iterations:
                self._refuse(
                    f"indexed: expected {self.iterations} parts, one per iteration, got {len(tensor)}"
                )
        batch = len(carried[0])
        for iteration in range(self.iterations):
            parts = [tensor[iteration].reshape(tensor.shape[1:] or (1,)) for tensor in indexed]
            parts = [part.expand(batch, *part.shape) for part in parts]
            carried, results = self._call(iteration, carried, (*parts, *constants))
            if results:
                self._refuse(f"the body gives {len(results)} values more than x; Scan collects such results")
        return carried if isinstance(x, (tuple, list)) else carried[0]


class Scan(_Loop):
    """Go through a sequence with a state: the body sees one step at a time.

    body: a module called as body(each carried value, the step of each sequence, each constant). It gives the
    next carried values, of the same shapes, then any number of results, as a tuple; one value may go without
    the tuple. iterations: how many, if there is no sequence to say. zeros: the shapes per sample of the
    carried values, a tuple of them, or one shape of a single value, for a scan that begins with zeros.
    """

    def __init__(self, body, iterations=None, zeros=None):
        super().__init__(body, iterations)
        one = _as_shape(zeros)
        self.single = one is not None
        self.zeros = (one,) if self.single else None if zeros is None else self._shapes(zeros)

    def forward(self, initial, sequence=None, constants=()):
        """The final carried values as `initial` is, and the results, each stacked to [batch, steps, ...].

        initial: the carried values at the beginning, a tensor [batch, ...] or a tuple of them; None: zeros of
        the shapes that the Scan was made with. sequence: a tensor [batch, steps, ...] or a tuple of them; the
        body sees [batch, ...], [batch, 1] if nothing is left. constants: tensors [batch, ...]. The results
        are a tensor if there is one, None if there is none, else a tuple. Raises ExportError for what does
        not fit.
        """
        sequence, constants = self._tensors("sequence", sequence), self._tensors("constants", constants)
        steps = self._steps(sequence)
        carried = self._initial(initial, (*sequence, *constants))
        single = self.single if initial is None else not isinstance(initial, (tuple, list))
        collected = []
        for step in range(steps):
            parts = [tensor[:, step] if tensor.dim() > 2 else tensor[:, step, None] for tensor in sequence]
            carried, results = self._call(step, carried, (*parts, *constants))
            collected.append(results)
        stacked = tuple(torch.stack(values, dim=1) for values in zip(*collected))
        stacked = stacked if len(stacked) > 1 else stacked[0] if stacked else None
        return carried[0] if single else carried, stacked

    def _steps(self, sequence):
        for tensor in sequence:
            if tensor.dim() < 2 or not tensor.shape[1]:
                self._refuse(
                    f"sequence: expected a tensor [batch, steps, ...], got shape {list(tensor.shape)}"
                )
        numbers = {tensor.shape[1] for tensor in sequence} | ({self.iterations} - {None})
        if not numbers:
            self._refuse("expected a sequence or a number of iterations")
        if len(numbers) > 1:
            self._refuse(f"sequence: expected the same number of steps everywhere, got {sorted(numbers)}")
        return numbers.pop()

    def _initial(self, initial, others):
        if initial is not None:
            return self._tensors("initial", initial)
        if self.zeros is None or not others:
            self._refuse("initial: expected the carried values; None needs zeros=shapes, and a sequence")
        return tuple(others[0].new_zeros((len(others[0]), *shape)) for shape in self.zeros)

    def _shapes(self, zeros):
        shapes = tuple(map(_as_shape, zeros)) if isinstance(zeros, (tuple, list)) else ()
        if not shapes or None in shapes:
            self._refuse(f"zeros: expected a shape per sample or a tuple of them, got {shown(zeros)}")
        return shapes


def _as_shape(value):
    """A tuple of whole numbers from 1; None for anything else."""
    if not isinstance(value, (tuple, list)) or not value:
        return None
    whole = all(is_number(size, int) and size > 0 for size in value)
    return tuple(map(plain, value)) if whole else None
