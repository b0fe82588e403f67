"""Telling a supplier's people what was decided about their goods and about the terms they asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import any_, bindparam, select, update
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert
from sqlalchemy.types import Text

from mall import clock
from mall.audit.record import plain
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import ListingChange
from mall.database import session
from mall.documents.history import DocumentStep
from mall.notices.notice import Notice
from mall.outbox.event import Event, subscribes
from mall.people.user import people_with

#: event -> code of the notice about one of a supplier's goods, and about several of them
OF_LISTINGS = {
    "listing.approve": ("listing_accepted", "listing_accepted_many"),
    "listing.reject": ("listing_rejected", "listing_rejected_many"),
    "listing.refuse": ("listing_rejected", "listing_rejected_many"),
    "listing.intercept": ("listing_intercepted", "listing_intercepted_many"),
    "listing.freeze": ("listing_frozen", "listing_frozen_many"),
    "listing.delist": ("listing_delisted", "listing_delisted_many"),
}
OF_CHANGES = {
    "listing_change.approve": ("change_accepted", "change_accepted_many"),
    "listing_change.reject": ("change_rejected", "change_rejected_many"),
    "listing_change.intercept": ("change_intercepted", "change_intercepted_many"),
}
#: after these nothing said before waits for the supplier any more
MOVED_ON = ("listing.submit", "listing.withdraw", "listing.lift", "listing.lift_off_shelf", "listing.expire")
#: the facts of a step that sentences use
_KEPT = ("reasons", "price_fen", "ceiling_fen", "base_unit", "source", "until")


@dataclass(frozen=True)
class _Decided:
    """Goods of one supplier about which one event decided alike: how many, and the first of them with its facts."""

    supplier_id: int
    reference: str
    count: int
    facts: dict[str, Any]


@subscribes(*OF_LISTINGS, *MOVED_ON)
def tell_of_listings(event: Event) -> None:
    """Write the notices of one decision about listings. The same event again writes nothing new."""
    ids = _ids_of(event, kind="listing")
    _clear([f"listing:{one}" for one in ids], event=event)
    if event.name in OF_LISTINGS:
        query = select(Listing.id, Listing.supplier_id, Listing.id, Listing.name, Listing.sku)
        rows = session().execute(query.where(Listing.id.in_(ids)).order_by(Listing.id)).all()
        _tell(event, _by_supplier(event, rows, kind="listing"), codes=OF_LISTINGS[event.name])


@subscribes(*OF_CHANGES)
def tell_of_changes(event: Event) -> None:
    """The same of terms that were asked for; the notice leads to the listing."""
    query = (
        select(ListingChange.id, ListingChange.supplier_id, Listing.id, Listing.name, Listing.sku)
        .add_columns(ListingChange.price_fen, ListingChange.old_price_fen)
        .join(Listing, Listing.id == ListingChange.listing_id)
        .where(ListingChange.id.in_(_ids_of(event, kind="listing_change")))
    )
    rows = session().execute(query.order_by(ListingChange.id)).all()
    _tell(event, _by_supplier(event, rows, kind="listing_change"), codes=OF_CHANGES[event.name])


def _ids_of(event: Event, *, kind: str) -> list[int]:
    return [int(one) for one in event.payload.get(f"{kind}_ids", ())] or [int(event.document.partition(":")[2])]


def _by_supplier(event: Event, rows: Iterable[Any], *, kind: str) -> Iterator[_Decided]:
    """`rows` are (document id, supplier id, listing id, name, SKU, further facts by name), lowest id first."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(row)
    steps = _steps(event, [f"{kind}:{of_supplier[0][0]}" for of_supplier in found.values()])
    for supplier_id, of_supplier in found.items():
        first = of_supplier[0]
        said = steps.get(f"{kind}:{first[0]}", {})
        terms = {name: value for name, value in first._mapping.items() if name in ("price_fen", "old_price_fen")}
        facts = {**terms, **said, "name": first.name, "sku": first.sku, "count": len(of_supplier)}
        yield _Decided(supplier_id, f"listing:{first[2]}", len(of_supplier), facts)


def _steps(event: Event, references: list[str]) -> dict[str, dict[str, Any]]:
    """What the history says of the decision, without the names of seats and people behind the reviewers' words."""
    query = (
        select(DocumentStep.document, DocumentStep.note, DocumentStep.facts)
        .ext(distinct_on(DocumentStep.document))
        .where(
            DocumentStep.document.in_(references),
            DocumentStep.action == event.name.partition(".")[2],
            DocumentStep.at <= event.happened_at,
        )
        .order_by(DocumentStep.document, DocumentStep.id.desc())
    )
    return {document: _said(note, facts or {}) for document, note, facts in session().execute(query)}


def _said(note: str, facts: dict[str, Any]) -> dict[str, Any]:
    notes = [*(one.get("note", "") for one in facts.get("verdicts", ())), note]
    kept = {name: facts[name] for name in _KEPT if name in facts}
    return {**kept, "notes": [one for one in dict.fromkeys(notes) if one]}


def _tell(event: Event, decided: Iterable[_Decided], *, codes: tuple[str, str]) -> None:
    of_one, of_many = codes
    for one in decided:
        for person in people_with("supplier", organisation_id=one.supplier_id):
            if one.count == 1:
                _write(event, person.id, code=of_one, document=one.reference, facts=one.facts)
            elif not _is_told(event, person.id, code=of_many):
                _write_many(event, person.id, code=of_many, decided=one)


def _is_told(event: Event, user_id: int, *, code: str) -> bool:
    is_in_one = Notice.facts["events"].contains([event.id])
    query = select(Notice.id).where(Notice.user_id == user_id, Notice.code == code, is_in_one)
    return session().scalar(query.limit(1)) is not None


def _write_many(event: Event, user_id: int, *, code: str, decided: _Decided) -> None:
    """A file is decided piece by piece: what nobody has read yet is counted on instead of being said again."""
    unread = session().scalar(
        select(Notice)
        .where(Notice.user_id == user_id, Notice.code == code, Notice.read_at.is_(None), Notice.event_id < event.id)
        .order_by(Notice.id.desc())
        .limit(1)
        .with_for_update()
    )
    if unread is None:
        state = "" if code.startswith("change") else _STATES[event.name]
        facts = {**decided.facts, "events": [event.id]}
        _write(event, user_id, code=code, document=f"listings:{state}", facts=facts)
        return
    unread.facts = {
        **unread.facts,
        "count": unread.facts["count"] + decided.count,
        "events": [*unread.facts["events"], event.id],
    }
    unread.event_id, unread.at = event.id, event.happened_at


#: where the supplier finds the goods of a set
_STATES = {
    "listing.approve": "on_shelf",
    "listing.reject": "rejected",
    "listing.refuse": "rejected",
    "listing.intercept": "intercepted",
    "listing.freeze": "frozen",
    "listing.delist": "delisted",
}


def _write(event: Event, user_id: int, *, code: str, document: str, facts: dict[str, Any]) -> None:
    session().execute(
        insert(Notice)
        .values(
            user_id=user_id,
            event_id=event.id,
            code=code,
            document=document,
            facts=plain(facts),
            at=event.happened_at,
        )
        .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
    )


def _clear(references: list[str], *, event: Event) -> None:
    """The goods have moved on: what was said of them before is no longer waiting."""
    wanted = bindparam("references", references, type_=ARRAY(Text))
    session().execute(
        update(Notice)
        .where(Notice.document == any_(wanted), Notice.read_at.is_(None), Notice.event_id < event.id)
        .values(read_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
