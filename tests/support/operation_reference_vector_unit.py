#!/usr/bin/python3
"""Writes operation_reference_vector_unit.json: what PyTorch computes where the chip's vector unit works, and where
values are only put in another order. Two samples each, in double precision. Run again after a change here: the same
script gives the same bytes.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional

SAMPLES = 2


class Numbers:
    """Random numbers that single precision holds exactly."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def tensor(self, *shape, low=-2.0, high=2.0):
        values = torch.rand(shape, generator=self.generator, dtype=torch.float64) * (high - low) + low
        return (values * 4096).round() / 4096


def flat(tensor):
    return [float(f"{value:.9g}") for value in tensor.contiguous().flatten().tolist()]


def case(kind, function, shapes, parameters=None, own=None, inputs=None, seed=1):
    """`function` takes the batches of inputs and the parameters by name."""
    numbers = Numbers(seed)
    if inputs is None:
        inputs = [numbers.tensor(SAMPLES, *shape) for shape in shapes]
    tensors = {name: numbers.tensor(*shape) for name, shape in (parameters or {}).items()}
    output = function(*inputs, **tensors)
    return {
        "kind": kind,
        "own": own or {},
        "inputs": [{"shape": list(value.shape[1:]), "values": flat(value)} for value in inputs],
        "parameters": {name: {"shape": list(value.shape), "values": flat(value)} for name, value in tensors.items()},
        "output": {"shape": list(output.shape[1:]), "values": flat(output)},
    }


def elementwise_cases():
    ladder = [torch.linspace(-9, 9, 2 * 3 * 7, dtype=torch.float64).reshape(2, 3, 7)]

    def ladder_case(kind, function, own=None):
        return case(kind, function, None, own=own, inputs=ladder)

    return [
        ladder_case("relu", torch.relu),
        ladder_case("silu", functional.silu),
        ladder_case("sigmoid", torch.sigmoid),
        ladder_case("tanh", torch.tanh),
        ladder_case("gelu", functional.gelu),
        ladder_case("gelu", functional.gelu, {"approximate": "none"}),
        ladder_case("gelu", lambda x: functional.gelu(x, approximate="tanh"), {"approximate": "tanh"}),
        case("softmax", lambda x: torch.softmax(x, -1), [(2, 3, 5)]),
        case("softmax", lambda x: torch.softmax(x, -1), None, inputs=[ladder[0] * 50]),
    ]


def layer_norm(x, gain=None, bias=None):
    return functional.layer_norm(x, x.shape[-1:], gain, bias, 1e-3)


def group_norm(groups):
    return lambda x, gain=None, bias=None: functional.group_norm(x, groups, gain, bias, 1e-3)


def rms_norm(x, gain=None):
    y = x / (x.square().mean(-1, keepdim=True) + 1e-3).sqrt()
    return y if gain is None else y * gain


def norm_own(**own):
    return {"gain": None, "bias": None, "epsilon": 1e-3, **own}


def normalization_cases():
    both = {"gain": "gain", "bias": "bias"}
    return [
        case("layer_norm", layer_norm, [(3, 6)], {"gain": (6,), "bias": (6,)}, norm_own(**both)),
        case("layer_norm", layer_norm, [(2, 2, 5)], {"gain": (5,)}, norm_own(gain="gain")),
        case("layer_norm", layer_norm, [(7,)], {"bias": (7,)}, norm_own(bias="bias")),
        case("layer_norm", layer_norm, [(4, 3)], own=norm_own()),
        case("group_norm", group_norm(2), [(4, 3, 5)], {"gain": (4,), "bias": (4,)}, norm_own(groups=2, **both)),
        case("group_norm", group_norm(3), [(6, 4)], {"gain": (6,)}, norm_own(groups=3, gain="gain")),
        case("group_norm", group_norm(1), [(4, 2, 2)], {"bias": (4,)}, norm_own(groups=1, bias="bias")),
        case("group_norm", group_norm(2), [(8,)], own=norm_own(groups=2)),
        case("rms_norm", rms_norm, [(2, 3, 4)], {"gain": (4,)}, {"gain": "gain", "epsilon": 1e-3}),
        case("rms_norm", rms_norm, [(5, 4)], own={"gain": None, "epsilon": 1e-3}),
    ]


