"""Training under errors of the weights, reproducible bit by bit."""

import math

import torch

from .determinism import snap_to_grid


def train(network, parameters, batch, steps, rate, disturbed, loss, bound=None):
    """Adam with a cosine learning rate, fresh errors of the weights at every step.

    parameters: the tensors to train, all others are frozen; batch: function that gives (inputs, labels);
    disturbed: function that gives a context within which the network has errors; loss: function of (scores, labels);
    bound: called after each step, may change the parameters. They are multiples of 2^-16 after each step.
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
        inputs, labels = batch()
        with disturbed():
            optimizer.zero_grad()
            loss(network(inputs), labels).backward()
        optimizer.step()
        if bound is not None:
            bound()
        snap_to_grid(parameters)
