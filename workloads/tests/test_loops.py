import numpy
import pytest
import torch
import torch.fx
from refusal import refused
from torch import nn

from palimpsest_export import Repeat, Scan


def tensor(*shape, seed=0):
    return torch.from_numpy(numpy.random.default_rng(seed).normal(size=shape))


class Step(nn.Module):
    """Two carried values, one step of a sequence and a constant, to the next values and two results."""

    def __init__(self):
        super().__init__()
        self.mix = nn.Linear(4, 4, dtype=torch.float64)

    def forward(self, state, count, x, bias):
        state = torch.tanh(self.mix(state) + x + bias)
        return state, count + 1, state * 2, count


def test_scan_is_the_loop_written_out():
    step = Step()
    start, count, x, bias = (
        tensor(3, 4),
        torch.zeros(3, 1).double(),
        tensor(3, 5, 4, seed=1),
        tensor(3, 4, seed=2),
    )
    (state, counted), (doubled, counts) = Scan(step)((start, count), x, bias)
    weight, offset = (value.detach().numpy() for value in (step.mix.weight, step.mix.bias))
    expected, states = start.numpy(), []
    for i in range(5):
        expected = numpy.tanh(expected @ weight.T + offset + x[:, i].numpy() + bias.numpy())
        states.append(expected)
    numpy.testing.assert_allclose(state.detach().numpy(), expected, rtol=1e-12)
    numpy.testing.assert_allclose(doubled.detach().numpy(), 2 * numpy.stack(states, 1), rtol=1e-12)
    assert (counted == 5).all() and counts[0, :, 0].tolist() == [0, 1, 2, 3, 4]


class Sum(nn.Module):
    def forward(self, total, *values):
        return total + sum(values)


class SumAndShow(nn.Module):
    def forward(self, total, *values):
        return total + sum(values), total


def test_what_is_given_as_one_tensor_comes_back_as_one():
    x = tensor(2, 3, 4)
    final, stacked = Scan(Sum())(torch.zeros(2, 4).double(), x)
    torch.testing.assert_close(final, x.sum(1))
    assert stacked is None
    final, stacked = Scan(SumAndShow())((torch.zeros(2, 4).double(),), (x, x))
    torch.testing.assert_close(final[0], 2 * x.sum(1))
    torch.testing.assert_close(stacked[:, 1], 2 * x[:, 0])


@pytest.mark.parametrize("zeros, structure", [((4,), torch.Tensor), ([[4]], tuple)])
def test_a_scan_begins_with_zeros_of_the_shapes_it_was_made_with(zeros, structure):
    x = tensor(2, 3, 4)
    final, stacked = Scan(SumAndShow(), zeros=zeros)(None, x)
    assert isinstance(final, structure)
    torch.testing.assert_close(final if structure is torch.Tensor else final[0], x.sum(1))
    assert stacked.dtype == torch.float64 and (stacked[:, 0] == 0).all()


def test_steps_without_dimensions_and_loops_without_a_sequence_keep_one():
    x = tensor(2, 3)
    final, _ = Scan(Sum(), zeros=(1,))(None, x)
    torch.testing.assert_close(final, x.sum(1, keepdim=True))
    final, stacked = Scan(SumAndShow(), iterations=4)(torch.zeros(2, 3).double(), constants=x)
    torch.testing.assert_close(final, 4 * x)
    assert stacked.shape == (2, 4, 3)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4, dtype=torch.float64)

    def forward(self, x, *others):
        return x + self.fc(x) + sum(others)


def test_repeat_is_the_body_again_and_again_with_one_set_of_weights():
    body = Residual()
    x = tensor(2, 3, 4)
    repeat = Repeat(body, 3)
    torch.testing.assert_close(repeat(x), body(body(body(x))), rtol=0, atol=0)
    assert list(repeat.state_dict()) == ["body.fc.weight", "body.fc.bias"]
    repeat(x).sum().backward()
    assert body.fc.weight.grad.abs().min() > 0


class Record(nn.Module):
    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x, *others):
        self.seen.append([value.clone() for value in others])
        return x


def test_repeat_gives_iteration_i_part_i_of_what_is_indexed():
    body = Record()
    steps, times, constant = tensor(3, 5, 4), tensor(3), tensor(2, 7)
    Repeat(body, 3)(tensor(2, 5, 4), (steps, times), constant)
    for i, (part, time, same) in enumerate(body.seen):
        torch.testing.assert_close(part, steps[i].expand(2, 5, 4))
        assert time.shape == (2, 1) and (time == times[i]).all()
        torch.testing.assert_close(same, constant)


def test_repeat_carries_several_values():
    class Swap(nn.Module):
        def forward(self, a, b):
            return b, a

    a, b = tensor(2, 4), tensor(2, 4, seed=1)
    first, second = Repeat(Swap(), 3)((a, b))
    assert first is b and second is a


