"""Dishonesty lists: whether a supplier stands on one, when that was last asked, and asking again at payment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import session
from mall.finance.payment_request import PaymentRequest
from mall.notices.notice import Notice
from mall.outbox.event import Event, subscribes
from mall.people.organisation import organisation_names
from mall.people.user import people_with
from supervision.credit.credit_message import DishonestyQuery
from supervision.credit.deeds import Deed
from supervision.watch_record import DishonestyEntry


def entries_of(supplier_id: int, on: date) -> list[DishonestyEntry]:
    """The lists on which he stands on this day, the oldest first."""
    query = select(DishonestyEntry).where(
        DishonestyEntry.supplier_id == supplier_id,
        DishonestyEntry.from_day <= on,
        DishonestyEntry.until_day.is_(None) | (DishonestyEntry.until_day >= on),
    )
    return list(session().scalars(query.order_by(DishonestyEntry.from_day, DishonestyEntry.id)))


def last_query_day(supplier_id: int) -> date | None:
    """The last day on which the credit platform was asked about him; None if never."""
    return session().scalar(
        select(func.max(DishonestyQuery.queried_on)).where(DishonestyQuery.supplier_id == supplier_id)
    )


def dishonesty_deeds(supplier_id: int, since: date, on: date) -> Iterator[Deed]:
    """For the credit score: each list that held in the time, until he left it."""
    query = select(DishonestyEntry).where(
        DishonestyEntry.supplier_id == supplier_id, DishonestyEntry.from_day.between(since, on)
    )
    for one in session().scalars(query):
        source = f"dishonesty:{one.list_name}"
        yield Deed("on_dishonesty_list", source, one.from_day, key=one.from_day.isoformat(), until=one.until_day)


@subscribes("payment.request")
def check_at_payment(event: Event) -> None:
    """Look again when money is asked for, and keep what was found; whoever releases the payment is told.

    What was delivered and accepted is owed all the same: nothing is held here, a person decides.
    """
    payment = session().scalar(select(PaymentRequest).where(PaymentRequest.number == event.document.partition(":")[2]))
    if payment is None:
        return
    listed = entries_of(payment.supplier_id, clock.local(event.happened_at).date())
    record(
        actor=SYSTEM,
        action="dishonesty.check",
        subject=event.document,
        facts={
            "supplier_id": payment.supplier_id,
            "lists": [one.list_name for one in listed],
            "query_sha256": [one.query_sha256 for one in listed],
            "queried_on": last_query_day(payment.supplier_id),
        },
    )
    if listed:
        _tell(event, payment)


def _tell(event: Event, payment: PaymentRequest) -> None:
    names = organisation_names({payment.supplier_id, payment.unit_id})
    for person in people_with("finance", organisation_id=payment.unit_id):
        session().execute(
            insert(Notice)
            .values(
                user_id=person.id,
                event_id=event.id,
                code="payee_listed",
                document=payment.order_reference,
                facts={
                    "number": payment.order_number,
                    "unit": names.get(payment.unit_id, ""),
                    "supplier": names.get(payment.supplier_id, ""),
                },
                at=event.happened_at,
            )
            .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
        )
