"""The chip's arithmetic in double precision: grids of codes, the LoRA unit, the vector unit."""

import math

import numpy as np


def numbers(random, shape, low, high):
    """Numbers with few digits, as single precision holds them."""
    return np.round(random.uniform(low, high, shape), 3).astype(np.float32).astype(np.float64)


def largest_code(bits):
    return max(2 ** (bits - 1) - 1, 1)


def round_half_away(values):
    return np.sign(values) * np.floor(np.abs(values) + 0.5)


# Codes from the nearest rounding edge: single precision moves a code by less than the first, the residue that
# write-verify leaves in the arrays (1e-6 of the window) moves codes behind an array by less than the second.
DIGITAL_MARGIN = 2e-4
ANALOGUE_MARGIN = 2e-3


def round_to_grid(values, full_scale, bits, margin=DIGITAL_MARGIN):
    """Codes and the number that saturated. A margin of 0 is for values whose ties are exact in single precision."""
    exact = np.asarray(values) * largest_code(bits) / full_scale
    if margin > 0.0:
        distance = np.abs(np.abs(exact) - np.floor(np.abs(exact)) - 0.5)
        if np.min(distance) < margin:
            raise ValueError("a value lies at a rounding edge: choose another seed")
    codes = round_half_away(exact)
    limit = largest_code(bits)
    return np.clip(codes, -limit, limit), int(np.sum(np.abs(codes) > limit))


def lora(a, b, scale, bits, input_full_scale, inner_full_scale, x):
    """The unit's arithmetic in whole numbers: codes times codes, rounded once between A and B."""
    code = largest_code(bits)
    a_full_scale, b_full_scale = np.max(np.abs(a)), np.max(np.abs(b))
    a_codes, _ = round_to_grid(a, a_full_scale, bits)
    b_codes, _ = round_to_grid(b, b_full_scale, bits)
    x_codes, x_saturated = round_to_grid(x, input_full_scale, bits)
    inner = (x_codes @ a_codes.T) * (a_full_scale / code) * (input_full_scale / code)
    inner_codes, inner_saturated = round_to_grid(inner, inner_full_scale, bits)
    per_code = scale * b_full_scale / code * inner_full_scale / code
    return inner_codes @ b_codes.T, per_code, x_saturated + inner_saturated


def rms_norm(x, gain, epsilon):
    return x / np.sqrt(np.mean(x**2, axis=1, keepdims=True) + epsilon) * gain


def gelu(x):
    return np.vectorize(lambda value: 0.5 * value * (1.0 + math.erf(value / math.sqrt(2.0))))(x)
