"""The three phases of the face workload: learn faces 0 to 4, forget face 2, add face 5; each in two ways.

`hybrid` leaves the backbone as first trained and trains adapters; `rewrite` trains every parameter again.
"""

import copy
from dataclasses import dataclass

import numpy
from torch import nn

from palimpsest_export import TrainingRun, activate_adapters, add_adapter

from .network import build_network
from .training import forgetting_loss, train

LEARNED = [0, 1, 2, 3, 4]
FORGOTTEN = [2]
KEPT = [0, 1, 3, 4]
ADDED = [5]
REPLAYED = KEPT + 2 * ADDED
"""Faces of a batch in the continual phase: the new face counts twice, as the others are already known."""

TRAINING_NOISE = 0.04
FORGET_WEIGHT = -0.5
FORGET_BOUND = 5.0

ADAPTER_RANKS = {"restore": 8, "unlearn": 6, "continual": 8}


@dataclass
class Settings:
    """Steps and learning rate of a training run, and how many samples of each face make a batch."""

    steps: int
    rate: float
    per_face: int = 8


BACKBONE = Settings(steps=2000, rate=3e-3)
ADAPTERS = {
    "restore": Settings(steps=400, rate=2e-3),
    "unlearn": Settings(steps=400, rate=3e-3),
    "continual": Settings(steps=1000, rate=2e-2),
}
REWRITES = {"unlearn": Settings(steps=400, rate=1e-3), "continual": Settings(steps=600, rate=1e-3)}

STREAMS = [
    "data",
    "network",
    "backbone",
    "restore",
    "unlearn",
    "continual",
    "rewrite_unlearn",
    "rewrite_continual",
    "chip_restore",
    "chip_unlearn",
    "chip_continual",
]


def random_stream(seed, purpose, *numbers):
    """A numpy Generator for each purpose (and numbers): changing one training run leaves the other draws alone."""
    return numpy.random.default_rng([seed, STREAMS.index(purpose), *numbers])


@dataclass
class TrainedMethod:
    """One way to reach a phase: a network with its adapters set, and the facts a trace states about it."""

    network: nn.Module
    weights: str
    adapters: list
    training: list


@dataclass
class TrainedPhase:
    """A phase with both methods, and the faces it is tested on."""

    name: str
    retain: list
    forget: list
    new: list
    hybrid: TrainedMethod
    rewrite: TrainedMethod


def keep_loss(scores, labels):
    """Cross-entropy, mean over the batch."""
    return nn.functional.cross_entropy(scores, labels)


def forget_loss(scores, labels):
    """Descent on the faces to keep, bounded ascent on the face to forget."""
    return forgetting_loss(scores, labels, FORGOTTEN, FORGET_WEIGHT, FORGET_BOUND)


def _train(network, parameters, faces, data, seed, purpose, settings, loss, adapter=None):
    train(
        network,
        parameters,
        faces,
        data,
        random_stream(seed, purpose),
        settings.steps,
        settings.per_face,
        settings.rate,
        TRAINING_NOISE,
        loss,
    )
    return TrainingRun("adam", settings.steps, settings.per_face * len(faces), adapter)


def adapter_parameters(network, name):
    """The matrices of the adapter, in every layer that has it."""
    own = [f"lora_A.{name}.", f"lora_B.{name}."]
    return [value for path, value in network.named_parameters() if any(part in path for part in own)]


def _train_adapter(network, name, active, faces, data, seed, loss):
    """Add the adapter, make it and `active` the adapters in use, and train it alone."""
    rank = ADAPTER_RANKS[name]
    add_adapter(network, name, rank, rank, random_stream(seed, f"{name}"))
    activate_adapters(network, [*active, name])
    parameters = adapter_parameters(network, name)
    return _train(network, parameters, faces, data, seed, name, ADAPTERS[name], loss, name)


def train_phases(data, seed, progress):
    """The phases in order, as TrainedPhase, trained on `data` (Faces).

    progress: called with a phase's name.
    """
    progress("learn")
    backbone = build_network(random_stream(seed, "network"))
    trained = _train(
        backbone, list(backbone.parameters()), LEARNED, data, seed, "backbone", BACKBONE, keep_loss
    )
    hybrid = copy.deepcopy(backbone)
    restored = _train_adapter(hybrid, "restore", [], LEARNED, data, seed, keep_loss)
    learn = TrainedPhase(
        "learn",
        LEARNED,
        [],
        [],
        TrainedMethod(copy.deepcopy(hybrid), "base", ["restore"], [trained, restored]),
        TrainedMethod(copy.deepcopy(backbone), "base", [], [trained]),
    )

    progress("unlearn")
    run = _train_adapter(hybrid, "unlearn", [], LEARNED, data, seed, forget_loss)
    hybrid_method = TrainedMethod(copy.deepcopy(hybrid), "base", ["unlearn"], [run])
    rewrite = copy.deepcopy(backbone)
    parameters = list(rewrite.parameters())
    run = _train(
        rewrite, parameters, LEARNED, data, seed, "rewrite_unlearn", REWRITES["unlearn"], forget_loss
    )
    rewrite_method = TrainedMethod(copy.deepcopy(rewrite), "rewrite_unlearn", [], [run])
    unlearn = TrainedPhase("unlearn", KEPT, FORGOTTEN, [], hybrid_method, rewrite_method)

    progress("continual")
    run = _train_adapter(hybrid, "continual", ["unlearn"], REPLAYED, data, seed, keep_loss)
    hybrid_method = TrainedMethod(hybrid, "base", ["unlearn", "continual"], [run])
    run = _train(
        rewrite, parameters, REPLAYED, data, seed, "rewrite_continual", REWRITES["continual"], keep_loss
    )
    rewrite_method = TrainedMethod(rewrite, "rewrite_continual", [], [run])
    continual = TrainedPhase("continual", KEPT, FORGOTTEN, ADDED, hybrid_method, rewrite_method)
    return [learn, unlearn, continual]
