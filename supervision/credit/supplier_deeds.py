"""What the mall's history tells of a supplier: prices, delivery, quality, honesty and answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, select

from mall import clock
from mall.catalogue.listing import Listing
from mall.contracts.contract import Contract
from mall.database import session
from mall.documents.history import DocumentStep
from mall.fulfilment.delivery_note import DeliveryNote
from mall.fulfilment.dispute import Dispute
from mall.ordering.order import Order
from mall.ratings.rating import Rating
from mall.regions.regional_rule import rule
from supervision.credit.credit_formula import MARK_GOOD, MARK_POOR
from supervision.credit.deeds import Deed
from supervision.finding import Finding

_DELIVERY_RULE = "contract.delivery_days"
#: how a dispute ends that found the goods wanting
_LOST = ("replace", "release")
_PRICE_RULES = "prices."


def supplier_deeds(supplier_id: int, since: date, on: date) -> Iterator[Deed]:
    """All of it, between the two days."""
    yield from _prices(supplier_id, since, on)
    yield from _deliveries(supplier_id, since, on)
    yield from _refusals_at_door(supplier_id, since, on)
    yield from _ratings(supplier_id, since, on)
    yield from _disputes(supplier_id, since, on)
    yield from _confirmed_findings(supplier_id, since, on)
    yield from _answers(supplier_id, since, on)


def _prices(supplier_id: int, since: date, on: date) -> Iterator[Deed]:
    fair = select(Order.number, Order.accepted_on).where(
        Order.supplier_id == supplier_id, Order.accepted_on.between(since, on)
    )
    for number, accepted_on in session().execute(fair):
        yield Deed("fair_price", f"order:{number}", accepted_on)
    # One day's attempts at one listing are one deed: whoever tries again at once learns where the ceiling is.
    stopped = (
        select(DocumentStep.document, func.min(DocumentStep.at))
        .join(Listing, DocumentStep.document == func.concat("listing:", cast(Listing.id, String)))
        .where(Listing.supplier_id == supplier_id, DocumentStep.action == "intercept")
        .where(_within(DocumentStep.at, since, on))
        .group_by(DocumentStep.document, _day_of(DocumentStep.at))
    )
    for document, at in session().execute(stopped):
        yield Deed("price_stopped", document, clock.local(at).date(), key=clock.local(at).date().isoformat())


def _deliveries(supplier_id: int, since: date, on: date) -> Iterator[Deed]:
    """By the last shipment of what has been accepted: when the unit notes the receipt is not the supplier's doing."""
    query = (
        select(Order.number, Order.region_code, Contract.signed_at, func.max(DeliveryNote.at))
        .join(Contract, Contract.order_id == Order.id)
        .join(DeliveryNote, DeliveryNote.order_id == Order.id)
        .where(Order.supplier_id == supplier_id, DeliveryNote.kind == "shipment", Contract.signed_at.is_not(None))
        .where(Order.accepted_on.between(since, on))
        .group_by(Order.id, Contract.signed_at)
    )
    for number, region_code, signed_at, sent_at in session().execute(query):
        sent_on, signed_on = clock.local(sent_at).date(), clock.local(signed_at).date()
        days = rule(_DELIVERY_RULE, region_code=region_code, on=signed_on).value
        late = (sent_on - signed_on).days - days
        if late > 0:
            yield Deed("sent_late", f"order:{number}", sent_on, times=late)
        else:
            yield Deed("sent_in_time", f"order:{number}", sent_on)


def _refusals_at_door(supplier_id: int, since: date, on: date) -> Iterator[Deed]:
    query = (
        select(Order.number, DeliveryNote.number, DeliveryNote.at)
        .join(DeliveryNote, DeliveryNote.order_id == Order.id)
        .where(Order.supplier_id == supplier_id, DeliveryNote.kind == "refusal", _within(DeliveryNote.at, since, on))
    )
    for number, note, at in session().execute(query):
        yield Deed("refused_at_door", f"order:{number}", clock.local(at).date(), key=note)


def _ratings(supplier_id: int, since: date, on: date) -> Iterator[Deed]:
    query = (
        select(Order.number, Rating.goods, Rating.at)
        .join(Rating, Rating.order_id == Order.id)
        .where(Order.supplier_id == supplier_id, Rating.is_default.is_(False), _within(Rating.at, since, on))
    )
    for number, goods, at in session().execute(query):
        if goods >= MARK_GOOD:
            yield Deed("rated_well", f"order:{number}", clock.local(at).date())
        elif goods < MARK_POOR:
            yield Deed("rated_badly", f"order:{number}", clock.local(at).date(), times=MARK_POOR - goods)


def _disputes(supplier_id: int, since: date, on: date) -> Iterator[Deed]:
    query = (
        select(Order.number, Dispute.number, Dispute.settled_at)
        .join(Dispute, Dispute.order_id == Order.id)
        .where(Order.supplier_id == supplier_id, Dispute.outcome.in_(_LOST), Dispute.settled_at.is_not(None))
        .where(_within(Dispute.settled_at, since, on))
    )
    for number, dispute, at in session().execute(query):
        yield Deed("dispute_lost", f"order:{number}", clock.local(at).date(), key=dispute)


def _confirmed_findings(supplier_id: int, since: date, on: date) -> Iterator[Deed]:
    """Only what a person has found to be so; a suspicion costs nobody a point."""
    query = select(Finding.id, Finding.rule_id, Finding.reviewed_at).where(
        Finding.supplier_id == supplier_id, Finding.review_code == "true", _within(Finding.reviewed_at, since, on)
    )
    for finding_id, rule_id, at in session().execute(query):
        code = "price_confirmed" if rule_id.startswith(_PRICE_RULES) else "conduct_confirmed"
        yield Deed(code, f"finding:{finding_id}", clock.local(at).date())


def _answers(supplier_id: int, since: date, on: date) -> Iterator[Deed]:
    query = (
        select(DocumentStep.document, DocumentStep.action, DocumentStep.user_id, DocumentStep.at)
        .join(Order, DocumentStep.document == func.concat("order:", Order.number))
        .where(Order.supplier_id == supplier_id, DocumentStep.action.in_(("confirm", "decline")))
        .where(_within(DocumentStep.at, since, on))
    )
    for document, action, user_id, at in session().execute(query):
        code = "order_answered" if action == "confirm" else "order_declined" if user_id is not None else "silent"
        yield Deed(code, document, clock.local(at).date())


def _within(column: ColumnElement[Any] | Any, since: date, on: date) -> ColumnElement[bool]:
    return column.between(_start_of(since), clock.end_of_day(on))


def _start_of(day: date) -> datetime:
    return clock.end_of_day(day - timedelta(days=1))


def _day_of(column: Any) -> ColumnElement[Any]:
    return func.date(func.timezone("Asia/Shanghai", column))
