"""Suppliers that share what only one house shares are found, and those that do not are let go again."""

from __future__ import annotations

import psycopg

from mall import clock
from mall.database import close_reading, session
from supervision.find_groups import find_groups
from supervision.supplier_group import SupplierGroup
from tests.conftest import Clone
from tests.world import World


def groups() -> dict[int, str]:
    try:
        return {row.supplier_id: row.group_key for row in session().query(SupplierGroup)}
    finally:
        close_reading()


def test_a_shared_account_joins_two_suppliers_until_it_is_theirs_alone(world: World, own_database: Clone) -> None:
    find_groups(watch_key="k", on=clock.today())
    together = groups()
    with psycopg.connect(own_database.admin, autocommit=True) as connection:
        connection.execute("update supplier set bank_account = id::text, contact_phone = id::text")
    find_groups(watch_key="k", on=clock.today())

    # The world's two suppliers have one account and one phone.
    assert set(together) == {world.sunny_id, world.moon_id}
    assert len(set(together.values())) == 1
    assert groups() == {}


def test_the_same_again_leaves_the_rows_as_they_are(world: World) -> None:
    found = [find_groups(watch_key="k", on=clock.today()) for _ in range(2)]

    assert found == [2, 2]
