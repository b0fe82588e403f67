"""Drawing up a manual journal and deciding it: what it may move is told before anybody has to approve it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from ledger.budget_lines import BudgetLine, find_lines
from ledger.chart_of_accounts import Account
from ledger.errors import MalformedPosting
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.access.predicates import in_buying_unit
from mall.assets.asset_card import AssetCard
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.journal import GIVEN_TO, TAKEN_FROM, Journal, reversal_of, visible_journal
from mall.ordering.order import Order
from mall.ordering.order_action import require_reason
from mall.ordering.visible_orders import visible_to as visible_orders
from mall.outbox.event import publish

UseCase = Callable[..., Journal]


@dataclass(frozen=True)
class Cost:
    """What stands in one cost account of one document on one line; `free_fen` is what a journal may take from it."""

    line: BudgetLine
    account: str
    amount_fen: int
    free_fen: int


@atomic
def draw_up_journal(
    *,
    actor: Actor,
    order_number: str,
    budget_line_id: int,
    debit: str,
    credit: str,
    amount_fen: int,
    reason: str,
    request_key: str | None = None,
) -> Journal:
    """Ask for costs of an order to be moved from the account `credit` to `debit`, dated the day of its approval.

    Raises Refusal "order.unknown", "access.denied" for a foreign unit, "journal.other_year", "journal.bad_accounts",
    "journal.not_enough" (nothing or too little stands there, or an asset card waits for it), "order.reason_needed".
    """
    given = {"order": order_number, "line": budget_line_id, "debit": debit, "credit": credit, "amount_fen": amount_fen}
    claimed = claim(
        actor=actor, action="journal.draw_up", request_key=request_key, body={**given, "reason": reason.strip()}
    )
    if claimed.replayed:
        return visible_journal(actor, claimed.answer["number"])
    order = order_for(actor, order_number)
    if debit == credit or debit not in GIVEN_TO or credit not in TAKEN_FROM:
        raise Refusal("journal.bad_accounts")
    cost = _cost(order, budget_line_id=budget_line_id, account=credit, amount_fen=amount_fen)
    if cost.line.year != clock.today().year:
        raise Refusal("journal.other_year", year=cost.line.year, this_year=clock.today().year)
    facts = {"debit": debit, "credit": credit, "amount_fen": amount_fen, "reason": require_reason(reason)}
    journal = _enter(actor, order, kind="reclassify", budget_line_id=budget_line_id, **facts)
    settle(claimed, {"number": journal.number, "state": journal.state})
    return journal


@atomic
def draw_up_reversal(*, actor: Actor, number: str, reason: str, request_key: str | None = None) -> Journal:
    """Ask for an approved journal to be undone, once, dated the day of the approval.

    Raises Refusal "journal.unknown", "journal.not_reversible", "journal.already_reversed", "journal.other_year".
    """
    body = {"number": number, "reason": reason.strip()}
    claimed = claim(actor=actor, action="journal.draw_up_reversal", request_key=request_key, body=body)
    if claimed.replayed:
        return visible_journal(actor, claimed.answer["number"])
    original = visible_journal(actor, number, lock=True)
    authorize(actor, "journal.draw_up", original)
    if original.state != "approved" or original.kind != "reclassify":
        raise Refusal("journal.not_reversible", number=number)
    if original.year != clock.today().year:
        raise Refusal("journal.other_year", year=original.year, this_year=clock.today().year)
    if reversal_of(original) is not None:
        raise Refusal("journal.already_reversed", number=number)
    order = order_for(actor, original.order_number)
    journal = _enter(
        actor, order, kind="reversal", budget_line_id=original.budget_line_id, debit=original.credit,
        credit=original.debit, amount_fen=original.amount_fen, reason=require_reason(reason), reverses_id=original.id,
    )  # fmt: skip
    settle(claimed, {"number": journal.number, "state": journal.state})
    return journal


def _journal_action(action: str) -> Callable[[Callable[..., None]], UseCase]:
    """Frame a step on a locked journal: one transaction, once per key."""

    def frame(step: Callable[..., None]) -> UseCase:
        @atomic
        @functools.wraps(step)
        def run(*, actor: Actor, number: str, request_key: str | None = None, **facts: Any) -> Journal:
            body = {"number": number, **facts}
            claimed = claim(actor=actor, action=f"journal.{action}", request_key=request_key, body=body)
            journal = visible_journal(actor, number, lock=not claimed.replayed)
            if not claimed.replayed:
                step(journal, actor=actor, **facts)
                settle(claimed, {"number": number, "state": journal.state})
            return journal

        return run

    return frame


@_journal_action("approve")
def approve_journal(journal: Journal, *, actor: Actor, note: str = "") -> None:
    """The unit's finance person approves, and it is posted today. Raises Refusal "journal.maker_approves",
    "journal.other_year", "journal.not_enough" and those of the ledger."""
    journal.states.step("approve", journal.state)
    if in_buying_unit("finance")(actor, journal) and actor.user_id == journal.maker_id:
        raise Refusal("journal.maker_approves", number=journal.number)
    authorize(actor, "journal.approve", journal)
    if journal.year != clock.today().year:
        raise Refusal("journal.other_year", year=journal.year, this_year=clock.today().year)
    facts: dict[str, Any] = {}
    if journal.reverses_id is not None:
        facts["reverses"] = _original(journal.reverses_id)
    else:
        order = session().scalar(select(Order).where(Order.number == journal.order_number).with_for_update())
        if order is None:
            raise Refusal("order.unknown", number=journal.order_number)
        _cost(order, budget_line_id=journal.budget_line_id, account=journal.credit, amount_fen=journal.amount_fen)
    journal.approver_id = actor.user_id
    journal.decided_at = clock.now()
    advance(journal, "approve", actor, note=note.strip(), facts=facts)


@_journal_action("return")
def return_journal(journal: Journal, *, actor: Actor, reason: str) -> None:
    """Refuse it with a reason; the accountant may draw up another one."""
    journal.decided_at = clock.now()
    advance(journal, "return", actor, note=require_reason(reason))


@_journal_action("withdraw")
def withdraw_journal(journal: Journal, *, actor: Actor, note: str = "") -> None:
    """Take it back before it is decided."""
    advance(journal, "withdraw", actor, note=note.strip())


ACTIONS: dict[str, UseCase] = {"approve": approve_journal, "return": return_journal, "withdraw": withdraw_journal}


def possible(journal: Journal, actor: Actor) -> list[str]:
    """The actions that this actor may take on this journal now; "reverse" draws up another one."""
    steps = [step.action for step in journal.states.steps_from(journal.state) if may(actor, step.permission, journal)]
    is_live = journal.state == "approved" and journal.kind == "reclassify" and journal.year == clock.today().year
    if is_live and may(actor, "journal.draw_up", journal) and reversal_of(journal) is None:
        steps.append("reverse")
    return steps


def order_for(actor: Actor, number: str) -> Order:
    """The order whose costs this actor may ask to be moved. Raises Refusal "order.unknown", "access.denied"."""
    asked = number.replace("\x00", "")[:60]
    order = session().scalar(visible_orders(actor, select(Order).where(Order.number == asked)))
    if order is None:
        raise Refusal("order.unknown", number=asked)
    authorize(actor, "journal.draw_up", order)
    return order


def costs_of(order: Order) -> list[Cost]:
    """Where the order's costs stand this year, line by line, as far as a journal may take from them."""
    facts = {"region": order.region_code, "year": clock.today().year, "sub": order.reference, "accounts": _CODES}
    rows = session().execute(_COSTS, facts).all()
    lines = find_lines(session(), {row.line_id for row in rows})
    waiting = dict(
        session()
        .execute(
            select(AssetCard.budget_line_id, func.sum(AssetCard.value_fen))
            .where(AssetCard.order_id == order.id, AssetCard.state == "waiting")
            .group_by(AssetCard.budget_line_id)
        )
        .all()
    )
    found = []
    for row in rows:
        account = Account(row.coa).name.lower()
        # What a card waits for is registered with it, and not moved by hand.
        kept_fen = int(waiting.get(row.line_id, 0)) if account == "accepted_assets" else 0
        found.append(Cost(lines[row.line_id], account, row.amount_fen, max(0, row.amount_fen - kept_fen)))
    return found


