"""What torch computes in one function and a trace in several operations, or in none."""

from importlib import import_module

NAMES = ("attention", "batch_norm", "constants", "einsum", "gates", "images", "lora", "norms", "same")
FILES = tuple(import_module(f"{__name__}.{name}") for name in NAMES)
