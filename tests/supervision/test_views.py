"""The views of the schema `watch` give exactly the columns that rules are promised, and never a null."""

from __future__ import annotations

import psycopg
import pytest

from mall.watch_views.make_views import view_names
from supervision.facts import TABLES
from tests.conftest import Clone

_KINDS = {"int64": "bigint", "string": "text"}


def test_every_table_of_the_history_has_its_view() -> None:
    assert view_names() == sorted(TABLES)


@pytest.mark.parametrize("table", list(TABLES))
def test_a_view_has_the_columns_that_rules_are_promised(own_database: Clone, table: str) -> None:
    with psycopg.connect(own_database.app) as connection:
        rows = connection.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'watch' and table_name = %s order by ordinal_position",
            [table],
        ).fetchall()

    assert dict(rows) == {name: _KINDS[kind] for name, kind in TABLES[table].items()}
