"""The population of an inspection: listings and orders of a division, each with the weight of its risk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from mall import clock
from mall.catalogue.listing import Listing
from mall.catalogue.price_history import PriceChange
from mall.database import session
from mall.ordering.order import Order
from mall.people.organisation import Organisation
from mall.suppliers.supplier import Supplier
from supervision.credit.credit_entry import CreditStanding
from supervision.finding import Finding
from supervision.inspection.draw_sample import Member, weight_of

#: a listing is new, and a raised price fresh, for so many days
FRESH_DAYS = 30


def listings_of(region_code: int, *, on: date) -> Iterator[Member]:
    """The listings on the shelf of suppliers of this very division."""
    suppliers = select(Supplier.id).where(Supplier.region_code == region_code)
    since = _since(on, FRESH_DAYS)
    raised = set(
        session().scalars(
            select(PriceChange.listing_id)
            .join(Listing, Listing.id == PriceChange.listing_id)
            .where(
                Listing.supplier_id.in_(suppliers),
                PriceChange.changed_at > since,
                PriceChange.new_price_fen > PriceChange.old_price_fen,
            )
        )
    )
    suspected = _suspected("listing:")
    grades = _grades()
    query = select(Listing.id, Listing.supplier_id, Listing.created_at).where(
        Listing.supplier_id.in_(suppliers), Listing.state == "on_shelf"
    )
    for listing_id, supplier_id, created_at in session().execute(query.order_by(Listing.id)):
        subject = f"listing:{listing_id}"
        yield Member(
            subject,
            weight_of(
                grade=grades.get(supplier_id, ""),
                is_new=created_at > since,
                price_raised=listing_id in raised,
                has_findings=subject in suspected,
            ),
        )


def orders_of(region_code: int, *, on: date, days: int) -> Iterator[Member]:
    """The orders of units of this very division that were accepted in the last days."""
    units = select(Organisation.id).where(Organisation.kind == "unit", Organisation.region_code == region_code)
    suspected = _suspected("order:")
    grades = _grades()
    query = select(Order.number, Order.supplier_id).where(
        Order.unit_id.in_(units), Order.accepted_on.between(on - timedelta(days=days), on)
    )
    for number, supplier_id in session().execute(query.order_by(Order.id)):
        subject = f"order:{number}"
        grade = grades.get(supplier_id, "")
        yield Member(
            subject, weight_of(grade=grade, is_new=False, price_raised=False, has_findings=subject in suspected)
        )


def _suspected(kind: str) -> set[str]:
    """Documents of this kind with an open finding that is more than a trial's."""
    query = select(Finding.document).where(
        Finding.document.startswith(kind, autoescape=True),
        Finding.gone_on.is_(None),
        Finding.standing != "shadow",
        Finding.review_code.in_(("", "true")),
    )
    return set(session().scalars(query))


def _grades() -> dict[int, str]:
    rows = session().execute(
        select(CreditStanding.party_id, CreditStanding.grade).where(CreditStanding.party_kind == "supplier")
    )
    return dict(rows.all())


def _since(on: date, days: int) -> object:
    return clock.end_of_day(on - timedelta(days=days + 1))
