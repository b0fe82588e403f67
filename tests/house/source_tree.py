"""The product's source as syntax trees, for the rules of the house."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ledger", "mall", "catalog_import", "supervision")


@dataclass(frozen=True)
class Source:
    """One source file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def module(self) -> str:
        return self.name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @property
    def package(self) -> str:
        return self.name.split("/", 1)[0]


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the product, tests left out."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            found.append(Source(path, text, ast.parse(text)))
    return tuple(found)


@cache
def sources_of_tests() -> tuple[Source, ...]:
    """Every Python file of the tests."""
    found = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Source(path, text, ast.parse(text)))
    return tuple(found)


def imports_of(source: Source) -> Iterator[tuple[str, int, bool]]:
    """(imported module, line, hidden inside a function) of one file; imports for type checkers are left out."""
    for node, hidden in _walk(source.tree, hidden=False):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, hidden
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, node.lineno, hidden


def _walk(node: ast.AST, *, hidden: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        inside = hidden or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield child, inside
        yield from _walk(child, hidden=inside)
