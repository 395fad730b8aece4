"""The kinds of operations, one file each; a new one is a file and a line in NAMES."""

from importlib import import_module

from .kind import need

NAMES = (
    "add",
    "average_pool2d",
    "concatenate",
    "conv2d",
    "embedding",
    "gelu",
    "group_norm",
    "layer_norm",
    "lif",
    "linear",
    "loop",
    "matmul",
    "max_pool2d",
    "mean",
    "multiply",
    "parameter",
    "permute",
    "relu",
    "reshape",
    "rms_norm",
    "sigmoid",
    "silu",
    "slice",
    "softmax",
    "tanh",
    "upsample",
)
FILES = tuple(import_module(f"{__name__}.{name}") for name in NAMES)
KINDS = {file.KIND.name: file.KIND for file in FILES}


def check_form(name, attributes, inputs, outputs):
    """The Kind of an operation. Raises ValueError for an unknown one, other keys, or another number of
    values."""
    need(name in KINDS, f"unknown operation {name!r}")
    kind = KINDS[name]
    lacking = [key for key in kind.keys if key not in attributes]
    need(not lacking, f"{name}: no key {', '.join(lacking)}")
    unknown = sorted(set(attributes) - set(kind.keys) - set(kind.optional))
    need(not unknown, f"{name}: unknown key {', '.join(unknown)}")
    fewest, most = kind.inputs
    need(fewest <= inputs <= most, f"{name} of {inputs} inputs")
    need(kind.outputs is None or outputs == kind.outputs, f"{name} with {outputs} outputs")
    return kind


def result_shapes(operation, inputs, parameters):
    """Shapes of an operation's results from those of its inputs. Raises ValueError if they do not fit.

    operation: a network.Operation; inputs: a shape for each; parameters: name to shape.
    """
    kind = check_form(operation.operation, operation.attributes, len(inputs), len(operation.outputs))
    return kind.shapes(operation.attributes, inputs, parameters)
