#!/usr/bin/python3
"""Writes operation_reference_convolution.json: convolutions, products of two values, pooling, upsampling and spiking
neurons as PyTorch computes them in double precision, for two samples each. The same script gives the same bytes.
"""

import itertools
import json
from pathlib import Path

import torch
import torch.nn.functional as functional

SAMPLES = 2


class Numbers:
    """Inputs and parameters with three decimals, which single precision holds well."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, *shape):
        whole = torch.randint(-1000, 1001, shape, generator=self.generator)
        return whole.to(torch.float64) / 1000.0


def tensor(values, shape=None):
    shape = list(values.shape if shape is None else shape)
    return {"shape": shape, "values": [round(value, 7) + 0.0 for value in values.flatten().tolist()]}


def case(name, description, inputs, outputs, parameters=None):
    """Tensors of samples carry the shape of one."""
    return {
        "name": name,
        "description": description,
        "parameters": {key: tensor(value) for key, value in (parameters or {}).items()},
        "inputs": [tensor(value, value.shape[1:]) for value in inputs],
        "outputs": [tensor(value, value.shape[1:]) for value in outputs],
    }


def conv2d_case(name, seed, image, weight, bias=True, **settings):
    numbers = Numbers(seed)
    geometry = {"stride": [1, 1], "padding": [0, 0], "dilation": [1, 1], "groups": 1, **settings}
    x, kernel = numbers(SAMPLES, *image), numbers(*weight)
    parameters = {"w": kernel, **({"b": numbers(weight[0])} if bias else {})}
    output = functional.conv2d(x, kernel, parameters.get("b"), **geometry)
    description = {"weight": "w", "bias": "b" if bias else None, **geometry}
    return case(name, description, [x], [output], parameters)


def conv2d_reference():
    return [
        conv2d_case("square kernel", 1, (3, 5, 6), (4, 3, 3, 3)),
        conv2d_case("one pixel", 2, (5, 3, 4), (2, 5, 1, 1), bias=False),
        conv2d_case("strides and padding", 3, (2, 7, 6), (3, 2, 3, 2), stride=[2, 3], padding=[1, 2]),
        conv2d_case("dilation", 4, (2, 8, 7), (2, 2, 3, 2), dilation=[2, 3], padding=[2, 1]),
        conv2d_case("groups", 5, (4, 5, 4), (6, 2, 2, 3), groups=2, padding=[0, 1]),
        conv2d_case("depth-wise", 6, (3, 5, 4), (3, 1, 3, 3), groups=3, padding=[1, 1]),
        conv2d_case("depth-wise, two each", 7, (3, 6, 5), (6, 1, 2, 3), bias=False, groups=3, stride=[2, 1]),
        conv2d_case("windows in the padding", 8, (1, 2, 2), (2, 1, 2, 2), padding=[3, 3], stride=[2, 2]),
    ]


def matmul_case(name, seed, x_shape, y_shape):
    numbers = Numbers(seed)
    x, y = numbers(SAMPLES, *x_shape), numbers(SAMPLES, *y_shape)
    return case(name, {}, [x, y], [torch.matmul(x, y)])


def matmul_reference():
    return [
        matmul_case("matrices", 11, (3, 5), (5, 4)),
        matmul_case("heads", 12, (2, 3, 4), (2, 4, 5)),
        matmul_case("two leading dimensions", 13, (2, 3, 1, 4), (2, 3, 4, 2)),
    ]


def pool_cases(seed, pool, description, **settings):
    geometries = [
        ("side by side", (2, 4, 6), {"kernel": [2, 3], "stride": [2, 3], "padding": [0, 0]}),
        ("overlapping, padded", (3, 5, 6), {"kernel": [3, 2], "stride": [2, 1], "padding": [1, 1]}),
    ]
    for number, (name, image, geometry) in enumerate(geometries):
        x = Numbers(seed + number)(SAMPLES, *image)
        output = pool(x, geometry["kernel"], geometry["stride"], geometry["padding"], **settings)
        yield case(name, {**geometry, **description}, [x], [output])


def max_pool2d_reference():
    return list(pool_cases(21, functional.max_pool2d, {}))


def average_pool2d_reference():
    def cases(counts_padding):
        settings = {"count_include_pad": counts_padding}
        return pool_cases(31, functional.avg_pool2d, {"count_padding": counts_padding}, **settings)

    return list(itertools.chain(cases(True), cases(False)))


def upsample_reference():
    cases = []
    for number, (mode, factor) in enumerate(itertools.product(["nearest", "bilinear"], [(2, 2), (3, 1), (1, 4)])):
        x = Numbers(41 + number)(SAMPLES, 2, 3, 4)
        settings = {} if mode == "nearest" else {"align_corners": False}
        output = functional.interpolate(x, scale_factor=[float(one) for one in factor], mode=mode, **settings)
        cases.append(case(f"{mode}, {factor[0]} x {factor[1]}", {"mode": mode, "factor": list(factor)}, [x], [output]))
    return cases


def lif_reference():
    cases = []
    for number, reset in enumerate(["zero", "subtract"]):
        numbers = Numbers(51 + number)
        current, membrane = numbers(SAMPLES, 3, 4), numbers(SAMPLES, 3, 4)
        leak, threshold = 0.875, 0.25
        u = leak * membrane + current
        spikes = torch.heaviside(u - threshold, torch.zeros(1, dtype=u.dtype))
        after = torch.where(spikes > 0, torch.zeros_like(u), u) if reset == "zero" else u - threshold * spikes
        description = {"leak": leak, "threshold": threshold, "reset": reset}
        cases.append(case(f"reset {reset}", description, [current, membrane], [spikes, after]))
    return cases


def text(reference):
    """One line for each case."""
    kinds = []
    for kind, cases in reference.items():
        lines = ",\n".join("  " + json.dumps(one) for one in cases)
        kinds.append(f' "{kind}": [\n{lines}\n ]')
    return "{\n" + ",\n".join(kinds) + "\n}\n"


def main():
    reference = {
        "conv2d": conv2d_reference(),
        "matmul": matmul_reference(),
        "max_pool2d": max_pool2d_reference(),
        "average_pool2d": average_pool2d_reference(),
        "upsample": upsample_reference(),
        "lif": lif_reference(),
    }
    Path(__file__).with_suffix(".json").write_text(text(reference), encoding="ascii")


if __name__ == "__main__":
    main()
