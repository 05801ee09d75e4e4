"""The dialects of meters, one file for each vendor: pure functions on payloads.

A module of this package that defines DIALECT is a dialect; nothing else has to know.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from .contract.dialect import Dialect


@cache
def all_dialects() -> dict[str, Dialect]:
    """Return the dialects by name; reads the disk the first time."""
    modules = (
        import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)
    )
    dialects = (getattr(module, "DIALECT", None) for module in modules)
    return {d.name: d for d in dialects if isinstance(d, Dialect)}
