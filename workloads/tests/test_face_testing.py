"""The table of accuracies: which samples count, and under which error of the weights."""

from types import SimpleNamespace

import numpy
import pytest
import torch
from torch import nn

from face.testing import accuracy_table, subset_indices
from lifelong.testing import accuracies

LABELS = numpy.repeat(numpy.arange(6), 30)
PHASE = SimpleNamespace(name="continual", retain=[0, 1, 3, 4], forget=[2], new=[5])


class Answers(nn.Module):
    """Says of the first `right[f]` test samples of face f that they are f, of the others the next face.

    What it says does not depend on its layer, whose weights it notes.
    """

    def __init__(self, right):
        super().__init__()
        number = numpy.tile(numpy.arange(30), 6)
        answers = numpy.where(number < numpy.array(right)[LABELS], LABELS, (LABELS + 1) % 6)
        self.scores = torch.from_numpy(numpy.eye(6)[answers])
        self.layer = nn.Linear(200, 100, bias=False).double()
        self.seen = []

    def forward(self, x):
        self.seen.append(self.layer.weight.detach().clone())
        return self.scores


def test_the_subsets_are_the_faces_of_the_phase():
    subsets = subset_indices(PHASE, LABELS)
    faces = {name: sorted(set(LABELS[samples])) for name, samples in subsets.items()}
    assert faces == {
        "all": [0, 1, 2, 3, 4, 5],
        "retain": [0, 1, 3, 4],
        "forget": [2],
        "new": [5],
        "unaugmented": [0, 1, 3, 4, 5],
    }
    assert [len(samples) for samples in subsets.values()] == [180, 120, 30, 30, 15]
    assert (subsets["unaugmented"] % 10 == 0).all()
    assert "new" not in subset_indices(SimpleNamespace(retain=[0], forget=[2], new=[]), LABELS)


def test_an_accuracy_is_the_share_of_right_answers_of_a_subset():
    network = Answers([30, 0, 15, 30, 30, 30])
    subsets = [numpy.flatnonzero(LABELS == face) for face in (0, 1, 2)]
    assert accuracies(network, None, LABELS, subsets) == [100, 0, 50]


def test_the_table_has_each_method_under_the_error_of_programming():
    phase = SimpleNamespace(
        **vars(PHASE),
        hybrid=SimpleNamespace(network=Answers([30, 30, 3, 30, 30, 15])),
        rewrite=SimpleNamespace(network=Answers([30, 15, 0, 30, 15, 30])),
    )
    data = SimpleNamespace(test_inputs=numpy.zeros((180, 1, 1), numpy.uint8), test_labels=LABELS)
    table = accuracy_table([phase], data, numpy.random.default_rng(0)).splitlines()
    rows = {tuple(line.split()[1:3]): [float(word) for word in line.split()[3:]] for line in table[1:]}
    assert rows["hybrid", "retain"] == [120, 100, 100, 100]
    assert rows["hybrid", "forget"] == [30, 10, 10, 10]
    assert rows["hybrid", "new"] == [30, 50, 50, 50]
    assert rows["rewrite", "retain"] == [120, 75, 75, 75]
    assert rows["rewrite", "forget"] == [30, 0, 0, 0]
    assert rows["rewrite", "new"] == [30, 100, 100, 100]
    for method in (phase.hybrid, phase.rewrite):
        clean = method.network.layer.weight.detach()
        errors = [(seen - clean) / clean.abs().max() for seen in method.network.seen]
        assert len(errors) == 21 and (errors[0] == 0).all()
        for error in errors[1:]:
            assert error.abs().max().item() == pytest.approx(2 / 35, rel=1e-3)
            assert error.std().item() == pytest.approx(2 / 35 / 3**0.5, rel=0.02)


def test_the_lowest_of_the_noisy_accuracies_is_told():
    network = Answers([30] * 6)
    wrong = Answers([15] * 6).scores
    right = network.scores

    def forward(x):
        network.calls = getattr(network, "calls", 0) + 1
        return wrong if network.calls == 4 else right

    network.forward = forward
    phase = SimpleNamespace(**vars(PHASE), hybrid=SimpleNamespace(network=network))
    phase.rewrite = phase.hybrid
    data = SimpleNamespace(test_inputs=numpy.zeros((180, 1, 1), numpy.uint8), test_labels=LABELS)
    first = accuracy_table([phase], data, numpy.random.default_rng(0)).splitlines()[1].split()
    assert first == ["continual", "hybrid", "all", "180", "100.0", "97.5", "50.0"]
