"""Writing outside a use-case fails loudly, whichever way it is tried; each guard with the write that is allowed."""

from __future__ import annotations

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.database import atomic, is_read_only_violation, session
from mall.errors import Refusal, WriteOutsideTransaction, WriteWithoutAudit
from tests.world import World


def test_a_flush_outside_atomic_fails(world: World) -> None:
    listing = session().get(Listing, world.listings["paper"])
    listing.price_fen = 1

    with pytest.raises(WriteOutsideTransaction):
        session().flush()


def test_a_bulk_update_outside_atomic_fails(world: World) -> None:
    with pytest.raises(WriteOutsideTransaction):
        session().execute(update(Listing).values(price_fen=1))


def test_raw_sql_outside_atomic_is_refused_by_postgresql(world: World) -> None:
    with pytest.raises(DBAPIError) as refused:
        session().execute(text("update listing set price_fen = 1"))

    assert is_read_only_violation(refused.value)


def test_a_use_case_without_an_audit_record_does_not_commit(world: World) -> None:
    @atomic
    def cheapen() -> None:
        session().execute(update(Listing).where(Listing.id == world.listings["paper"]).values(price_fen=1))

    with pytest.raises(WriteWithoutAudit):
        cheapen()

    assert session().get(Listing, world.listings["paper"]).price_fen == 2150


def test_the_same_write_with_its_record_commits(world: World) -> None:
    @atomic
    def cheapen() -> None:
        session().execute(update(Listing).where(Listing.id == world.listings["paper"]).values(price_fen=1))
        record(actor=SYSTEM, action="test.cheapen", subject="listing")

    cheapen()

    assert session().get(Listing, world.listings["paper"]).price_fen == 1


def test_nested_use_cases_are_one_transaction(world: World) -> None:
    @atomic
    def inner() -> None:
        session().execute(update(Listing).where(Listing.id == world.listings["paper"]).values(price_fen=1))
        record(actor=SYSTEM, action="test.inner", subject="listing")

    @atomic
    def outer() -> None:
        inner()
        raise Refusal("listing.unknown", listing_id=0)

    with pytest.raises(Refusal):
        outer()

    assert session().get(Listing, world.listings["paper"]).price_fen == 2150


def test_a_refused_use_case_leaves_exactly_one_record_of_the_refusal(world: World) -> None:
    @atomic
    def refuse(*, actor: object) -> None:
        raise Refusal("listing.unknown", listing_id=4711)

    with pytest.raises(Refusal):
        refuse(actor=world.actor("handler"))

    rows = (
        session()
        .execute(text("select action, result, facts->>'code' from audit_record where result = 'refused'"))
        .all()
    )
    assert rows == [("refuse", "refused", "listing.unknown")]
