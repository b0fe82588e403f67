"""Turns decisions into messages: one per event and listing or order, in the transaction that takes the event off.

The event stands in the outbox because the decision was committed, and it leaves the outbox with the messages, so a
message exists exactly when its decision does. Only suppliers with a good key are written to: nobody else could fetch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, TextClause, any_, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from mall.audit.record import plain
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import ListingChange
from mall.database import session
from mall.ordering.order import Order, order_numbered
from mall.outbox.event import Event, subscribes
from mall.people.organisation import organisation_names
from mall.supplier_push.push_key import SupplierPushKey, is_good_now
from mall.supplier_push.supplier_message import SupplierMailbox, SupplierMessage

#: what a decision about a listing is called in messages
OF_LISTINGS = {
    "listing.approve": "listing_accepted",
    "listing.shelve": "listing_accepted",
    "listing.reject": "listing_rejected",
    "listing.refuse": "listing_rejected",
    "listing.intercept": "price_stopped",
    "listing.freeze": "listing_frozen",
    "listing.lift": "listing_thawed",
    "listing.lift_off_shelf": "listing_thawed",
    "listing.expire": "listing_expired",
    "listing.delist": "listing_delisted",
}
OF_CHANGES = {
    "listing_change.approve": "change_accepted",
    "listing_change.reject": "change_rejected",
    "listing_change.intercept": "price_stopped",
    "listing_change.lapse": "change_lapsed",
}
#: an order reaches its supplier when the unit has approved it; what is cancelled before that never does
OF_ORDERS = {
    "order.approve": "order_placed",
    "order.request_cancellation": "order_cancellation_asked",
    "order.agree_cancellation": "order_cancelled",
    "order.return_whole": "order_cancelled",
    "order.decline": "order_declined",
}


@subscribes(*OF_LISTINGS)
def tell_of_listings(event: Event) -> None:
    """A file brings a million listings at once: they are told of set by set, as they were decided."""
    _tell_of_set(event, Listing, kind=OF_LISTINGS[event.name], telling=_TELL_OF_LISTINGS)


@subscribes(*OF_CHANGES)
def tell_of_changes(event: Event) -> None:
    """Terms that were asked for, with the price in force beside them."""
    _tell_of_set(event, ListingChange, kind=OF_CHANGES[event.name], telling=_TELL_OF_CHANGES)


@subscribes(*OF_ORDERS)
def tell_of_orders(event: Event) -> None:
    """An order that was placed, or came to an end."""
    order = order_numbered(event.document.removeprefix("order:"))
    mailboxes = _locked_mailboxes([order.supplier_id])
    is_told = select(SupplierMessage.sequence_no).where(
        SupplierMessage.event_id == event.id, SupplierMessage.document == event.document
    )
    if not mailboxes or session().scalar(is_told) is not None:
        return
    session().execute(
        insert(SupplierMessage).values(
            supplier_id=order.supplier_id,
            sequence_no=mailboxes[order.supplier_id] + 1,
            event_id=event.id,
            kind=OF_ORDERS[event.name],
            document=event.document,
            order_number=order.number,
            facts=plain(_order_facts(order, event)),
            happened_at=event.happened_at,
        )
    )
    _count_up([order.supplier_id])


def _order_facts(order: Order, event: Event) -> dict[str, Any]:
    """What a supplier's system needs to find the order and to set the goods aside; no names of people."""
    return {
        "unit": organisation_names({order.unit_id}).get(order.unit_id, ""),
        "total_fen": order.total_fen,
        "answer_by": order.due_at if event.name == "order.approve" else None,
        "reason": event.payload.get("note", "") or order.cancellation_reason,
        "lines": [
            {
                "line_no": line.line_no,
                "sku": line.sku,
                "name": line.name,
                "unit": line.unit,
                "quantity": line.quantity,
                "price_fen": line.price_fen,
            }
            for line in order.lines
        ],
    }


def _tell_of_set(event: Event, table: type[Listing] | type[ListingChange], *, kind: str, telling: TextClause) -> None:
    document, _, key = event.document.partition(":")
    ids = [int(one) for one in event.payload.get(f"{document}_ids", ())] or [int(key)]
    sellers = select(table.supplier_id).where(table.id == any_(bindparam("ids", ids, type_=_IDS))).distinct()
    mailboxes = _locked_mailboxes(list(session().scalars(sellers)))
    if not mailboxes:
        return
    facts = {"event_id": event.id, "kind": kind, "action": event.name.partition(".")[2], "at": event.happened_at}
    session().execute(telling, {**facts, "ids": ids, "suppliers": list(mailboxes)})
    _count_up(list(mailboxes))


