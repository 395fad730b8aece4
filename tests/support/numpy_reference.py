#!/usr/bin/python3
"""Writes numpy_reference.json: what the functional core must compute, worked out apart from it in double precision.

The unit tests compare codes exactly and analogue values with a tolerance. So that the last bit of a single-precision
sum cannot change a code, no value that is rounded may lie near a rounding edge; `round_to_grid` checks it. Run again
after a change here: the same script gives the same bytes.
"""

import json
import math
from pathlib import Path

import numpy as np

MICRO = 1e-6


def numbers(random, shape, low, high):
    """Numbers with few digits, as single precision holds them."""
    return np.round(random.uniform(low, high, shape), 3).astype(np.float32).astype(np.float64)


# --- Random numbers -------------------------------------------------------------------------------------------------


def philox4x32_10(counter, key):
    """Salmon et al., SC 2011, doi 10.1145/2063384.2063405, section 3.3 and its reference implementation."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    mask = 0xFFFFFFFF
    for _ in range(10):
        left, right = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (right >> 32) ^ c1 ^ k0, right & mask, (left >> 32) ^ c3 ^ k1, left & mask
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return c0, c1, c2, c3


# Random123's tests/kat_vectors, philox4x32 with 10 rounds.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def uniforms(seed, purpose, unit, step, count):
    """In the order in which RandomStream hands them out: of each block the later pair of words first."""
    key = (seed & 0xFFFFFFFF, seed >> 32)
    result = []
    block = 0
    while len(result) < count:
        words = philox4x32_10((block, step, unit & 0xFFFFFFFF, ((unit >> 32) << 8) | purpose), key)
        block += 1
        for pair in (1, 0):
            bits = (words[2 * pair] << 32) | words[2 * pair + 1]
            result.append(((bits >> 11) + 0.5) * 2.0**-53)
    return result[:count]


def normals(draws):
    result = []
    for first, second in zip(draws[0::2], draws[1::2]):
        radius = math.sqrt(-2.0 * math.log(first))
        result += [radius * math.cos(2.0 * math.pi * second), radius * math.sin(2.0 * math.pi * second)]
    return result


def random_case(seed, purpose, unit, step):
    draws = uniforms(seed, purpose, unit, step, 6)
    # Seeds and units as text: JSON readers may hold numbers in double precision.
    return {
        "seed": str(seed),
        "purpose": purpose,
        "unit": str(unit),
        "step": step,
        "uniforms": draws,
        "normals": normals(draws),
    }


def random_reference():
    for counter, key, words in KNOWN_ANSWERS:
        assert philox4x32_10(counter, key) == words
    return [
        random_case(0, 1, 0, 0),
        random_case(1, 3, 7, 12),
        random_case(2**64 - 1, 2, 2**56 - 1, 2**32 - 1),
        random_case(0x0123456789ABCDEF, 3, (5 << 32) | 77, 3),
    ]


# --- Grids ----------------------------------------------------------------------------------------------------------


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
        quantize_case(np.array([[0.2, 0.51, -0.51, -0.4, 1.4, 1.6, -1.6]]).astype(np.float32), 1.0, 1),
    ]


# --- Crossbar -------------------------------------------------------------------------------------------------------


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


# --- LoRA unit ------------------------------------------------------------------------------------------------------


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


# --- Vector unit ----------------------------------------------------------------------------------------------------


def rms_norm(x, gain, epsilon):
    return x / np.sqrt(np.mean(x**2, axis=1, keepdims=True) + epsilon) * gain


def gelu(x):
    return np.vectorize(lambda value: 0.5 * value * (1.0 + math.erf(value / math.sqrt(2.0))))(x)


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


# --- Two-layer network ----------------------------------------------------------------------------------------------

ROWS, COLUMNS, HIDDEN, CLASSES, SAMPLES, CALIBRATION = 2, 6, 5, 3, 4, 2
BITS = {"dac": 8, "adc": 8, "lora": 8, "storage": 10}


class Net:
    """linear (bias) -> gelu -> mean over rows -> linear, low-rank adapters on both layers."""

    def __init__(self, seed):
        random = np.random.RandomState(seed)
        self.pixels = random.randint(0, 256, (SAMPLES, ROWS, COLUMNS))
        self.scale, self.offset = np.float64(np.float32(1.0 / 255.0)), -0.5
        self.first, self.bias = numbers(random, (HIDDEN, COLUMNS), -0.9, 0.9), numbers(random, (1, HIDDEN), -0.2, 0.2)
        self.head = numbers(random, (CLASSES, HIDDEN), -0.9, 0.9)
        self.first_a, self.first_b = numbers(random, (2, COLUMNS), -0.5, 0.5), numbers(random, (HIDDEN, 2), -0.5, 0.5)
        self.head_a, self.head_b = numbers(random, (2, HIDDEN), -0.5, 0.5), numbers(random, (CLASSES, 2), -0.5, 0.5)
        self.adapter_scale = 1.5

    def input(self, samples):
        return self.pixels[:samples].reshape(-1, COLUMNS) * self.scale + self.offset

    def run(self, x, product, rest):
        x = rest("x", x)
        hidden = rest("hidden", product("first", x) + self.bias)
        active = rest("active", gelu(hidden))
        pooled = rest("pooled", active.reshape(-1, ROWS, HIDDEN).mean(axis=1))
        return rest("scores", product("head", pooled))

    def layer(self, name):
        return (self.first, self.first_a, self.first_b) if name == "first" else (self.head, self.head_a, self.head_b)

    def floats(self, x):
        """Scores, and the largest magnitude of every value and of every A x."""
        ranges, inputs = {}, {}

        def product(name, value):
            weight, a, b = self.layer(name)
            inputs[name] = value
            ranges[name + " inner"] = np.max(np.abs(value @ a.T))
            return value @ weight.T + self.adapter_scale * value @ a.T @ b.T

        def rest(name, value):
            ranges[name] = np.max(np.abs(value))
            return value

        return self.run(x, product, rest), ranges, inputs

    def deployed(self, x, saturated):
        """The chip with arrays that hold exactly what was asked for: window 10..80 uS, zero weight 45 uS, 0.2 V."""
        _, ranges, inputs = self.floats(self.input(CALIBRATION))
        source = {"first": "x", "head": "pooled"}

        def volts(name, value):
            codes, count = round_to_grid(value, ranges[source[name]], BITS["dac"])
            return codes * 0.2 / largest_code(BITS["dac"]), count

        def product(name, value):
            weight, a, b = self.layer(name)
            per_weight = 35.0 / np.max(np.abs(weight))
            conductances = 45.0 + per_weight * weight.T
            calibration, _ = volts(name, inputs[name])
            full_scale = np.max(np.abs(calibration @ (conductances - 45.0)))
            driven, count = volts(name, value)
            saturated["dac"] += count
            codes, count = round_to_grid(driven @ (conductances - 45.0), full_scale, BITS["adc"], ANALOGUE_MARGIN)
            saturated["adc"] += count
            y = codes * full_scale / largest_code(BITS["adc"]) * ranges[source[name]] / (0.2 * per_weight)
            sums, per_code, count = lora(
                a, b, self.adapter_scale, BITS["lora"], ranges[source[name]], ranges[name + " inner"], value
            )
            saturated["lora"] += count
            return y + sums * per_code

        def rest(name, value):
            codes, count = round_to_grid(value, ranges[name], BITS["storage"], ANALOGUE_MARGIN)
            saturated["storage"] += count
            rest.codes = codes
            return codes * ranges[name] / largest_code(BITS["storage"])

        scores = self.run(x, product, rest)
        return scores, rest.codes, ranges["scores"]


def network_reference():
    for seed in range(1, 2000):
        net = Net(seed)
        saturated = {"dac": 0, "adc": 0, "lora": 0, "storage": 0}
        try:
            scores, codes, score_range = net.deployed(net.input(SAMPLES), saturated)
        except ValueError:
            continue
        # A value that rests within its range cannot leave the DAC's, which is the same.
        assert saturated["dac"] == 0
        if all(saturated[place] > 0 for place in ("adc", "lora", "storage")):
            break
    else:
        raise SystemExit("no seed without values at a rounding edge")
    return {
        "seed": seed,
        "pixels": net.pixels.reshape(SAMPLES, -1),
        "first": net.first,
        "bias": net.bias,
        "head": net.head,
        "first_a": net.first_a,
        "first_b": net.first_b,
        "head_a": net.head_a,
        "head_b": net.head_b,
        "adapter_scale": net.adapter_scale,
        "calibration_samples": CALIBRATION,
        "bits": BITS,
        "float_scores": net.floats(net.input(SAMPLES))[0],
        "score_range": float(score_range),
        "deployed_scores": scores,
        "deployed_score_codes": codes,
        "saturated": saturated,
    }


# --- File -----------------------------------------------------------------------------------------------------------


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
