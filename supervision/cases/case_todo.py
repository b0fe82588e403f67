"""What of cases and holds waits for the reader, on the start page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.database import session
from mall.desk.desk_panels import DeskPanel
from supervision.cases.case_actions import possible
from supervision.cases.case_queue import case_queue, cases_about, cases_in_hand
from supervision.cases.hold_steps import possible as possible_on_hold
from supervision.cases.visible_cases import sides_of, visible_cases, visible_holds
from supervision.cases.watch_case import WatchCase
from supervision.cases.watch_hold import WatchHold
from supervision.cases.watch_hold_states import WAITING

SHOWN = 6
#: the states in which the regulator who works on a case has something to do
_OWN_TURN = ("assigned", "explained", "unanswered", "confirmed", "rectified", "verified")


@dataclass(frozen=True)
class CaseTodo:
    """One case that waits for the reader, and the deed that is hers."""

    case: WatchCase
    action: str
    due_at: datetime | None


def cases_on_desk(actor: Actor) -> DeskPanel | None:
    """For regulators their queue, their own cases, appeals and holds; for parties what they are to answer."""
    if actor.has_role("regulator"):
        return _for_regulator(actor)
    if not may(actor, "watch_case.list_own"):
        return None
    todo = [
        CaseTodo(case, "explain" if case.state in ("asked", "unanswered") else "rectify", case.due_at)
        for case in cases_about(actor)
        if _owes(case, actor)
    ]
    if not todo:
        return None
    return DeskPanel(template="watch_cases/_desk.html", facts={"todo": todo[:SHOWN], "count": len(todo), "own": True})


def holds_waiting(actor: Actor) -> list[WatchHold]:
    """Proposals about holds that this regulator may decide, the oldest first."""
    query = visible_holds(actor, select(WatchHold).where(WatchHold.state.in_(WAITING))).order_by(WatchHold.id)
    decisions = {"approve", "lift"}
    return [hold for hold in session().scalars(query) if decisions & set(possible_on_hold(hold, actor))]


def appeals_waiting(actor: Actor) -> list[WatchCase]:
    """Appeals that this regulator may hear, the oldest first."""
    query = visible_cases(actor, select(WatchCase).where(WatchCase.state == "appealed")).order_by(WatchCase.appealed_at)
    return [case for case in session().scalars(query) if may(actor, "watch_case.decide_appeal", case)]


def next_deed(case: WatchCase, actor: Actor) -> str:
    """The deed that leads on, of those the reader may take; empty for none."""
    return next((action for action in possible(case, actor) if action not in ("assign", "take_over")), "")


def _for_regulator(actor: Actor) -> DeskPanel:
    mine = [case for case in cases_in_hand(actor) if case.state in _OWN_TURN]
    todo = [CaseTodo(case, next_deed(case, actor), case.due_at) for case in mine]
    todo += [CaseTodo(case, "uphold", None) for case in appeals_waiting(actor)]
    facts = {
        "todo": todo[:SHOWN],
        "count": len(todo),
        "own": False,
        "queues": case_queue(actor, clock.today()),
        "holds": holds_waiting(actor),
    }
    return DeskPanel(template="watch_cases/_desk.html", facts=facts)


def _owes(case: WatchCase, actor: Actor) -> bool:
    if case.state in ("asked", "unanswered"):
        return bool(set(sides_of(actor, case)) & set(case.awaited))
    return case.state == "rectifying"
