"""Holds as regulators handle them: proposed in a case, approved by a second one, lifted by two again.

These steps write only the paper. What they say is done to orders and listings by the system, which hears of it
(supervision.cases.apply_holds_subscriber), through the mall's own use-cases.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.access.predicates import regulates
from mall.catalogue.listing import Listing
from mall.database import atomic, session
from mall.documents.advance import advance, enter
from mall.documents.document_action import Body, Nothing, WithReason, body_in_shape, document_action
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.ordering.order_action import require_reason
from mall.ordering.order_states import ENDED
from mall.ordering.visible_orders import visible_order
from mall.regions.regional_rule import rule
from mall.suppliers.supplier import Supplier
from supervision.cases.visible_cases import visible_case, visible_hold
from supervision.cases.watch_case import WatchCase
from supervision.cases.watch_case_states import MAY_HOLD
from supervision.cases.watch_hold import WatchHold
from supervision.cases.watch_hold_states import WATCH_HOLD_STATES

HOLD_RULE = "watch.hold_days"


@dataclass(frozen=True)
class Subject:
    """What is to be held: an order with some of its lines (none: all), the payment of lines, or a listing."""

    kind: str
    order_number: str = ""
    line_nos: tuple[int, ...] = ()
    listing_id: int | None = None


@atomic
def propose_hold(
    *, actor: Actor, number: str, subject: Subject, reason: str, until: date, request_key: str | None = None
) -> WatchHold:
    """Propose a hold in the case `number`, which the actor works on and in which the parties have been asked.

    Raises Refusal "case.unknown", "access.denied", "hold.ask_first", "hold.case_over", "hold.not_of_case",
    "hold.lines_needed", "hold.until_outside" (facts: earliest, latest), "order.unknown", "order.unknown_line",
    "order.reason_needed", "state.not_possible".
    """
    body = {"number": number, "subject": asdict(subject), "reason": reason, "until": until}
    claimed = claim(actor=actor, action="watch_hold.propose", request_key=request_key, body=body)
    case = visible_case(actor, number, lock=not claimed.replayed)
    if claimed.replayed:
        return visible_hold(actor, str(claimed.answer))
    authorize(actor, "watch_case.work", case)
    require_open(case)
    reason = require_reason(reason)
    _require_date(case, until)
    region_code, name, line_nos = (_listing if subject.kind == "listing" else _order)(actor, case, subject)
    hold = WatchHold(
        number=next_number("watch_hold", region_code=case.region_code, year=clock.today().year),
        state=WATCH_HOLD_STATES.first,
        case_id=case.id,
        case_number=case.number,
        kind=subject.kind,
        region_code=region_code,
        desk_region_code=case.desk_region_code,
        order_number="" if subject.kind == "listing" else subject.order_number,
        line_nos=line_nos,
        listing_id=subject.listing_id if subject.kind == "listing" else None,
        subject_name=name,
        reason=reason,
        until=until,
        proposer_id=actor.user_id,
        proposed_at=clock.now(),
    )
    session().add(hold)
    session().flush()
    facts = {"case": case.number, "kind": hold.kind, "until": until, "lines": line_nos}
    enter(hold, "propose", actor, permission="watch_hold.propose", is_new=True, note=reason, facts=facts)
    settle(claimed, hold.number)
    return hold


_hold_action = functools.partial(document_action, kind="watch_hold", visible=visible_hold)


@_hold_action("approve")
def approve_hold(hold: WatchHold, *, actor: Actor) -> None:
    """The second regulator agrees; the system puts it in force. Raises Refusal "hold.proposer_decides",
    "hold.case_over", "hold.until_outside"."""
    _require_another(hold, "approve", actor)
    case = _case_of(hold)
    require_open(case)
    _require_date(case, hold.until)
    hold.approver_id = actor.user_id
    advance(hold, "approve", actor, facts={"case": hold.case_number})


@_hold_action("reject")
def reject_hold(hold: WatchHold, *, actor: Actor, reason: str) -> None:
    """The second regulator does not agree. Raises Refusal "hold.proposer_decides", "order.reason_needed"."""
    _require_another(hold, "reject", actor)
    advance(hold, "reject", actor, note=require_reason(reason))


@_hold_action("withdraw")
def withdraw_hold(hold: WatchHold, *, actor: Actor) -> None:
    """Take the proposal back."""
    advance(hold, "withdraw", actor)


@_hold_action("propose_lift")
def propose_lift(hold: WatchHold, *, actor: Actor, reason: str) -> None:
    """Propose to let it go before its day. Raises Refusal("order.reason_needed")."""
    step = hold.states.step("propose_lift", hold.state)
    authorize(actor, step.permission, hold)
    hold.lift_reason, hold.lift_proposer_id, hold.lift_approver_id = require_reason(reason), actor.user_id, None
    advance(hold, "propose_lift", actor, note=hold.lift_reason)


@_hold_action("lift")
def lift_hold(hold: WatchHold, *, actor: Actor) -> None:
    """The second regulator agrees to let it go; the system ends it. Raises Refusal("hold.proposer_decides")."""
    _require_another(hold, "lift", actor)
    hold.lift_approver_id = actor.user_id
    advance(hold, "lift", actor, note=hold.lift_reason)


@_hold_action("keep")
def keep_hold(hold: WatchHold, *, actor: Actor, reason: str) -> None:
    """The second regulator does not agree: it stays. Raises Refusal "hold.proposer_decides", "order.reason_needed"."""
    _require_another(hold, "keep", actor)
    advance(hold, "keep", actor, note=require_reason(reason))


@dataclass(frozen=True)
class HoldAction:
    """One action of the state table that people take."""

    name: str
    body: type[Body]
    use_case: Callable[..., WatchHold]


ACTIONS: dict[str, HoldAction] = {
    action.name: action
    for action in (
        HoldAction("approve", Nothing, approve_hold),
        HoldAction("reject", WithReason, reject_hold),
        HoldAction("withdraw", Nothing, withdraw_hold),
        HoldAction("propose_lift", WithReason, propose_lift),
        HoldAction("lift", Nothing, lift_hold),
        HoldAction("keep", WithReason, keep_hold),
    )
}


def perform(
    action: str, *, actor: Actor, number: str, body: dict[str, Any] | None = None, request_key: str | None = None
) -> WatchHold:
    """Take an action. Raises Refusal "hold.unknown_action", "request.invalid" and those of the use-case."""
    found = ACTIONS.get(action)
    if found is None:
        raise Refusal("hold.unknown_action", action=action[:60])
    given = body_in_shape(found.body, body)
    return found.use_case(actor=actor, number=number, request_key=request_key, **given.model_dump())


def possible(hold: WatchHold, actor: Actor) -> list[str]:
    """The actions that this actor may take on this hold now."""
    permitted = {step.action for step in hold.states.steps_from(hold.state) if may(actor, step.permission, hold)}
    return [name for name in ACTIONS if name in permitted]


def require_open(case: WatchCase) -> None:
    """Only while the case runs and its party can answer. Raises Refusal "hold.ask_first", "hold.case_over"."""
    if case.state in ("found", "assigned"):
        raise Refusal("hold.ask_first", number=case.number)
    if case.state not in MAY_HOLD:
        raise Refusal("hold.case_over", number=case.number)


def _case_of(hold: WatchHold) -> WatchCase:
    return session().get_one(WatchCase, hold.case_id, populate_existing=True)


def _require_another(hold: WatchHold, action: str, actor: Actor) -> None:
    step = hold.states.step(action, hold.state)
    if regulates(actor, hold) and actor.user_id in hold.maker_ids:
        raise Refusal("hold.proposer_decides", number=hold.number)
    authorize(actor, step.permission, hold)


def _require_date(case: WatchCase, until: date) -> None:
    days = rule(HOLD_RULE, region_code=case.region_code, on=clock.today()).value
    earliest, latest = clock.today(), clock.today() + timedelta(days=days)
    if not earliest <= until <= latest:
        raise Refusal("hold.until_outside", earliest=earliest, latest=latest)


def _order(actor: Actor, case: WatchCase, subject: Subject) -> tuple[int, str, list[int]]:
    """(region, what it is called, line numbers) of an order that the case is about."""
    order = visible_order(actor, subject.order_number)
    parties = ((case.unit_id, order.unit_id), (case.supplier_id, order.supplier_id))
    if any(own is not None and own != other for own, other in parties):
        raise Refusal("hold.not_of_case", number=case.number)
    if order.state in ENDED:
        raise Refusal("state.not_possible", action="hold", state=order.state, kind="order")
    known = {line.line_no for line in order.lines}
    for line_no in subject.line_nos:
        if line_no not in known:
            raise Refusal("order.unknown_line", line_no=line_no)
    if subject.kind == "payment" and not subject.line_nos:
        raise Refusal("hold.lines_needed", number=order.number)
    return order.region_code, order.number, sorted(set(subject.line_nos))


def _listing(actor: Actor, case: WatchCase, subject: Subject) -> tuple[int, str, list[int]]:
    """(region of its supplier, what it is called, no lines) of a listing of the supplier that was asked."""
    listing_id = subject.listing_id or 0
    listing = session().get(Listing, listing_id) if 0 < listing_id < 2**63 else None
    if listing is None or listing.supplier_id != case.supplier_id:
        raise Refusal("hold.not_of_case", number=case.number)
    if "supplier" not in case.asked:
        raise Refusal("hold.ask_first", number=case.number)
    if listing.state not in ("on_shelf", "off_shelf"):
        raise Refusal("state.not_possible", action="freeze", state=listing.state, kind="listing")
    return session().get_one(Supplier, listing.supplier_id).region_code, listing.name, []