def _cost(order: Order, *, budget_line_id: int, account: str, amount_fen: int) -> Cost:
    known = {(cost.line.id, cost.account): cost for cost in costs_of(order)}
    cost = known.get((budget_line_id, account))
    if cost is None or not 0 < amount_fen <= cost.free_fen:
        free_fen = cost.free_fen if cost is not None else 0
        raise Refusal("journal.not_enough", number=order.number, amount_fen=amount_fen, free_fen=free_fen)
    return cost


def _enter(actor: Actor, order: Order, *, kind: str, **facts: Any) -> Journal:
    year = clock.today().year
    journal = Journal(
        number=next_number("journal", region_code=order.region_code, year=year),
        kind=kind,
        state="submitted",
        region_code=order.region_code,
        year=year,
        unit_id=order.unit_id,
        document=order.reference,
        maker_id=actor.user_id or 0,
        created_at=clock.now(),
        **facts,
    )
    session().add(journal)
    session().flush()
    record(actor=actor, action="journal.draw_up", subject=journal.reference, facts={"kind": kind, **facts})
    publish("journal.draw_up", document=journal.reference, payload={"by": actor.user_id})
    return journal


def _original(journal_id: int) -> dict[str, Any]:
    original = session().get(Journal, journal_id)
    if original is None:
        raise MalformedPosting(f"no journal {journal_id}")
    facts = {"region": original.region_code, "year": original.year, "number": original.number}
    return {"number": original.number, "txn_id": session().execute(_TXN_OF, facts).scalar_one()}


_CODES = [int(Account[name.upper()]) for name in TAKEN_FROM]
_COSTS = text(
    "select a.line_id, a.coa, a.balance_fen * a.normal as amount_fen from ledger.account a"
    " join ledger.budget_line l on l.region = a.region and l.year = a.year and l.id = a.line_id"
    " where a.region = :region and a.year = :year and a.sub = :sub and a.coa = any(cast(:accounts as smallint[]))"
    " and a.balance_fen <> 0 order by a.line_id, a.coa"
)
_TXN_OF = text(
    "select id from ledger.txn where region = :region and year = :year and source_type = 'journal'"
    " and source_id = :number and event = 'reclassify'"
)
