"""A reviewer judges listings and changes; when every seat has spoken, what was judged is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.catalogue.ask_changes import Terms
from mall.catalogue.check_submitted import put_on_shelf, reviewers_asked
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import ListingChange
from mall.catalogue.listing_change_states import LISTING_CHANGE_STATES
from mall.catalogue.listing_states import LISTING_STATES
from mall.catalogue.listing_verdict import SEATS, VERDICTS, ListingVerdict, close_verdicts, open_verdicts
from mall.catalogue.reject_reasons import REJECT_REASONS
from mall.catalogue.set_terms import set_terms
from mall.database import atomic, session
from mall.documents.advance_many import advance_many
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.suppliers.supplier import Supplier

DOCUMENTS_MAX = 500
_UNDER_REVIEW = {"listing": "checked", "listing_change": "waiting"}

#: what is judged, by its reference
Judged = Mapping[str, Listing | ListingChange]


@atomic
def give_verdicts(
    *,
    actor: Actor,
    documents: Sequence[str],
    verdict: str,
    reasons: Sequence[str] = (),
    note: str = "",
    request_key: str | None = None,
) -> dict[str, int]:
    """Say the same of all these documents, "listing:7" or "listing_change:9"; at most 500.

    Returns {"given", "skipped", "approved", "rejected"}. Skipped is what is not under review any more, and what this
    seat has judged already. Raises Refusal "access.denied", "review.bad_documents", "review.bad_verdict",
    "review.reason_needed", and "review.nothing_waits" when every one would be skipped.
    """
    body = {"documents": list(documents), "verdict": verdict, "reasons": list(reasons), "note": note}
    claimed = claim(actor=actor, action="listing.verdict", request_key=request_key, body=body)
    authorize(actor, "listing.review")
    if claimed.replayed:
        return dict(claimed.answer)
    _require_sound(verdict, reasons=reasons, note=note)
    judged = _open_to(actor, _locked(documents))
    if not judged:
        raise Refusal("review.nothing_waits")
    for document in judged.values():
        authorize(actor, "listing.review", document)
    _write(judged, actor=actor, verdict=verdict, reasons=reasons, note=note.strip())
    record(actor=actor, action="listing.verdict", subject="listings", facts={**body, "documents": list(judged)})
    approved, rejected = _decide(judged, actor=actor)
    counts = {"given": len(judged), "skipped": len(set(documents)) - len(judged)}
    return dict(settle(claimed, {**counts, "approved": approved, "rejected": rejected}))


def seat_of(actor: Actor) -> str | None:
    """The seat this person fills in a review."""
    return next((seat for role, seat in SEATS.items() if actor.has_role(role)), None)


def _require_sound(verdict: str, *, reasons: Sequence[str], note: str) -> None:
    if verdict not in VERDICTS or (verdict == "pass" and reasons):
        raise Refusal("review.bad_verdict")
    if not set(reasons) <= set(REJECT_REASONS) or len(note) > 500:
        raise Refusal("review.bad_verdict")
    if verdict == "reject" and (not reasons or ("other" in reasons and len(note.strip()) < 2)):
        raise Refusal("review.reason_needed")


def _locked(documents: Sequence[str]) -> dict[str, Listing | ListingChange]:
    """What is still under review, locked: listings first and lowest id first, as everybody locks them."""
    ids = _ids(documents)
    changed = select(ListingChange.listing_id).where(ListingChange.id.in_(ids["listing_change"]))
    listings = session().scalars(
        select(Listing)
        .where(Listing.id.in_(ids["listing"]) | Listing.id.in_(changed))
        .order_by(Listing.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    wanted = set(ids["listing"])
    found: dict[str, Listing | ListingChange] = {one.reference: one for one in listings if one.id in wanted}
    changes = session().scalars(
        select(ListingChange)
        .where(ListingChange.id.in_(ids["listing_change"]))
        .order_by(ListingChange.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found |= {change.reference: change for change in changes}
    return {name: one for name, one in found.items() if one.state == _UNDER_REVIEW[one.states.document]}


def _ids(documents: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {kind: [] for kind in _UNDER_REVIEW}
    if not 0 < len(documents) <= DOCUMENTS_MAX:
        raise Refusal("review.bad_documents", most=DOCUMENTS_MAX)
    for document in documents:
        kind, _, key = document.partition(":")
        if kind not in found or not (key.isascii() and key.isdigit() and len(key) <= 18):
            raise Refusal("review.bad_documents", most=DOCUMENTS_MAX)
        found[kind].append(int(key))
    return found


def _open_to(actor: Actor, locked: dict[str, Listing | ListingChange]) -> dict[str, Listing | ListingChange]:
    """Without what this seat, or this person, has judged already."""
    seat = seat_of(actor)
    given = open_verdicts(list(locked))
    return {
        name: one
        for name, one in locked.items()
        if all(each.seat != seat and each.user_id != actor.user_id for each in given.get(name, []))
    }


def _write(judged: Judged, *, actor: Actor, verdict: str, reasons: Sequence[str], note: str) -> None:
    rows = [
        {
            "document": name,
            "listing_id": one.id if isinstance(one, Listing) else one.listing_id,
            "seat": seat_of(actor),
            "user_id": actor.user_id,
            "verdict": verdict,
            "reasons": [reason for reason in REJECT_REASONS if reason in reasons],
            "note": note,
            "given_at": clock.now(),
        }
        for name, one in judged.items()
    ]
    if rows:
        session().execute(insert(ListingVerdict), rows)


def _decide(judged: Judged, *, actor: Actor) -> tuple[int, int]:
    """Approve or reject what every seat has judged. Returns (approved, rejected)."""
    given = open_verdicts(list(judged))
    seats = _seats_asked(judged)
    complete = {name: given[name] for name in judged if seats[name] <= {each.seat for each in given[name]}}
    passed = [name for name, verdicts in complete.items() if all(each.verdict == "pass" for each in verdicts)]
    failed = [name for name in complete if name not in set(passed)]
    facts = {name: _facts(verdicts) for name, verdicts in complete.items()}
    _approve([judged[name] for name in passed], facts=facts, actor=actor)
    _advance([judged[name] for name in failed], "reject", facts=facts, actor=actor)
    close_verdicts(list(complete))
    return len(passed), len(failed)


def _seats_asked(judged: Judged) -> dict[str, set[str]]:
    suppliers = {one.supplier_id for one in judged.values()}
    regions = dict(session().execute(select(Supplier.id, Supplier.region_code).where(Supplier.id.in_(suppliers))).all())
    # Where nobody is asked any more, one verdict decides what came under review before.
    people = {supplier: max(1, reviewers_asked(region_code=region_code)) for supplier, region_code in regions.items()}
    seats = tuple(SEATS.values())
    return {name: set(seats[: people[one.supplier_id]]) for name, one in judged.items()}


def _facts(verdicts: Sequence[ListingVerdict]) -> dict[str, Any]:
    """What the history keeps, now that both may know."""
    reasons = {reason for each in verdicts for reason in each.reasons}
    return {
        "reasons": [reason for reason in REJECT_REASONS if reason in reasons],
        "verdicts": [
            {"seat": each.seat, "user_id": each.user_id, "verdict": each.verdict, "note": each.note}
            for each in verdicts
        ],
    }


def _approve(passed: Sequence[Listing | ListingChange], *, facts: Mapping[str, Any], actor: Actor) -> None:
    _advance(passed, "approve", facts=facts, actor=actor)
    put_on_shelf([one.id for one in passed if isinstance(one, Listing)])
    for change in passed:
        if isinstance(change, ListingChange):
            terms = Terms(change.price_fen, change.unit, change.pack_size, change.pack_text)
            listing = session().get_one(Listing, change.listing_id)
            set_terms(listing, terms, actor=actor, reason=change.reason)


def _advance(
    documents: Sequence[Listing | ListingChange], action: str, *, facts: Mapping[str, Any], actor: Actor
) -> None:
    for table, states in ((Listing, LISTING_STATES), (ListingChange, LISTING_CHANGE_STATES)):
        of_kind = {one.id: one for one in documents if isinstance(one, table)}
        advance_many(
            table,
            states,
            list(of_kind),
            action,
            actor,
            before=_UNDER_REVIEW[states.document],
            facts={one_id: facts[one.reference] for one_id, one in of_kind.items()},
        )
