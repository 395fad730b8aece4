"""Modules that a trace can state and PyTorch lacks, and the tools that put them into existing models."""

from .adapters import activate_adapters, add_adapter, lora_layers
from .injection import add_lora
from .loops import Repeat, Scan
from .lora import LoraConv2d, LoraLayer, LoraLinear
from .norm import RMSNorm
from .peft_files import load_peft
from .recurrent import as_scan, replace_recurrent
from .spiking import LIF

__all__ = [
    "LIF",
    "LoraConv2d",
    "LoraLayer",
    "LoraLinear",
    "RMSNorm",
    "Repeat",
    "Scan",
    "activate_adapters",
    "add_adapter",
    "add_lora",
    "as_scan",
    "load_peft",
    "lora_layers",
    "replace_recurrent",
]
