"""Imports point down, none is hidden in a function, and folders do not import in circles."""

from __future__ import annotations

from collections import defaultdict

from tests.house.source_tree import PACKAGES, imports_of, sources

#: what each package may import of the others
MAY_IMPORT = {
    "ledger": set(),
    "mall": {"ledger"},
    "catalog_import": {"mall", "ledger"},
    "supervision": {"mall", "ledger"},
}

#: imports that wait until they are needed: seconds and memory of every web process, which needs neither
HIDDEN_WITH_REASON = {"mall/search/open_engine.py", "mall/search/pinyin.py"}


def test_imports_point_down() -> None:
    wrong = [
        f"{source.name}:{line} imports {module}"
        for source in sources()
        for module, line, _ in imports_of(source)
        if module.split(".")[0] in PACKAGES
        and module.split(".")[0] != source.package
        and module.split(".")[0] not in MAY_IMPORT[source.package]
    ]

    assert wrong == []


def test_nobody_below_imports_wsgi() -> None:
    wrong = [
        f"{source.name}:{line}" for source in sources() for module, line, _ in imports_of(source) if module == "wsgi"
    ]

    assert wrong == []


def test_the_ledger_imports_no_web() -> None:
    wrong = [
        f"{source.name}:{line} imports {module}"
        for source in sources()
        if source.package == "ledger"
        for module, line, _ in imports_of(source)
        if module.split(".")[0] in {"flask", "werkzeug", "jinja2", "wtforms"}
    ]

    assert wrong == []


def test_no_import_is_hidden_in_a_function() -> None:
    wrong = [
        f"{source.name}:{line} hides {module}"
        for source in sources()
        for module, line, hidden in imports_of(source)
        if hidden and source.name not in HIDDEN_WITH_REASON
    ]

    assert wrong == []


def test_modules_do_not_import_in_circles() -> None:
    known = {source.module for source in sources()}
    arrows: dict[str, set[str]] = defaultdict(set)
    for source in sources():
        for module, _, _ in imports_of(source):
            if module in known and module != source.module:
                arrows[source.module].add(module)

    assert circles(arrows) == []


def test_the_circle_finder_finds_a_circle() -> None:
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}

    assert circles(arrows) == [["a", "b", "c"]]


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """The groups of nodes that reach each other (Tarjan 1972), larger than one."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(arrows.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = []
            while True:
                member = stack.pop()
                group.append(member)
                if member == node:
                    break
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(arrows):
        if node not in index:
            visit(node)
    return found
