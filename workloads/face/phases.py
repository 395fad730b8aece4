"""The three phases of the face workload: learn faces 0 to 4, forget face 2, add face 5; each in two ways.

`hybrid` leaves the backbone as first trained and trains adapters; `rewrite` trains every parameter again.
"""

from torch import nn

from lifelong import phases
from lifelong.phases import Classes, Plan, Settings, adapter_parameters
from lifelong.streams import RandomStreams
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

PER_FACE = 8
"""Samples of each face of a batch."""

BACKBONE = Settings(steps=2000, rate=3e-3, per_class=PER_FACE)
ADAPTERS = {
    "restore": Settings(steps=400, rate=2e-3, per_class=PER_FACE),
    "unlearn": Settings(steps=400, rate=3e-3, per_class=PER_FACE),
    "continual": Settings(steps=1000, rate=2e-2, per_class=PER_FACE),
}
REWRITES = {
    "unlearn": Settings(steps=400, rate=1e-3, per_class=PER_FACE),
    "continual": Settings(steps=600, rate=1e-3, per_class=PER_FACE),
}

random_stream = RandomStreams(
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
)


def keep_loss(scores, labels):
    """Cross-entropy, mean over the batch."""
    return nn.functional.cross_entropy(scores, labels)


def forget_loss(scores, labels):
    """Descent on the faces to keep, bounded ascent on the face to forget."""
    return forgetting_loss(scores, labels, FORGOTTEN, FORGET_WEIGHT, FORGET_BOUND)


PLANS = {
    "learn": Plan("restore", [], LEARNED, keep_loss),
    "unlearn": Plan("unlearn", [], LEARNED, forget_loss),
    "continual": Plan("continual", ["unlearn"], REPLAYED, keep_loss),
}


def _train(network, parameters, plan, data, seed, purpose, settings, adapter=None):
    train(
        network,
        parameters,
        plan.batch,
        data,
        random_stream(seed, purpose),
        settings.steps,
        settings.per_class,
        settings.rate,
        TRAINING_NOISE,
        plan.loss,
    )
    return TrainingRun("adam", settings.steps, settings.per_class * len(plan.batch), adapter)


def train_phases(data, seed, progress):
    """The phases in order, as TrainedPhase, trained on `data` (Faces).

    progress: called with a phase's name.
    """
    settings = {"backbone": BACKBONE, **{f"rewrite_{phase}": run for phase, run in REWRITES.items()}}

    def train_all(network, plan, purpose):
        return _train(network, list(network.parameters()), plan, data, seed, purpose, settings[purpose])

    def train_adapter(network, plan):
        name = plan.adapter
        add_adapter(network, name, ADAPTER_RANKS[name], ADAPTER_RANKS[name], random_stream(seed, name))
        activate_adapters(network, plan.adapters)
        return _train(network, adapter_parameters(network, name), plan, data, seed, name, ADAPTERS[name], name)

    classes = Classes(LEARNED, KEPT, FORGOTTEN, ADDED)
    backbone = build_network(random_stream(seed, "network"))
    return phases.train_phases(backbone, PLANS, classes, train_all, train_adapter, progress)
