#!/usr/bin/python3
"""Writes numpy_reference.json: what the functional core must compute, worked out apart from it in double precision.

The unit tests compare codes exactly and analogue values with a tolerance. So that the last bit of a single-precision
sum cannot change a code, no value that is rounded may lie near a rounding edge; `chip_arithmetic.round_to_grid` checks
it. Run again after a change here or in what it imports: the same script gives the same bytes.
"""

import json
from pathlib import Path

import numpy as np

from chip_arithmetic import DIGITAL_MARGIN, gelu, largest_code, lora, numbers, rms_norm, round_to_grid
from network_reference import network_reference
from random_reference import random_reference

MICRO = 1e-6


def quantize_case(values, full_scale, bits, margin=DIGITAL_MARGIN):
    codes, saturated = round_to_grid(values, full_scale, bits, margin)
    return {
        "values": values,
        "full_scale": full_scale,
        "bits": bits,
        "codes": codes,
        "quantized": codes * full_scale / largest_code(bits),
        "saturated": saturated,
    }


def quantize_reference():
    random = np.random.RandomState(11)
    ties = np.array([[0.5, -0.5, 1.5, -1.5, 2.5, 126.5, 127.0, 127.25, 127.5, -127.5, 128.0, -1000.0, 0.0]])
    return [
        quantize_case(ties, 127.0, 8, margin=0.0),
        quantize_case(numbers(random, (4, 6), -1.5, 1.5), 1.25, 8),
        quantize_case(numbers(random, (3, 5), -3.0, 3.0), 2.5, 4),
        quantize_case(numbers(random, (2, 7), -0.9, 0.9), 0.75, 12),
        quantize_case(np.array([[0.2, 0.51, -0.51, -0.4, 1.4, 1.6, -1.6]]).astype(np.float32), 1.0, 2),
    ]


def crossbar_reference():
    """Vectors through DAC, array and ADC. The last column of the conductances is the reference."""
    random = np.random.RandomState(12)
    conductances = numbers(random, (7, 5), 10.0, 80.0)
    x = numbers(random, (6, 7), -1.2, 1.2)
    full_scale, volt, dac_bits, adc_bits, read_s = 1.0, 0.2, 8, 8, 100e-9
    dac_codes, dac_saturated = round_to_grid(x, full_scale, dac_bits)
    volts = dac_codes * volt / largest_code(dac_bits)
    currents = volts @ conductances[:, :-1] - (volts @ conductances[:, -1:])
    adc_full_scale = 9.0
    adc_codes, adc_saturated = round_to_grid(currents, adc_full_scale, adc_bits)
    return {
        "conductances": conductances,
        "x": x,
        "full_scale": full_scale,
        "full_scale_volt": volt,
        "dac_bits": dac_bits,
        "dac_codes": dac_codes,
        "dac_saturated": dac_saturated,
        "currents": currents,
        "read_s": read_s,
        "energy_joule": float(np.sum(volts[:, :, None] ** 2 * conductances[None, :, :]) * MICRO * read_s),
        "adc_bits": adc_bits,
        "adc_full_scale": adc_full_scale,
        "adc_codes": adc_codes,
        "adc_saturated": adc_saturated,
    }


def lora_case(seed, bits, scale):
    random = np.random.RandomState(seed)
    a, b = numbers(random, (2, 5), -0.8, 0.8), numbers(random, (4, 2), -0.5, 0.5)
    x = numbers(random, (6, 5), -1.0, 1.0)
    input_full_scale, inner_full_scale = 0.9, 0.75
    sums, per_code, saturated = lora(a, b, scale, bits, input_full_scale, inner_full_scale, x)
    return {
        "a": a,
        "b": b,
        "x": x,
        "scale": scale,
        "bits": bits,
        "input_full_scale": input_full_scale,
        "inner_full_scale": inner_full_scale,
        "sums": sums,
        "output_per_code": float(per_code),
        "saturated": saturated,
    }


def vector_reference():
    random = np.random.RandomState(14)
    x, gain = numbers(random, (5, 6), -3.0, 3.0), numbers(random, (1, 6), 0.5, 1.5)
    x[4] = 0.0
    ladder = np.array([[-20.0, -6.0, -3.0, -1.0, -0.25, -1e-3, 0.0, 1e-3, 0.25, 1.0, 3.0, 6.0, 20.0]])
    ladder = ladder.astype(np.float32)
    return {
        "x": x,
        "gain": gain,
        "epsilon": 1e-3,
        "rms_norm": rms_norm(x, gain, 1e-3),
        "gelu_x": ladder,
        "gelu": gelu(ladder.astype(np.float64)),
    }


def plain(value):
    """Numbers as the JSON shows them: whole ones without a point, others with 17 significant digits at most."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return int(value) if value == int(value) and abs(value) < 2**31 else float(value)
    return value


def text(value, indent=0):
    """One line for each innermost field."""
    space = " " * (indent + 1)
    if isinstance(value, dict):
        fields = [f"{space}{json.dumps(key)}: {text(item, indent + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(fields) + "\n" + " " * indent + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(space + text(item, indent + 1) for item in value) + "\n" + " " * indent + "]"
    return json.dumps(value)


def main():
    reference = {
        "random": random_reference(),
        "quantize": quantize_reference(),
        "crossbar": crossbar_reference(),
        "lora": [lora_case(21, 8, 0.5), lora_case(23, 10, 2.0)],
        "vector": vector_reference(),
        "network": network_reference(),
    }
    Path(__file__).with_suffix(".json").write_text(text(plain(reference)) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
