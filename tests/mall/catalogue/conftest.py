"""A shelf in the small province: listings in any state, and what the database says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import atomic, close_reading, session
from mall.regions import regional_rule
from tests.conftest import Clone
from tests.world import World


@dataclass(frozen=True)
class Shelf:
    """The shelf as a test uses it."""

    world: World
    admin: str

    def actor(self, username: str) -> Actor:
        return self.world.actor(username)

    def put(self, sku: str = "NEW-1", *, state: str = "draft", price_fen: int = 2000, like: str = "paper") -> int:
        """A listing of the first supplier of the same product as another one; returns its id."""
        return _put(self.world.sunny_id, sku=sku, state=state, price_fen=price_fen, like=self.world.listings[like])

    def rule(self, code: str, value: int) -> None:
        """The province's own number for a rule."""
        self.write("update regional_rule set value = %s where code = %s", value, code)
        regional_rule.forget_kept_rules()

    def write(self, sql: str, *values: Any) -> None:
        with psycopg.connect(self.admin) as connection:
            connection.execute(sql, values)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query says now."""
        with psycopg.connect(self.admin) as connection:
            return connection.execute(sql, values).fetchall()

    def state(self, listing_id: int) -> str:
        return self.rows("select state from listing where id = %s", listing_id)[0][0]

    def history(self, document: str) -> list[tuple[str, str]]:
        """(action, state after it), oldest first."""
        return self.rows("select action, after from document_step where document = %s order by id", document)

    def facts(self, document: str, action: str) -> dict[str, Any]:
        """What the history kept of the latest step with this action."""
        query = "select facts from document_step where document = %s and action = %s order by id desc limit 1"
        return self.rows(query, document, action)[0][0]


@atomic
def _put(supplier_id: int, *, sku: str, state: str, price_fen: int, like: int) -> int:
    model = session().get_one(Listing, like)
    product = session().get_one(Product, model.product_id)
    listing = Listing(
        product_id=product.id, supplier_id=supplier_id, sku=sku, name=f"{product.name} {sku}", price_fen=price_fen,
        unit=model.unit, region_codes=[410000], state=state, created_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    session().add(listing)
    session().flush()
    record(actor=SYSTEM, action="test.listing", subject=listing.reference)
    return listing.id


@pytest.fixture
def shelf(own_database: Clone, world: World) -> Iterator[Shelf]:
    found = Shelf(world=world, admin=own_database.admin)
    # The goods of the small province say little of themselves; the tests of just that demand more.
    found.rule("listing.require_attributes", 0)
    found.rule("listing.require_certificate", 0)
    yield found
    close_reading()
