"""Turn a PyTorch module into a Palimpsest trace.

docs/trace-format.md defines the trace.
"""

from .errors import ExportError, SafetensorsError, TraceError, UnsupportedOperation
from .exporting import export
from .graph import trace_network
from .modules import (
    LIF,
    LoraConv2d,
    LoraLinear,
    Repeat,
    RMSNorm,
    Scan,
    activate_adapters,
    add_adapter,
    add_lora,
    as_scan,
    load_peft,
    lora_layers,
    replace_recurrent,
)
from .network import Network, Operation
from .restoring import (
    ChipWeights,
    on_chip,
    read_chip,
    read_chip_weights,
    set_adapter,
    trace_adapter,
    trace_digest,
    write_adapter,
)
from .safetensors import decode_tensors, encode_tensors
from .trace import Adapter, LowRank, Method, Phase, Provenance, Trace, TrainingRun
from .values import adapter_values, parameter_values, reference_outputs
from .writer import require_writable, write_trace

__all__ = [
    "Adapter",
    "ChipWeights",
    "ExportError",
    "LIF",
    "LoraConv2d",
    "LoraLinear",
    "LowRank",
    "Method",
    "Network",
    "Operation",
    "Phase",
    "Provenance",
    "RMSNorm",
    "Repeat",
    "SafetensorsError",
    "Scan",
    "Trace",
    "TraceError",
    "TrainingRun",
    "UnsupportedOperation",
    "activate_adapters",
    "adapter_values",
    "add_adapter",
    "add_lora",
    "as_scan",
    "decode_tensors",
    "encode_tensors",
    "export",
    "load_peft",
    "lora_layers",
    "on_chip",
    "parameter_values",
    "read_chip",
    "read_chip_weights",
    "reference_outputs",
    "replace_recurrent",
    "require_writable",
    "set_adapter",
    "trace_adapter",
    "trace_digest",
    "trace_network",
    "write_adapter",
    "write_trace",
]
