"""The streams of random numbers as they must be: Philox 4x32-10, uniform and normal numbers."""

import math


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
