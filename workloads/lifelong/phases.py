"""The three phases of a workload: learn some classes, forget one, add another; each in two ways.

`hybrid` leaves the backbone as first trained and trains adapters; `rewrite` trains every parameter again.
"""

import copy
from dataclasses import dataclass
from typing import Callable

from torch import nn


@dataclass
class Classes:
    """Class numbers: those learnt first, of these those kept and those forgotten, and those added."""

    learned: list
    kept: list
    forgotten: list
    added: list


@dataclass
class Settings:
    """Steps and learning rate of a training run, and how many samples of each class make a batch."""

    steps: int
    rate: float
    per_class: int


@dataclass
class Plan:
    """How a phase is trained: its adapter, the others in use, the classes of a batch, and the loss."""

    adapter: str
    active: list
    batch: list
    loss: Callable

    @property
    def adapters(self):
        """Names of all in use."""
        return [*self.active, self.adapter]


@dataclass
class TrainedMethod:
    """One way to reach a phase: a network with its adapters set, and the facts a trace states about it."""

    network: nn.Module
    weights: str
    adapters: list
    training: list


@dataclass
class TrainedPhase:
    """A phase with both methods, and the classes it is tested on."""

    name: str
    retain: list
    forget: list
    new: list
    hybrid: TrainedMethod
    rewrite: TrainedMethod


def adapter_parameters(network, name):
    """The matrices of the adapter, in every layer that has it."""
    own = [f"lora_A.{name}.", f"lora_B.{name}."]
    return [value for path, value in network.named_parameters() if any(part in path for part in own)]


def train_phases(backbone, plans, classes, train_all, train_adapter, progress, extend=None):
    """The phases learn, unlearn and continual, as TrainedPhase.

    backbone: the network before it is trained; plans: phase to Plan; classes: Classes; train_all: function of
    (network, plan, purpose) that trains every parameter, train_adapter: one of (network, plan) that adds the plan's
    adapter and trains it, each gives the TrainingRun; progress: called with a phase's name; extend: function that
    makes a network ready for the added classes, whose weights are then a set of their own, `continual`.
    """
    progress("learn")
    trained = train_all(backbone, plans["learn"], "backbone")
    hybrid = copy.deepcopy(backbone)
    restored = train_adapter(hybrid, plans["learn"])
    learn = TrainedPhase(
        "learn",
        classes.learned,
        [],
        [],
        TrainedMethod(copy.deepcopy(hybrid), "base", plans["learn"].adapters, [trained, restored]),
        TrainedMethod(copy.deepcopy(backbone), "base", [], [trained]),
    )

    progress("unlearn")
    run = train_adapter(hybrid, plans["unlearn"])
    hybrid_method = TrainedMethod(copy.deepcopy(hybrid), "base", plans["unlearn"].adapters, [run])
    rewrite = copy.deepcopy(backbone)
    run = train_all(rewrite, plans["unlearn"], "rewrite_unlearn")
    rewrite_method = TrainedMethod(copy.deepcopy(rewrite), "rewrite_unlearn", [], [run])
    unlearn = TrainedPhase("unlearn", classes.kept, classes.forgotten, [], hybrid_method, rewrite_method)

    progress("continual")
    if extend is not None:
        for network in (hybrid, rewrite):
            extend(network)
    run = train_adapter(hybrid, plans["continual"])
    weights = "base" if extend is None else "continual"
    hybrid_method = TrainedMethod(hybrid, weights, plans["continual"].adapters, [run])
    run = train_all(rewrite, plans["continual"], "rewrite_continual")
    rewrite_method = TrainedMethod(rewrite, "rewrite_continual", [], [run])
    continual = TrainedPhase(
        "continual", classes.kept, classes.forgotten, classes.added, hybrid_method, rewrite_method
    )
    return [learn, unlearn, continual]
