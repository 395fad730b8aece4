import numpy
import pytest
from fused_attention import CASES, FOLDER, HEADS, SAMPLES, TOKENS, WIDTH, F, make

from palimpsest_export.interpreter import load_trace
from palimpsest_export.tolerance import within_tolerance


def attention(tensors, options):
    """The module in numpy, from the exported weights."""
    weight, bias = (tensors[f"weights/base/qkv.{name}"].astype(numpy.float64) for name in ("weight", "bias"))
    projected = tensors["test/inputs"] @ weight.T + bias
    q, k, v = projected.reshape(SAMPLES, TOKENS, 3, HEADS, WIDTH // HEADS).transpose(2, 0, 3, 1, 4)
    scores = q @ k.transpose(0, 1, 3, 2) * options.get("scale", (WIDTH // HEADS) ** -0.5)
    if options.get("is_causal"):
        scores = numpy.where(numpy.tri(TOKENS, dtype=bool), scores, -numpy.inf)
    shares = numpy.exp(scores - scores.max(-1, keepdims=True))
    mixed = shares / shares.sum(-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(SAMPLES, TOKENS, WIDTH)


@pytest.mark.parametrize("case", CASES)
def test_attention_that_torch_fuses_is_stated_in_operations(case):
    trace = load_trace(FOLDER / case)
    operations = [step["operation"] for step in trace.document["network"]["operations"]]
    assert operations.count("matmul") == 2 and operations.count("softmax") == 1
    (phase,) = trace.document["phases"]
    outputs = trace.run(phase["hybrid"], trace.tensors["test/inputs"])
    assert within_tolerance(outputs, attention(trace.tensors, CASES[case]))


@pytest.mark.skipif(not hasattr(F, "scaled_dot_product_attention"), reason="PyTorch 1.13 lacks it")
@pytest.mark.parametrize("case", CASES)
def test_torch_2_exports_the_same_operations_again(case, tmp_path):
    make(case, tmp_path)
    made, kept = (load_trace(folder / case).document["network"] for folder in (tmp_path, FOLDER))
    assert made == kept
