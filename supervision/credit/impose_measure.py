"""Imposing a measure out of a confirmed case: one regulator proposes it, another one of the region decides."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.place import Place
from mall.catalogue.listing import Listing
from mall.database import atomic, session
from mall.documents.advance import advance, enter
from mall.documents.document_action import document_action
from mall.documents.history import DocumentStep
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.people.organisation import Organisation, organisation
from mall.regions.regional_rule import rule
from supervision.credit.measure import KINDS, Measure, visible_measure
from supervision.credit.measure_states import MEASURE_STATES

POINTS_RULE, DAYS_RULE, HOLD_RULE = "measure.points_most", "measure.days_most", "listing.hold_days"
REASON_MAX = 500
#: the steps of a case that say whether it stands; the latest of them counts
_STANDS, _FALLS = ("confirm", "uphold"), ("dismiss", "overturn")


@dataclass(frozen=True)
class WantedMeasure:
    """What is to be imposed. `until` is its last day; `listing_id` only for a listing that is to be frozen."""

    case_number: str
    kind: str
    points: int
    until: date
    reason: str
    supplier_id: int | None = None
    unit_id: int | None = None
    listing_id: int | None = None


@atomic
def impose_measure(*, actor: Actor, wanted: WantedMeasure, request_key: str | None = None) -> Measure:
    """Propose it; it does nothing until a second regulator approves.

    Raises Refusal "access.denied", "measure.bad_party", "measure.case_needed", "measure.bad_kind",
    "measure.bad_points", "measure.bad_date" (facts: earliest, latest), "order.reason_needed".
    """
    claimed = claim(actor=actor, action="measure.propose", request_key=request_key, body=vars(wanted))
    authorize(actor, "measure.propose")
    if claimed.replayed:
        return visible_measure(actor, str(claimed.answer))
    party = _party(wanted)
    authorize(actor, "measure.propose", Place(party.region_code))
    require_confirmed(wanted.case_number)
    _require_kind(wanted, party)
    _require_points(wanted, party)
    _require_date(wanted, party)
    if not 2 <= len(wanted.reason.strip()) <= REASON_MAX:
        raise Refusal("order.reason_needed")
    measure = Measure(
        number=next_number("measure", region_code=party.region_code, year=clock.today().year),
        region_code=party.region_code,
        case_number=wanted.case_number,
        supplier_id=wanted.supplier_id,
        unit_id=wanted.unit_id,
        listing_id=wanted.listing_id,
        kind=wanted.kind,
        points=wanted.points,
        until=wanted.until,
        reason=wanted.reason.strip(),
        state=MEASURE_STATES.first,
        maker_id=actor.user_id or 0,
        proposed_at=clock.now(),
    )
    session().add(measure)
    session().flush()
    enter(measure, "propose", actor, permission="measure.propose", is_new=True, note=measure.reason, facts=vars(wanted))
    settle(claimed, measure.number)
    return measure


_measure_action = functools.partial(document_action, kind="measure", visible=visible_measure)


@_measure_action("approve")
def approve_measure(measure: Measure, *, actor: Actor, note: str = "") -> None:
    """Let it take effect; the system carries it out. Raises Refusal "measure.case_needed", "measure.over"."""
    measure.states.step("approve", measure.state)
    authorize(actor, "measure.decide", measure)
    require_confirmed(measure.case_number)
    if measure.until < clock.today():
        raise Refusal("measure.over", until=measure.until)
    _decided(measure, actor)
    advance(measure, "approve", actor, note=note)


@_measure_action("reject")
def reject_measure(measure: Measure, *, actor: Actor, note: str) -> None:
    """Let it not be. Raises Refusal("order.reason_needed")."""
    _require_note(note)
    measure.states.step("reject", measure.state)
    authorize(actor, "measure.decide", measure)
    _decided(measure, actor)
    advance(measure, "reject", actor, note=note.strip())


@_measure_action("withdraw")
def withdraw_measure(measure: Measure, *, actor: Actor, note: str = "") -> None:
    """Take the proposal back."""
    advance(measure, "withdraw", actor, note=note)


@_measure_action("annul")
def annul_measure(measure: Measure, *, actor: Actor, note: str) -> None:
    """Undo it as if it had never been: what it stopped goes on, its points count no more. Another person than who
    proposed it. Raises Refusal("order.reason_needed")."""
    _require_note(note)
    advance(measure, "annul", actor, note=note.strip())
    measure.ended_on = clock.today()


ACTIONS = {
    "approve": approve_measure,
    "reject": reject_measure,
    "withdraw": withdraw_measure,
    "annul": annul_measure,
}


def perform(action: str, *, actor: Actor, number: str, note: str = "", request_key: str | None = None) -> Measure:
    """Take an action. Raises Refusal "measure.unknown_action" and those of the use-case."""
    use_case = ACTIONS.get(action)
    if use_case is None:
        raise Refusal("measure.unknown_action", action=action[:60])
    return use_case(actor=actor, number=number, note=note[:REASON_MAX], request_key=request_key)


def require_confirmed(case_number: str) -> None:
    """The case has been confirmed, and that stands. Raises Refusal("measure.case_needed")."""
    if "\x00" in case_number or not 0 < len(case_number) <= 60:
        raise Refusal("measure.case_needed", case=case_number[:60].replace("\x00", ""))
    latest = session().scalar(
        select(DocumentStep.action)
        .where(DocumentStep.document == f"watch_case:{case_number}", DocumentStep.action.in_(_STANDS + _FALLS))
        .order_by(DocumentStep.id.desc())
        .limit(1)
    )
    if latest not in _STANDS:
        raise Refusal("measure.case_needed", case=case_number)


def _party(wanted: WantedMeasure) -> Organisation:
    given = [one for one in (wanted.supplier_id, wanted.unit_id) if one is not None]
    party = organisation(given[0]) if len(given) == 1 else None
    kind = "supplier" if wanted.supplier_id is not None else "unit"
    if party is None or party.kind != kind:
        raise Refusal("measure.bad_party")
    return party


def _require_kind(wanted: WantedMeasure, party: Organisation) -> None:
    if wanted.kind not in KINDS or (party.kind == "unit" and wanted.kind != "points"):
        raise Refusal("measure.bad_kind")
    if (wanted.kind == "listing_freeze") != (wanted.listing_id is not None):
        raise Refusal("measure.bad_kind")
    if wanted.listing_id is not None:
        known = session().scalar(
            select(Listing.id).where(Listing.id == wanted.listing_id, Listing.supplier_id == party.id)
        )
        if known is None:
            raise Refusal("measure.bad_kind")


def _require_points(wanted: WantedMeasure, party: Organisation) -> None:
    most = rule(POINTS_RULE, region_code=party.region_code, on=clock.today()).value
    least = 1 if wanted.kind == "points" else 0
    if not least <= wanted.points <= most:
        raise Refusal("measure.bad_points", least=least, most=most)


def _require_date(wanted: WantedMeasure, party: Organisation) -> None:
    code = HOLD_RULE if wanted.kind == "listing_freeze" else DAYS_RULE
    days = rule(code, region_code=party.region_code, on=clock.today()).value
    earliest, latest = clock.today() + timedelta(days=1), clock.today() + timedelta(days=days)
    if not earliest <= wanted.until <= latest:
        raise Refusal("measure.bad_date", earliest=earliest, latest=latest)


def _require_note(note: str) -> None:
    if len(note.strip()) < 2:
        raise Refusal("order.reason_needed")


def _decided(measure: Measure, actor: Actor) -> None:
    measure.decider_id, measure.decided_at = actor.user_id, clock.now()
