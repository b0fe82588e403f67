"""Bringing every table definition of the house into memory, so that migrations and models can be compared."""

from __future__ import annotations

import importlib
import pkgutil

#: rooms without tables whose import has a price or an effect
_SKIPPED = ("mall.migrations", "mall.installation", "mall.commands")


def import_all_tables() -> None:
    """Import every module of the mall and of the rooms above it that could hold a table."""
    for package_name in ("mall", "catalog_import", "supervision"):
        package = importlib.import_module(package_name)
        for found in pkgutil.walk_packages(package.__path__, prefix=f"{package_name}."):
            if not found.name.startswith(_SKIPPED):
                importlib.import_module(found.name)
