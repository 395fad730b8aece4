"""What a trace holds, as plain data classes. docs/trace-format.md gives the meaning of each field."""

from dataclasses import dataclass

import numpy

from .network import Network


@dataclass
class Provenance:
    """Where a trace comes from.

    `seed` is an integer, `data_sha256` a hexadecimal digest; no dates, no paths.
    """

    seed: int
    data: str
    credit: str
    data_sha256: str


@dataclass
class LowRank:
    """What an adapter adds to a layer's matrix: scale * up @ down, `down` A [rank, in], `up` B [out,
    rank]."""

    scale: float
    down: numpy.ndarray
    up: numpy.ndarray


@dataclass
class Adapter:
    """One LoRA adapter: `layers` maps a layer to its LowRank. Of a convolution, `in` is in * height *
    width."""

    layers: dict


@dataclass
class TrainingRun:
    """How something was trained: `adapter` names what, None is the backbone. optimizer is "sgd" or "adam".

    `momentum` is that of "sgd", from 0 (none) up to but not 1; "adam" has none.
    """

    optimizer: str
    steps: int
    batch_size: int
    adapter: str = None
    momentum: float = 0.0


@dataclass
class Method:
    """One way to reach a phase.

    reference: float [samples of the phase, ...], the float network's outputs.
    """

    weights: str
    adapters: list
    training: list
    reference: numpy.ndarray


@dataclass
class Phase:
    """A phase and the classes it is tested on; where the task is not to classify, there are none and all
    samples are."""

    name: str
    retain: list
    forget: list
    new: list
    hybrid: Method
    rewrite: Method

    def samples(self, labels):
        """Indices of the test samples of this phase's classes, in the order of `labels` (None: there are
        none)."""
        if labels is None:
            return slice(None)
        return numpy.flatnonzero(numpy.isin(labels, [*self.retain, *self.forget, *self.new]))


@dataclass
class Trace:
    """A whole trace. weights: set name to {parameter name: array}; adapters: name to Adapter.

    Inputs are [samples, ...] as the network's input type stores them. task: "classify" has test_labels, int64
    [samples]; "regress" has test_targets, float32 [samples, ...] as the outputs; "score" has neither.
    """

    name: str
    description: str
    provenance: Provenance
    network: Network
    weights: dict
    adapters: dict
    calibration_inputs: numpy.ndarray
    test_inputs: numpy.ndarray
    test_labels: numpy.ndarray
    phases: list
    task: str = "classify"
    test_targets: numpy.ndarray = None
