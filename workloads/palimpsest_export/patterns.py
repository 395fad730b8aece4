"""Which conversion belongs to a function of torch, by the function's name, or to a type of module."""

from . import composed, operations

FUNCTIONS = {}
MODULES = {}
for _file in (*operations.FILES, *composed.FILES):
    FUNCTIONS.update(_file.PATTERNS)
    MODULES.update(getattr(_file, "MODULES", {}))

FACTS = set(
    """
    size dim numel nelement __len__ stride is_floating_point is_complex is_contiguous element_size get_device
    ndimension is_same_size result_type can_cast is_signed data_ptr storage_offset is_conj is_neg is_inference
    __hash__ __repr__ zeros_like ones_like empty_like full_like new_zeros new_ones new_full new_empty new_tensor
    """.split()
) | {
    f"{name}.__get__"
    for name in """
    shape dtype device ndim layout is_cuda is_cpu is_nested is_quantized is_sparse is_meta is_mps is_mkldnn is_xla
    is_leaf requires_grad grad grad_fn names is_sparse_csr is_vulkan is_xpu is_ipu is_ort is_mtia is_hpu is_maia
    nbytes itemsize
    """.split()
}
"""What tells something of a tensor but its numbers, or makes a constant of its shape."""

OF_THE_OTHER = {"to", "type_as", "expand_as", "view_as", "reshape_as"}
"""What makes of one tensor something like another: of a constant, a constant."""

NUMBERS = {
    "__bool__": "a branch or loop that depends on a tensor",
    "__contains__": "a branch or loop that depends on a tensor",
    "equal": "a branch or loop that depends on a tensor",
    "allclose": "a branch or loop that depends on a tensor",
    "is_nonzero": "a branch or loop that depends on a tensor",
    **{
        name: "a Python number taken from a tensor"
        for name in ("item", "tolist", "__float__", "__int__", "__index__", "__complex__")
    },
    "__format__": "a text made of a tensor",
    "numpy": "a numpy array made of a tensor",
    "__array__": "a numpy array made of a tensor",
    "__array_wrap__": "a numpy array made of a tensor",
    "__setitem__": "assignment to a part of a tensor",
    "index_put_": "assignment to a part of a tensor",
    "copy_": "assignment to a tensor",
}
"""What takes the numbers of a tensor out of the network, or puts others in."""

REMEDIES = {
    "a branch or loop that depends on a tensor": "a network that computes the same for every input",
    "a Python number taken from a tensor": "operations on tensors",
    "a text made of a tensor": "a network without printing",
    "a numpy array made of a tensor": "torch's functions",
    "assignment to a part of a tensor": "torch.cat of the parts",
    "assignment to a tensor": "the new tensor itself",
}

INSTEAD = {
    "log_softmax": "the scores in front of it, which have the same order",
    "log": "the scores in front of it",
    "conv_transpose2d": "nn.Upsample and nn.Conv2d",
    "conv_transpose1d": "nn.Upsample and nn.Conv2d",
    "conv3d": "nn.Conv2d",
    "elu": "nn.SiLU or nn.GELU",
    "softplus": "nn.SiLU or nn.ReLU",
    "mish": "nn.SiLU",
    "argmax": "the scores themselves",
    "norm": "nn.RMSNorm, or torch.nn.functional.normalize",
    "std": "nn.LayerNorm or nn.GroupNorm",
    **{
        name: "a network that computes the same for every input"
        for name in ("eq", "ne", "__eq__", "__ne__", "topk", "sort")
    },
    **{name: "max pooling (nn.MaxPool1d) over the dimension" for name in ("max", "min", "amax", "amin")},
    **{
        name: "LIF of palimpsest_export for spiking neurons, or a network that computes the same for every input"
        for name in ("gt", "lt", "ge", "le", "heaviside", "sign")
    },
    "rand_like": "evaluation mode without random numbers",
    "randn_like": "evaluation mode without random numbers",
}
"""What works in the place of functions that a trace lacks."""

OTHERS = "the functions that docs/trace-format.md lists operations for"


def name_of(function):
    """The name by which a function is known, `T.__get__` for the attribute T."""
    name = getattr(function, "__name__", str(function))
    if name == "__get__":
        name = f"{getattr(function.__self__, '__name__', '')}.__get__"
    return name


def plain_name(name):
    """The name of the function that one in place, as add_ or __iadd__, does the work of."""
    if name.startswith("__i") and name.endswith("__"):
        return f"__{name[3:]}"
    return name[:-1] if name.endswith("_") and not name.endswith("__") else name
