"""Making the views of the schema `watch` anew; migrations call it whenever a file of this folder has changed."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent
#: functions first, then views in the order of their names; none of them reads another
_FUNCTIONS = "functions.sql"


def view_names() -> list[str]:
    """The names of all views."""
    return sorted(path.stem for path in _FOLDER.glob("*.sql") if path.name != _FUNCTIONS)


def statements(*, readers: list[str]) -> list[str]:
    """SQL that drops what is there and makes functions and views; `readers` are the roles that may ask them."""
    found = [
        "DROP SCHEMA IF EXISTS watch CASCADE",
        "CREATE SCHEMA watch",
        *(part for part in (_FOLDER / _FUNCTIONS).read_text("utf-8").split(";\n\n") if part.strip()),
    ]
    for name in view_names():
        found.append(f"CREATE VIEW watch.{name} AS\n{(_FOLDER / f'{name}.sql').read_text('utf-8')}")
    for role in readers:
        found.append(f'GRANT USAGE ON SCHEMA watch TO "{role}"')
        found.append(f'GRANT SELECT ON ALL TABLES IN SCHEMA watch TO "{role}"')
    return found