class Tracer(torch.fx.Tracer):
    def is_leaf_module(self, module, path):
        return isinstance(module, (Repeat, Scan)) or super().is_leaf_module(module, path)


class Network(nn.Module):
    """A scan and a repetition within a network, as torch.fx records it."""

    def __init__(self):
        super().__init__()
        self.scan = Scan(Step())
        self.repeat = Repeat(Residual(), 4)
        self.times = nn.Parameter(tensor(4, 4))

    def forward(self, x):
        first = x[:, 0]
        result = self.scan((first, first[:, :1]), x * 2, first)
        return self.repeat(result[0][0], indexed=self.times) + result[1][0].mean(1)


def test_a_loop_is_recorded_as_one_leaf():
    network = Network()
    graph = Tracer().trace(network)
    assert [node.target for node in graph.nodes if node.op == "call_module"] == ["scan", "repeat"]
    x = tensor(3, 5, 4)
    torch.testing.assert_close(torch.fx.GraphModule(network, graph)(x), network(x), rtol=0, atol=0)


class Given(nn.Module):
    """A body that gives the same whatever it gets."""

    def __init__(self, *values):
        super().__init__()
        self.values = values

    def forward(self, *_):
        return self.values if len(self.values) != 1 else self.values[0]


X = torch.zeros(2, 3, 4)


@pytest.mark.parametrize(
    "run, message",
    [
        (
            lambda: Repeat(nn.Linear(4, 5), 3)(X),
            r"^Repeat of Linear: carried value 0 goes from shape \[2, 3, 4\] to \[2, 3, 5\] in iteration 0: "
            "a state that never converges in shape",
        ),
        (
            lambda: Scan(Given(torch.zeros(2, 4), torch.zeros(1)))((torch.zeros(2, 4), torch.zeros(2)), X),
            r"^Scan of Given: carried value 1 goes from shape \[2\] to \[1\]",
        ),
        (lambda: Scan(Given(X))((X, X), X), "the body gives 1 values, expected 2 carried ones first"),
        (lambda: Scan(Given("x"))(X, X), r"what the body gives in iteration 0: expected a tensor"),
        (
            lambda: Repeat(Given(X, X), 2)(X),
            "the body gives 1 values more than x; Scan collects such results",
        ),
    ],
)
def test_bodies_that_do_not_fit_are_refused(run, message):
    with refused(message):
        run()


@pytest.mark.parametrize(
    "run, message",
    [
        (lambda: Repeat(nn.Identity(), 3)(X, X), "^Repeat of Identity: indexed: expected 3 parts, .*, got 2"),
        (lambda: Repeat(nn.Identity(), 3)(()), "x: expected a tensor or a tuple of them, got none"),
        (lambda: Repeat(nn.Identity(), 3)(torch.tensor(1.0)), r"x: expected a tensor \[batch, \.\.\.\]"),
        (lambda: Repeat(nn.Identity(), None), "^Repeat of Identity: expected a number of iterations"),
        (lambda: Repeat(nn.Identity(), 0), "iterations must be a whole number, at least 1, got 0"),
        (lambda: Repeat(nn.Identity(), 2.0), "iterations must be a whole number, at least 1, got 2.0"),
        (lambda: Scan(torch.tanh), r"^Scan: body: expected a torch\.nn\.Module, got <built-in"),
        (lambda: Scan(Sum())(X), "^Scan of Sum: expected a sequence or a number of iterations"),
        (lambda: Scan(Sum())(X, X[:, :0]), r"sequence: expected .* got shape \[2, 0, 4\]"),
        (lambda: Scan(Sum())(X, X[0, 0]), r"sequence: expected a tensor \[batch, steps, \.\.\.\], got shape"),
        (lambda: Scan(Sum(), 4)(X, X), r"expected the same number of steps everywhere, got \[3, 4\]"),
        (lambda: Scan(Sum())(X, (X, X[:, :2])), r"the same number of steps everywhere, got \[2, 3\]"),
        (lambda: Scan(Sum())(None, X), "initial: expected the carried values; None needs zeros=shapes"),
        (
            lambda: Scan(Sum(), 3, zeros=(4,))(None),
            "initial: .* None needs zeros=shapes, and a sequence",
        ),
        (lambda: Scan(Sum(), zeros=4), "zeros: expected a shape per sample or a tuple of them, got 4"),
        (lambda: Scan(Sum(), zeros=()), "zeros: expected a shape per sample"),
        (lambda: Scan(Sum(), zeros=((4,), (0,))), "zeros: expected a shape per sample"),
    ],
)
def test_what_a_loop_cannot_run_is_refused(run, message):
    with refused(message):
        run()
