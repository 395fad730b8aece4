"""The three phases of the speaker workload: learn speakers 0 to 4, forget speaker 1, add speaker 5; each in two ways.

`hybrid` leaves the backbone as first trained, but for the new speaker's row of the readout, and trains adapters;
`rewrite` trains every parameter again.
"""

import copy
from dataclasses import dataclass

import numpy

from face.phases import TrainedMethod, TrainedPhase, adapter_parameters
from palimpsest_export import TrainingRun, activate_adapters, add_adapter

from .errors import array_errors
from .network import add_speaker, build_network
from .training import balanced_batch, squared_error, train, wrong_labels

LEARNED = [0, 1, 2, 3, 4]
FORGOTTEN = 1
KEPT = [0, 2, 3, 4]
ADDED = 5
REPLAY_SHARE = 0.3

OWN_ERROR, COMMON_ERROR = 0.04, 0.015
"""Deviations of a weight's own error and of the one that a layer's weights share (array_errors)."""
RANK, ALPHA = 8, 16


@dataclass
class Settings:
    """Steps and learning rate of a training run, and how many samples of each speaker make a batch."""

    steps: int
    rate: float
    per_speaker: int = 24


BACKBONE = Settings(steps=800, rate=2e-3)
ADAPTERS = {
    "restore": Settings(steps=150, rate=5e-3),
    "unlearn": Settings(steps=250, rate=5e-3),
    "continual": Settings(steps=600, rate=5e-3),
}
REWRITES = {"unlearn": Settings(steps=250, rate=1e-3), "continual": Settings(steps=300, rate=1e-3)}

STREAMS = [
    "data",
    "network",
    "backbone",
    "restore",
    "unlearn",
    "continual",
    "rewrite_unlearn",
    "rewrite_continual",
    "new speaker",
    "replay",
    "table",
    "chip restore",
    "chip unlearn",
    "chip continual",
]


def random_stream(seed, purpose, *numbers):
    """A numpy Generator for each purpose (and numbers): changing one training run leaves the other draws alone."""
    return numpy.random.default_rng([seed, STREAMS.index(purpose), *numbers])


def keep_loss(scores, labels, _generator):
    """To the speakers learnt first."""
    return squared_error(scores, labels, len(LEARNED))


def forget_loss(scores, labels, generator):
    """The same with random wrong labels, fresh at every step, for the speaker to forget."""
    return squared_error(scores, wrong_labels(labels, FORGOTTEN, KEPT, generator), len(LEARNED))


def extend_loss(scores, labels, _generator):
    """To all speakers, the added one with them."""
    return squared_error(scores, labels, len(LEARNED) + 1)


def replayed_samples(labels, copies, generator):
    """Numbers of the training samples of the continual phase: all of the new speaker, 30 % of each kept one.

    labels: int64 [samples], each clip followed by its copies, which go with it.
    """
    clips = numpy.arange(0, len(labels), 1 + copies)
    chosen = [clips[labels[clips] == ADDED]]
    for speaker in KEPT:
        own = clips[labels[clips] == speaker]
        chosen.append(generator.choice(own, round(REPLAY_SHARE * len(own)), replace=False))
    first = numpy.sort(numpy.concatenate(chosen))
    return (first[:, None] + numpy.arange(1 + copies)).reshape(-1)


def _train(network, parameters, speakers, samples, data, seed, purpose, settings, loss, adapter=None):
    generator = random_stream(seed, purpose)
    train(
        network,
        parameters,
        lambda: balanced_batch(
            data.train_inputs, data.train_labels, samples, speakers, settings.per_speaker, generator
        ),
        settings.steps,
        settings.rate,
        array_errors(generator, OWN_ERROR, COMMON_ERROR),
        lambda scores, labels: loss(scores, labels, generator),
    )
    return TrainingRun("adam", settings.steps, settings.per_speaker * len(speakers), adapter)


def _train_adapter(network, name, active, speakers, samples, data, seed, loss):
    """Add the adapter, make it and `active` the adapters in use, and train it alone."""
    add_adapter(network, name, RANK, ALPHA, random_stream(seed, name))
    activate_adapters(network, [*active, name])
    parameters = adapter_parameters(network, name)
    return _train(network, parameters, speakers, samples, data, seed, name, ADAPTERS[name], loss, name)


def train_phases(data, copies, seed, progress):
    """The phases in order, as TrainedPhase, trained on `data` (Speakers), each clip with `copies`.

    progress: called with a phase's name.
    """
    everything = numpy.arange(len(data.train_labels))
    progress("learn")
    backbone = build_network(random_stream(seed, "network"))
    trained = _train(
        backbone, list(backbone.parameters()), LEARNED, everything, data, seed, "backbone", BACKBONE, keep_loss
    )
    hybrid = copy.deepcopy(backbone)
    restored = _train_adapter(hybrid, "restore", [], LEARNED, everything, data, seed, keep_loss)
    learn = TrainedPhase(
        "learn",
        LEARNED,
        [],
        [],
        TrainedMethod(copy.deepcopy(hybrid), "base", ["restore"], [trained, restored]),
        TrainedMethod(copy.deepcopy(backbone), "base", [], [trained]),
    )

    progress("unlearn")
    run = _train_adapter(hybrid, "unlearn", [], LEARNED, everything, data, seed, forget_loss)
    hybrid_method = TrainedMethod(copy.deepcopy(hybrid), "base", ["unlearn"], [run])
    rewrite = copy.deepcopy(backbone)
    parameters = list(rewrite.parameters())
    run = _train(
        rewrite,
        parameters,
        LEARNED,
        everything,
        data,
        seed,
        "rewrite_unlearn",
        REWRITES["unlearn"],
        forget_loss,
    )
    rewrite_method = TrainedMethod(copy.deepcopy(rewrite), "rewrite_unlearn", [], [run])
    unlearn = TrainedPhase("unlearn", KEPT, [FORGOTTEN], [], hybrid_method, rewrite_method)

    progress("continual")
    for network in (hybrid, rewrite):
        add_speaker(network, random_stream(seed, "new speaker"))
    samples = replayed_samples(data.train_labels, copies, random_stream(seed, "replay"))
    known = [*KEPT, ADDED]
    run = _train_adapter(hybrid, "continual", ["unlearn"], known, samples, data, seed, extend_loss)
    hybrid_method = TrainedMethod(hybrid, "continual", ["unlearn", "continual"], [run])
    run = _train(
        rewrite,
        parameters,
        known,
        samples,
        data,
        seed,
        "rewrite_continual",
        REWRITES["continual"],
        extend_loss,
    )
    rewrite_method = TrainedMethod(rewrite, "rewrite_continual", [], [run])
    continual = TrainedPhase("continual", KEPT, [FORGOTTEN], [ADDED], hybrid_method, rewrite_method)
    return [learn, unlearn, continual]
