"""The hand of the holds: the system puts in force what two regulators agreed on, and ends what is over.

It acts through the mall's own use-cases, and as the system: regulators cannot write to orders and goods themselves.
"""

from __future__ import annotations

import structlog
from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM
from mall.catalogue.hold_listing import freeze_listing
from mall.catalogue.hold_listing import lift_hold as lift_listing_hold
from mall.catalogue.listing_hold import open_hold
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.ordering.order_holds import end_order_hold, place_order_hold
from mall.outbox.event import Event, subscribes
from supervision.cases.visible_cases import visible_hold
from supervision.cases.watch_case import WatchCase
from supervision.cases.watch_case_states import MAY_HOLD
from supervision.cases.watch_hold import WatchHold
from supervision.cases.watch_hold_states import HELD

_log = structlog.get_logger("holds")


@subscribes("watch_hold.approve")
def put_in_force(event: Event) -> None:
    """Hold what was agreed on. A hold that the mall refuses has failed, and says why."""
    hold = visible_hold(SYSTEM, event.document.partition(":")[2], lock=True)
    if hold.state != "approved":
        return
    case = session().get_one(WatchCase, hold.case_id, populate_existing=True)
    if case.state not in MAY_HOLD or hold.until < clock.today():
        advance(hold, "lapse", SYSTEM, facts={"case": case.number})
        return
    try:
        _hold(hold, case)
    except Refusal as refusal:
        _log.info("hold.refused", hold=hold.number, code=refusal.code)
        hold.failure = refusal.code
        hold.ended_at = clock.now()
        advance(hold, "fail", SYSTEM, facts={"code": refusal.code})
        return
    hold.in_force_at = clock.now()
    advance(hold, "take_effect", SYSTEM, note=hold.reason, facts={"case": case.number, "until": hold.until})


@subscribes("watch_hold.lift")
def let_go(event: Event) -> None:
    """Two regulators agreed to let it go."""
    hold = visible_hold(SYSTEM, event.document.partition(":")[2], lock=True)
    if hold.state == "lifting":
        _end(hold, note=hold.lift_reason)


@subscribes("watch_case.dismiss", "watch_case.overturn", "watch_case.close")
def let_go_with_the_case(event: Event) -> None:
    """A case that is over holds nothing, and nothing is put in force for it any more."""
    number = event.document.partition(":")[2]
    query = select(WatchHold).where(
        WatchHold.case_number == number, WatchHold.state.in_((*HELD, "proposed", "approved"))
    )
    for hold in session().scalars(query.order_by(WatchHold.id).with_for_update()).all():
        if hold.state in HELD:
            _end(hold, note="")
        else:
            advance(hold, "lapse", SYSTEM, facts={"case": number})


def end_due_holds(*, limit: int = 200) -> int:
    """End what has had its last day, and what was proposed and never approved by then. Returns how many."""
    due = (WatchHold.state.in_((*HELD, "proposed")), WatchHold.until < clock.today())
    numbers = list(session().scalars(select(WatchHold.number).where(*due).order_by(WatchHold.id).limit(limit)))
    return sum(_end_due(number=number) for number in numbers)


@atomic
def _end_due(*, number: str) -> int:
    hold = visible_hold(SYSTEM, number, lock=True)
    if hold.until >= clock.today() or hold.state not in (*HELD, "proposed"):
        return 0
    if hold.state == "proposed":
        advance(hold, "lapse", SYSTEM, facts={"until": hold.until})
    else:
        _end(hold, note="")
    return 1


def _hold(hold: WatchHold, case: WatchCase) -> None:
    if hold.listing_id is not None:
        freeze_listing(
            actor=SYSTEM, listing_id=hold.listing_id, reason=hold.reason, until=hold.until, case_number=case.number
        )
        return
    place_order_hold(
        actor=SYSTEM,
        number=hold.number,
        order_number=hold.order_number,
        scope=hold.kind,
        line_nos=hold.line_nos,
        reason=hold.reason,
        until=hold.until,
        case_number=case.number,
        answered_by=case.asked_parties,
    )


def _end(hold: WatchHold, *, note: str) -> None:
    hold.ended_at = clock.now()
    advance(hold, "end", SYSTEM, note=note, facts={"until": hold.until})
    if hold.listing_id is None:
        end_order_hold(actor=SYSTEM, number=hold.number, note=note)
        return
    there = open_hold(hold.listing_id)
    # After its last day the mall lifts it by itself, and meanwhile others may have held it for reasons of their own.
    if there is not None and there.case_number == hold.case_number:
        lift_listing_hold(actor=SYSTEM, listing_id=hold.listing_id, reason=note)
