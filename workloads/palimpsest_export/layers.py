"""The names that modules/ defines, where the exporter looks for them."""

from .modules import LoraLinear, RMSNorm, activate_adapters, add_adapter, lora_layers

__all__ = ["LoraLinear", "RMSNorm", "activate_adapters", "add_adapter", "lora_layers"]
