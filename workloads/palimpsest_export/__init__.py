"""Turn a PyTorch module with LoRA adapters into a Palimpsest trace.

docs/trace-format.md defines the trace.
"""

from .graph import UnsupportedOperation, trace_network
from .layers import LoraLinear, RMSNorm, activate_adapters, add_adapter, lora_layers
from .operations import Network, Operation
from .safetensors import SafetensorsError, decode_tensors, encode_tensors
from .trace import Adapter, Method, Phase, Provenance, Trace, TrainingRun
from .validation import TraceError
from .values import adapter_values, parameter_values, reference_outputs
from .writer import write_trace

__all__ = [
    "Adapter",
    "LoraLinear",
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
    "lora_layers",
    "parameter_values",
    "reference_outputs",
    "trace_network",
    "write_trace",
]