def binary_cases():
    cases = []
    for kind, function in (("add", torch.add), ("multiply", torch.mul)):
        for shapes in (
            [(3, 4), (3, 4)],
            [(3, 4), (3, 1)],
            [(3, 4), (1, 4)],
            [(2, 1, 4), (2, 3, 1)],
            [(2, 3, 4), (2, 1, 1)],
        ):
            cases.append(case(kind, function, shapes))
        # Samples apart, as one of fewer dimensions has them: PyTorch would align the batch.
        cases.append(case(kind, lambda x, y, f=function: f(x, y.reshape(SAMPLES, 1, 4)), [(3, 4), (4,)]))
        cases.append(case(kind, lambda x, y, f=function: f(x.reshape(SAMPLES, 1, 4), y), [(4,), (3, 4)]))
        cases.append(case(kind, lambda x, f=function: f(x, torch.tensor(-0.3)), [(2, 5)], own={"constant": -0.3}))
        for shape in ((4,), (3, 4), (2, 1, 1), (1,), ()):
            own = {"parameter": "p"}
            cases.append(case(kind, lambda x, p, f=function: f(x, p), [(2, 3, 4)], {"p": shape}, own))
        wider = case(kind, lambda x, p, f=function: f(x.reshape(SAMPLES, 1, 4), p), [(4,)], {"p": (3, 4)}, own)
        cases.append(wider)
    return cases


def structure_cases():
    def sliced(axis, begin, end, step, shape):
        own = {"axis": axis, "begin": begin, "end": end, "step": step}
        index = [slice(None)] * (axis + 1) + [slice(begin, end, step)]
        return case("slice", lambda x: x[tuple(index)], [shape], own=own)

    def joined(axis, *shapes):
        return case("concatenate", lambda *x: torch.cat(x, axis + 1), shapes, own={"axis": axis})

    def mean(axes, keep, shape):
        def function(x):
            y = x.mean([axis + 1 for axis in axes], keepdim=keep)
            return y.reshape(SAMPLES, -1) if y.dim() == 1 else y

        return case("mean", function, [shape], own={"axes": axes, "keep": keep})

    return [
        sliced(0, 1, 3, 1, (4, 3)),
        sliced(1, 0, 5, 2, (2, 6, 3)),
        sliced(2, 1, 4, 2, (2, 2, 5)),
        sliced(0, 2, 7, 1, (8,)),
        joined(0, (2, 3), (1, 3), (4, 3)),
        joined(1, (2, 3), (2, 5)),
        joined(1, (2, 1, 3), (2, 2, 3)),
        case("reshape", lambda x: x.reshape(SAMPLES, 4, 3, 2), [(6, 4)], own={"shape": [4, 3, 2]}),
        case("reshape", lambda x: x.reshape(SAMPLES, 24), [(2, 3, 4)], own={"shape": [24]}),
        case("permute", lambda x: x.permute(0, 3, 1, 2), [(2, 3, 4)], own={"order": [2, 0, 1]}),
        mean([0], True, (3, 4)),
        mean([1, 2], False, (3, 4, 5)),
        mean([1, 2], True, (3, 4, 5)),
        mean([0, 2], False, (2, 3, 5)),
        mean([2], False, (2, 3, 5)),
        mean([0, 1], False, (3, 7)),
    ]


def table_cases():
    indices = torch.tensor([[[0, 4, 2], [4, 4, 1]], [[3, 3, 3], [0, 1, 2]]])
    # As far from whole numbers as a coarse grid puts them.
    stored = indices + torch.linspace(-0.4, 0.4, indices.numel(), dtype=torch.float64).reshape(indices.shape)
    embedding = case(
        "embedding", lambda x, table: table[x.round().long()], None, {"table": (5, 3)}, {"table": "table"}, [stored]
    )
    return [
        embedding,
        case("parameter", lambda p: torch.stack([p] * SAMPLES), [], {"p": (2, 2, 3)}, {"parameter": "p"}),
    ]


def main():
    cases = elementwise_cases() + normalization_cases() + binary_cases() + structure_cases() + table_cases()
    lines = ",\n".join(json.dumps(one) for one in cases)
    Path(__file__).with_suffix(".json").write_text(f"[\n{lines}\n]\n", encoding="ascii")


if __name__ == "__main__":
    main()
