"""One transaction door, one state door, one place for passwords and time: found by reading the source."""

from __future__ import annotations

import ast
import re

from tests.house.source_tree import Source, sources

COMMITS_IN = {"mall/database.py"}
#: these talk to PostgreSQL as its administrator, before there is an application
SERVER_ROOMS = ("mall/installation/", "mall/migrations/")
STATE_IN = {"mall/documents/advance.py"}
#: states that are no document's life: an event's delivery, an account, an organisation
OTHER_STATES = {
    "mall/outbox/deliver.py",
}


def test_commit_stands_only_in_the_database_module() -> None:
    wrong = [
        f"{source.name}:{line}"
        for source in sources()
        if source.name not in COMMITS_IN and not source.name.startswith(SERVER_ROOMS)
        for line in _calls(
            source, "commit", receivers_left_out={"movements", "index", "writer", "self._writer", "_writer"}
        )
    ]

    assert wrong == []


def test_state_is_assigned_only_in_the_one_door() -> None:
    wrong = [
        f"{source.name}:{line}"
        for source in sources()
        if source.package in ("mall", "catalog_import")
        and source.name not in STATE_IN | OTHER_STATES
        and not source.name.startswith(SERVER_ROOMS)
        for line in _assignments_to(source, "state")
        if not _is_of_other_kind(source)
    ]

    assert wrong == []


def test_nobody_asks_the_wall_clock() -> None:
    pattern = re.compile(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|time\.time\(")
    wrong = [
        f"{source.name}:{number}"
        for source in sources()
        if source.name != "mall/clock.py" and not source.name.startswith(SERVER_ROOMS)
        for number, line in enumerate(source.text.splitlines(), start=1)
        if pattern.search(line) and not line.lstrip().startswith("#")
    ]

    assert wrong == []


def test_templates_are_never_built_from_strings() -> None:
    wrong = [
        source.name for source in sources() if re.search(r"render_template_string|Markup\(f|\|\s*safe", source.text)
    ]

    assert wrong == []


def test_sql_is_never_formatted_from_values() -> None:
    wrong = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        if not source.name.startswith(SERVER_ROOMS)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "text"
        and node.args
        and isinstance(node.args[0], ast.JoinedStr)
        and not _only_constants(node.args[0])
    ]

    assert wrong == []


def test_no_float_near_money() -> None:
    """Nothing named *_fen is divided with a slash, made a float, or annotated as one, outside of printing words."""
    wrong = []
    for source in sources():
        if source.name.startswith(("mall/installation/", "mall/search/")):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _names_fen(node):
                if not _only_shown(source, node):
                    wrong.append(f"{source.name}:{node.lineno}")
            elif (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "float"
                and any("fen" in ast.unparse(argument) for argument in node.args)
            ) or (
                isinstance(node, ast.AnnAssign)
                and "float" in ast.unparse(node.annotation)
                and "fen" in ast.unparse(node.target)
            ):
                wrong.append(f"{source.name}:{node.lineno}")

    assert wrong == []


def _calls(source: Source, name: str, *, receivers_left_out: set[str]) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        and ast.unparse(node.func.value) not in receivers_left_out
    ]


def _assignments_to(source: Source, name: str) -> list[int]:
    found = []
    for node in ast.walk(source.tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        found += [node.lineno for target in targets if isinstance(target, ast.Attribute) and target.attr == name]
    return found


def _is_of_other_kind(source: Source) -> bool:
    # Accounts and suppliers have a switch, not a life with a table.
    return source.name.startswith(("mall/people/", "mall/demo/", "mall/suppliers/"))


def _names_fen(node: ast.AST) -> bool:
    return any("fen" in part.id for part in ast.walk(node) if isinstance(part, ast.Name)) or any(
        part.attr.endswith("_fen") for part in ast.walk(node) if isinstance(part, ast.Attribute)
    )


def _only_shown(source: Source, node: ast.BinOp) -> bool:
    """Dividing inside an f-string's replacement with a format, on the console, shows money and keeps none;
    dividing a column by a column is PostgreSQL's whole-number division, in an ORDER BY."""
    return source.name in {"mall/commands.py", "mall/catalogue/offer.py"}


def _only_constants(joined: ast.JoinedStr) -> bool:
    return all(
        isinstance(part, ast.Constant)
        or (
            isinstance(part, ast.FormattedValue)
            and re.fullmatch(r"_?[A-Z][A-Z_0-9]*|int\(.*\)", ast.unparse(part.value))
        )
        for part in joined.values
    )
