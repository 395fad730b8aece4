"""The three phases of the speaker workload: learn speakers 0 to 4, forget speaker 1, add speaker 5; each in two ways.

`hybrid` leaves the backbone as first trained, but for the new speaker's row of the readout, and trains adapters;
`rewrite` trains every parameter again.
"""

import numpy

from lifelong import phases
from lifelong.phases import Classes, Plan, Settings, adapter_parameters
from lifelong.streams import RandomStreams
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

PER_SPEAKER = 24
"""Samples of each speaker of a batch."""

BACKBONE = Settings(steps=800, rate=2e-3, per_class=PER_SPEAKER)
ADAPTERS = {
    "restore": Settings(steps=150, rate=5e-3, per_class=PER_SPEAKER),
    "unlearn": Settings(steps=250, rate=5e-3, per_class=PER_SPEAKER),
    "continual": Settings(steps=600, rate=5e-3, per_class=PER_SPEAKER),
}
REWRITES = {
    "unlearn": Settings(steps=250, rate=1e-3, per_class=PER_SPEAKER),
    "continual": Settings(steps=300, rate=1e-3, per_class=PER_SPEAKER),
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
    "new speaker",
    "replay",
    "table",
    "chip restore",
    "chip unlearn",
    "chip continual",
)


def keep_loss(scores, labels, _generator):
    """To the speakers learnt first."""
    return squared_error(scores, labels, len(LEARNED))


def forget_loss(scores, labels, generator):
    """The same with random wrong labels, fresh at every step, for the speaker to forget."""
    return squared_error(scores, wrong_labels(labels, FORGOTTEN, KEPT, generator), len(LEARNED))


def extend_loss(scores, labels, _generator):
    """To all speakers, the added one with them."""
    return squared_error(scores, labels, len(LEARNED) + 1)


PLANS = {
    "learn": Plan("restore", [], LEARNED, keep_loss),
    "unlearn": Plan("unlearn", [], LEARNED, forget_loss),
    "continual": Plan("continual", ["unlearn"], [*KEPT, ADDED], extend_loss),
}


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


def drawn_batch(data, copies, seed, plan, per_speaker, generator):
    """A function that gives batches of a phase: of all clips, or where a speaker is added of those replayed."""
    samples = numpy.arange(len(data.train_labels))
    if ADDED in plan.batch:
        samples = replayed_samples(data.train_labels, copies, random_stream(seed, "replay"))
    return lambda: balanced_batch(
        data.train_inputs, data.train_labels, samples, plan.batch, per_speaker, generator
    )


def _train(network, parameters, plan, data, copies, seed, purpose, settings, adapter=None):
    generator = random_stream(seed, purpose)
    train(
        network,
        parameters,
        drawn_batch(data, copies, seed, plan, settings.per_class, generator),
        settings.steps,
        settings.rate,
        array_errors(generator, OWN_ERROR, COMMON_ERROR),
        lambda scores, labels: plan.loss(scores, labels, generator),
    )
    return TrainingRun("adam", settings.steps, settings.per_class * len(plan.batch), adapter)


def train_phases(data, copies, seed, progress):
    """The phases in order, as TrainedPhase, trained on `data` (Speakers), each clip with `copies`.

    progress: called with a phase's name.
    """
    settings = {"backbone": BACKBONE, **{f"rewrite_{phase}": run for phase, run in REWRITES.items()}}

    def train_all(network, plan, purpose):
        parameters = list(network.parameters())
        return _train(network, parameters, plan, data, copies, seed, purpose, settings[purpose])

    def train_adapter(network, plan):
        name = plan.adapter
        add_adapter(network, name, RANK, ALPHA, random_stream(seed, name))
        activate_adapters(network, plan.adapters)
        parameters = adapter_parameters(network, name)
        return _train(network, parameters, plan, data, copies, seed, name, ADAPTERS[name], name)

    return phases.train_phases(
        build_network(random_stream(seed, "network")),
        PLANS,
        Classes(LEARNED, KEPT, [FORGOTTEN], [ADDED]),
        train_all,
        train_adapter,
        progress,
        extend=lambda network: add_speaker(network, random_stream(seed, "new speaker")),
    )
