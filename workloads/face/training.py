"""Weight noise, and training under it."""

import contextlib

import numpy
import torch
from torch import nn

from lifelong import training

from .data import INPUT_OFFSET, INPUT_SCALE


def network_inputs(inputs):
    """uint8 samples to the float64 tensor the network reads: scale * u8 + offset."""
    return torch.from_numpy(inputs.astype(numpy.float64) * INPUT_SCALE + INPUT_OFFSET)


def array_weights(network):
    """The weights that rest in resistive arrays: those of every linear layer, not of the adapters."""
    return [
        module.weight
        for path, module in network.named_modules()
        if isinstance(module, nn.Linear) and "lora_" not in path
    ]


@contextlib.contextmanager
def noisy_weights(network, draw):
    """Within the context every array weight w is w + max|w| * draw(shape), max over its layer."""
    weights = array_weights(network)
    clean = [weight.detach().clone() for weight in weights]
    try:
        with torch.no_grad():
            for weight in weights:
                weight += weight.abs().max() * torch.from_numpy(draw(tuple(weight.shape)))
        yield
    finally:
        with torch.no_grad():
            for weight, value in zip(weights, clean):
                weight.copy_(value)


def balanced_batch(inputs, labels, faces, per_face, generator):
    """per_face samples for each entry of `faces`, drawn without replacement: (float64 inputs, int64 labels).

    A face listed twice is drawn twice.
    """
    chosen = numpy.concatenate(
        [generator.choice(numpy.flatnonzero(labels == face), per_face, replace=False) for face in faces]
    )
    return network_inputs(inputs[chosen]), torch.from_numpy(labels[chosen])


def forgetting_loss(scores, labels, forget, weight, bound):
    """Mean of class weight * cross-entropy: 1 for the faces to keep, `weight` (negative) for those to forget.

    Gradient ascent on the forgotten faces has no end, so their cross-entropy counts up to `bound` (nats)
    only: a sample beyond it no longer pulls.
    """
    entropy = nn.functional.cross_entropy(scores, labels, reduction="none")
    forgotten = torch.zeros_like(labels, dtype=torch.bool)
    for face in forget:
        forgotten |= labels == face
    return torch.where(forgotten, weight * entropy.clamp(max=bound), entropy).mean()


def train(network, parameters, faces, data, generator, steps, per_face, rate, noise, loss):
    """Adam on balanced batches with a cosine learning rate, fresh Gaussian weight noise at every step.

    parameters: the tensors to train, all others are frozen; noise: standard deviation as a share of a layer's
    largest weight; loss: function of (scores, labels).
    """
    training.train(
        network,
        parameters,
        lambda: balanced_batch(data.train_inputs, data.train_labels, faces, per_face, generator),
        steps,
        rate,
        lambda: noisy_weights(network, lambda shape: noise * generator.standard_normal(shape)),
        loss,
    )