def _locked_mailboxes(supplier_ids: Sequence[int]) -> dict[int, int]:
    """The last number of those of these suppliers who have a good key, locked lowest id first.

    Numbers are given out under this lock, so they become visible in their order: who has read up to one of them
    will never find a lower one later.
    """
    query = (
        select(SupplierMailbox.supplier_id, SupplierMailbox.last_sequence_no)
        .where(
            SupplierMailbox.supplier_id.in_(supplier_ids),
            select(SupplierPushKey.id)
            .where(SupplierPushKey.supplier_id == SupplierMailbox.supplier_id, is_good_now())
            .exists(),
        )
        .order_by(SupplierMailbox.supplier_id)
        .with_for_update()
    )
    return dict(session().execute(query).all())


def _count_up(supplier_ids: Sequence[int]) -> None:
    highest = (
        select(func.max(SupplierMessage.sequence_no))
        .where(SupplierMessage.supplier_id == SupplierMailbox.supplier_id)
        .scalar_subquery()
    )
    # The highest ones may have been acknowledged and purged: then the number stands where it stood.
    raised = func.greatest(SupplierMailbox.last_sequence_no, func.coalesce(highest, 0))
    session().execute(
        update(SupplierMailbox).where(SupplierMailbox.supplier_id.in_(supplier_ids)).values(last_sequence_no=raised),
        execution_options={"synchronize_session": False},
    )


_IDS = ARRAY(BigInteger)

# The step's own facts, without the names of seats and people behind the reviewers' words.
_FACTS = (
    "coalesce(step.facts, '{}') - 'verdicts' || jsonb_build_object('notes', to_jsonb(array_remove("
    "array(select one ->> 'note' from jsonb_array_elements(coalesce(step.facts -> 'verdicts', '[]')) as one)"
    " || coalesce(step.note, ''), '')))"
)
_INTO = (
    "insert into supplier_message"
    " (supplier_id, sequence_no, event_id, kind, document, sku, facts, happened_at)"
    " select fresh.supplier_id,"
    " fresh.last_sequence_no + row_number() over (partition by fresh.supplier_id order by fresh.id),"
    " :event_id, :kind, fresh.document, fresh.sku, fresh.facts, :at from ("
)
# The event was written right after the step it tells of: no later step of this kind is older than the event.
_STEP = (
    " left join lateral (select note, facts from document_step s where s.document = told.document"
    " and s.action = :action and s.at <= :at order by s.id desc limit 1) step on true"
    " where not exists (select from supplier_message m where m.event_id = :event_id and m.document = told.document)"
    ") fresh"
)
_TELL_OF_LISTINGS = text(
    f"{_INTO} select told.*, {_FACTS} as facts from ("
    "select l.id, l.supplier_id, box.last_sequence_no, 'listing:' || l.id as document, l.sku from listing l"
    " join supplier_mailbox box on box.supplier_id = l.supplier_id"
    f" where l.id = any(:ids) and l.supplier_id = any(:suppliers)) told {_STEP}"
).bindparams(bindparam("ids", type_=_IDS), bindparam("suppliers", type_=_IDS))
_TELL_OF_CHANGES = text(
    f"{_INTO} select told.id, told.supplier_id, told.last_sequence_no, told.document, told.sku,"
    f" told.terms || ({_FACTS}) as facts from ("
    "select c.id, c.supplier_id, box.last_sequence_no, 'listing_change:' || c.id as document, l.sku,"
    " jsonb_build_object('price_fen', c.price_fen, 'unit', c.unit, 'pack_size', c.pack_size,"
    " 'old_price_fen', c.old_price_fen) as terms"
    " from listing_change c join listing l on l.id = c.listing_id"
    " join supplier_mailbox box on box.supplier_id = c.supplier_id"
    f" where c.id = any(:ids) and c.supplier_id = any(:suppliers)) told {_STEP}"
).bindparams(bindparam("ids", type_=_IDS), bindparam("suppliers", type_=_IDS))
