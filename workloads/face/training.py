"""Training under weight noise, reproducible bit by bit, and testing under weight noise."""

import contextlib
import math

import numpy
import torch
from torch import nn

from .data import INPUT_OFFSET, INPUT_SCALE

GRID = 2.0**-16

PROGRAMMING_ERROR = 2.0 / 35.0
"""Largest programming error of a cell as a share of a layer's largest weight: 2 uS of 35 uS."""


def make_deterministic():
    """One thread and deterministic kernels, process-wide."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


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


def snap_to_grid(parameters):
    """Round every parameter to a multiple of 2^-16, in place.

    Kernels of different processors differ in the last bits of a float64, about 1e-15. Rounding to a far
    coarser grid after every step removes the difference before it can grow, and makes the values exact in
    float32.
    """
    with torch.no_grad():
        for parameter in parameters:
            parameter.copy_(torch.round(parameter / GRID) * GRID)


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
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    for parameter in parameters:
        parameter.requires_grad_(True)
    snap_to_grid(parameters)
    optimizer = torch.optim.Adam(parameters, lr=rate)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * 0.5 * (1 + math.cos(math.pi * step / steps))
        inputs, labels = balanced_batch(data.train_inputs, data.train_labels, faces, per_face, generator)
        with noisy_weights(network, lambda shape: noise * generator.standard_normal(shape)):
            optimizer.zero_grad()
            loss(network(inputs), labels).backward()
        optimizer.step()
        snap_to_grid(parameters)
