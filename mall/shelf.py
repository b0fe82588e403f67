"""Shelves: rooms whose modules are found by looking, never by a list that someone can forget."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def modules_on(package_name: str) -> list[ModuleType]:
    """Every module directly in the package, imported, in name order."""
    package = importlib.import_module(package_name)
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package_name}.{name}") for name in names]


def modules_below(package_name: str, *, ending: str) -> list[ModuleType]:
    """Every module at any depth whose name ends with `ending` (such as "_pages"), imported, in name order."""
    package = importlib.import_module(package_name)
    names = sorted(found.name for found in pkgutil.walk_packages(package.__path__, prefix=f"{package_name}."))
    return [importlib.import_module(name) for name in names if name.endswith(ending)]
