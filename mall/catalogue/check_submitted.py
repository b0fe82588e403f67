"""The automatic checks of what was submitted: over the ceiling, faulty, to the reviewers, or straight to the shelf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from mall import clock
from mall.access.actor import SYSTEM
from mall.catalogue.category_attributes import missing_attributes
from mall.catalogue.certificate import certificate_holds, compulsory_certificate
from mall.catalogue.find_ceilings import find_ceilings
from mall.catalogue.listing import Listing
from mall.catalogue.listing_states import LISTING_STATES
from mall.catalogue.product import Product
from mall.catalogue.review_demands import suppliers_always_reviewed
from mall.catalogue.stop_facts import stop_facts
from mall.database import session
from mall.documents.advance_many import advance_many
from mall.regions.regional_rule import rule
from mall.suppliers.supplier import Supplier

REVIEW_RULE, VALID_RULE = "listing.review_people", "listing.valid_days"
ATTRIBUTES_RULE, CERTIFICATE_RULE = "listing.require_attributes", "listing.require_certificate"


@dataclass(frozen=True)
class _Submitted:
    listing_id: int
    price_fen: int
    pack_size: int
    product_id: int
    category_code: str
    specification: Mapping[str, str]
    certificate_number: str
    certificate_until: date | None
    region_code: int
    supplier_id: int


def reviewers_asked(*, region_code: int) -> int:
    """How many people look at a listing of a supplier of this region: 0, 1 or 2."""
    return rule(REVIEW_RULE, region_code=region_code, on=clock.today()).value


def check_submitted(listing_ids: Sequence[int], *, note: str = "") -> None:
    """Take those of these listings that stand in "submitted" on from there. Runs inside @atomic, for any number."""
    rows = sorted(_submitted(listing_ids), key=lambda row: row.region_code)
    for region_code, of_region in groupby(rows, key=lambda row: row.region_code):
        _check(list(of_region), region_code=region_code, note=note)


def put_on_shelf(listing_ids: Sequence[int]) -> None:
    """What follows when listings have come on the shelf: from now on they have a last day. Runs inside @atomic."""
    for region_code, ids in _by_region(listing_ids) if listing_ids else []:
        session().execute(
            update(Listing)
            .where(Listing.id == any_(_array(ids)))
            .values(ends_on=_last_day(region_code), updated_at=clock.now()),
            execution_options={"synchronize_session": False},
        )


def _last_day(region_code: int) -> date:
    return clock.today() + timedelta(days=rule(VALID_RULE, region_code=region_code, on=clock.today()).value)


def _check(rows: list[_Submitted], *, region_code: int, note: str) -> None:
    faulty = _refuse_faulty(rows, region_code=region_code, note=note)
    rows = [row for row in rows if row.listing_id not in faulty]
    stopped = _stop_too_dear(rows, region_code=region_code, note=note)
    sound = [row for row in rows if row.listing_id not in stopped]
    waiting = sound
    also: dict[str, Any] = {"submitted_at": clock.now()}
    # One write for each listing: a file brings a million of them.
    if not reviewers_asked(region_code=region_code):
        watched = suppliers_always_reviewed({row.supplier_id for row in sound})
        waiting = [row for row in sound if row.supplier_id in watched]
        free = [row.listing_id for row in sound if row.supplier_id not in watched]
        on_shelf = {**also, "ends_on": _last_day(region_code), "updated_at": clock.now()}
        advance_many(Listing, LISTING_STATES, free, "shelve", SYSTEM, before="submitted", note=note, also=on_shelf)
    ids = [row.listing_id for row in waiting]
    advance_many(Listing, LISTING_STATES, ids, "check", SYSTEM, before="submitted", note=note, also=also)


def _refuse_faulty(rows: list[_Submitted], *, region_code: int, note: str) -> set[int]:
    """What lacks a compulsory certificate or a mandatory attribute is rejected; its history names them."""
    today = clock.today()
    asks_attributes = rule(ATTRIBUTES_RULE, region_code=region_code, on=today).value
    asks_certificate = rule(CERTIFICATE_RULE, region_code=region_code, on=today).value
    facts: dict[int, dict[str, Any]] = {}
    for row in rows:
        found: dict[str, Any] = {}
        certificate = compulsory_certificate(row.category_code, on=today) if asks_certificate else None
        if certificate and not certificate_holds(row.certificate_number, row.certificate_until, on=today):
            found = {"reasons": ["certificate_missing"], "source": certificate.legal_source}
        missing = missing_attributes(row.category_code, row.specification, mandatory_only=True)
        if asks_attributes and missing:
            found["reasons"] = [*found.get("reasons", ()), "attribute_missing"]
            found["attributes"] = [attribute.name for attribute in missing]
        if found:
            facts[row.listing_id] = found
    advance_many(Listing, LISTING_STATES, list(facts), "refuse", SYSTEM, before="submitted", note=note, facts=facts)
    return set(facts)


def _stop_too_dear(rows: list[_Submitted], *, region_code: int, note: str) -> set[int]:
    ceilings = find_ceilings(
        {row.product_id: row.category_code for row in rows}, region_code=region_code, on=clock.today()
    )
    facts: dict[int, dict[str, Any]] = {}
    for row in rows:
        ceiling = ceilings.get(row.product_id)
        if ceiling is None or not ceiling.is_exceeded(price_fen=row.price_fen, pack_size=row.pack_size):
            continue
        listing = session().get_one(Listing, row.listing_id)
        product = session().get_one(Product, row.product_id)
        facts[row.listing_id] = stop_facts(
            listing, product, ceiling=ceiling, price_fen=row.price_fen, pack_size=row.pack_size
        )
    advance_many(Listing, LISTING_STATES, list(facts), "intercept", SYSTEM, before="submitted", note=note, facts=facts)
    return set(facts)


def _submitted(listing_ids: Sequence[int]) -> Iterator[_Submitted]:
    query = (
        select(
            Listing.id,
            Listing.price_fen,
            Listing.pack_size,
            Product.id,
            func.coalesce(Product.category_code, ""),
            Product.specification,
            Listing.certificate_number,
            Listing.certificate_until,
            Supplier.region_code,
            Supplier.id,
        )
        .join(Product, Product.id == Listing.product_id)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(Listing.id == any_(_array(listing_ids)), Listing.state == "submitted")
        .order_by(Listing.id)
    )
    for row in session().execute(query):
        yield _Submitted(*row)


def _by_region(listing_ids: Sequence[int]) -> list[tuple[int, list[int]]]:
    rows = session().execute(
        select(Supplier.region_code, func.array_agg(Listing.id))
        .join(Listing, Listing.supplier_id == Supplier.id)
        .where(Listing.id == any_(_array(listing_ids)))
        .group_by(Supplier.region_code)
    )
    return [(region_code, list(ids)) for region_code, ids in rows]


def _array(ids: Sequence[int]) -> Any:
    return bindparam("listing_ids", list(ids), type_=ARRAY(BigInteger), unique=True)
