"""Training under weight noise, with the same spikes on every processor."""

import contextlib
import math

import numpy
import torch
from torch import nn

from lifelong import training

from .network import linear_layers

WEIGHT_GRID = 2.0**-14
ADAPTER_GRIDS = {"lora_A": 2.0**-7, "lora_B": 2.0**-8}
NOISE_GRID = 2.0**-16

LARGEST_WEIGHT = 1.2
"""Of an array, over 1/sqrt(in), the largest that a weight begins with."""


def stored_grid(name):
    """What the parameter called `name` is a multiple of in the trace.

    A neuron fires or it does not, so networks that differ in the last bit of a sum give different outputs. On these
    grids the sums of a step, with scale 2 of an adapter, are multiples of 2^-14, and the membrane's, which is halved
    in each step, of 2^-23 in the tenth: single precision holds those exactly up to 2, whatever the order of a sum.
    """
    return next((grid for part, grid in ADAPTER_GRIDS.items() if f".{part}." in name), WEIGHT_GRID)


def rounded(values, grid):
    """The tensor to the nearest multiples of `grid`."""
    return torch.round(values / grid) * grid


def store(network):
    """Round every parameter to its grid of the trace, in place."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(rounded(parameter, stored_grid(name)))


@contextlib.contextmanager
def as_stored(network, disturb):
    """Within the context every parameter is what the trace would hold, and the weights W of an array disturb(W).

    They are rounded to 2^-16, so that sums of weights stay exact in float64.
    """
    trained = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    try:
        store(network)
        with torch.no_grad():
            for layer in linear_layers(network):
                layer.weight.copy_(rounded(disturb(layer.weight), NOISE_GRID))
        yield
    finally:
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                parameter.copy_(trained[name])


def bound_weights(network):
    """Cut the weights of the arrays that are trained at +-1.2/sqrt(in), in place.

    Errors of cells are shares of the layer's largest weight, so a few large ones would cost all others precision.
    Frozen ones stay: those of a chip have its errors.
    """
    with torch.no_grad():
        for layer in linear_layers(network):
            if not layer.weight.requires_grad:
                continue
            bound = LARGEST_WEIGHT / math.sqrt(layer.in_features)
            layer.weight.clamp_(-bound, bound)


def network_inputs(inputs):
    """Spikes, uint8 [samples, 10, 140], as the float64 tensor that the network reads."""
    return torch.from_numpy(inputs.astype(numpy.float64))


def squared_error(scores, labels, speakers):
    """Mean squared error of the first `speakers` scores to 1 for the label and 0 for the others."""
    wanted = nn.functional.one_hot(labels, speakers).to(scores.dtype)
    return nn.functional.mse_loss(scores[:, :speakers], wanted)


def wrong_labels(labels, forgotten, others, generator):
    """Labels, int64 [batch], those of `forgotten` replaced by random ones of `others`."""
    drawn = torch.from_numpy(generator.choice(others, size=len(labels)))
    return torch.where(labels == forgotten, drawn, labels)


def balanced_batch(inputs, labels, samples, speakers, per_speaker, generator):
    """`per_speaker` of the training samples of each of `speakers`: (float64 inputs, int64 labels).

    samples: numbers of those to draw from, without replacement.
    """
    chosen = numpy.concatenate(
        [
            generator.choice(samples[labels[samples] == speaker], per_speaker, replace=False)
            for speaker in speakers
        ]
    )
    return network_inputs(inputs[chosen]), torch.from_numpy(labels[chosen])


def train(network, parameters, batch, steps, rate, disturb, loss):
    """Adam with a cosine learning rate, fresh errors of the weights at every step; ends with what a trace holds.

    parameters: the tensors to train, all others are frozen; batch: function that gives (inputs, labels);
    disturb: as as_stored() takes it; loss: function of (scores, labels). Gradients are those at the stored values
    (a straight-through estimate); between steps the parameters have finer ones, multiples of 2^-16.
    """
    training.train(
        network,
        parameters,
        batch,
        steps,
        rate,
        lambda: as_stored(network, disturb),
        loss,
        lambda: bound_weights(network),
    )
    store(network)
