"""Turn a PyTorch module into a Palimpsest trace.

docs/trace-format.md defines the trace.
"""

from .errors import ExportError, SafetensorsError, TraceError, UnsupportedOperation
from .exporting import export
from .graph import trace_network
from .layers import LoraLinear, RMSNorm, activate_adapters, add_adapter, lora_layers
from .network import Network, Operation
from .safetensors import decode_tensors, encode_tensors
from .trace import Adapter, LowRank, Method, Phase, Provenance, Trace, TrainingRun
from .values import adapter_values, parameter_values, reference_outputs
from .writer import require_writable, write_trace

__all__ = [
    "Adapter",
    "ExportError",
    "LoraLinear",
    "LowRank",
    "Method",
    "Network",
    "Operation",
    "Phase",
    "Provenance",
    "RMSNorm",
    "SafetensorsError",
    "Trace",
    "TraceError",
    "TrainingRun",
    "UnsupportedOperation",
    "activate_adapters",
    "adapter_values",
    "add_adapter",
    "decode_tensors",
    "encode_tensors",
    "export",
    "lora_layers",
    "parameter_values",
    "reference_outputs",
    "require_writable",
    "trace_network",
    "write_trace",
]
