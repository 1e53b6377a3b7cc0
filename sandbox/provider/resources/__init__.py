"""The resources that infra/ uses, a service a file."""

from __future__ import annotations

import pkgutil
from importlib import import_module


def register() -> None:
    """Makes all types known."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
