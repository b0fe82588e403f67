"""To-do lists: which orders wait for this person, until when, and what happens if nothing is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from mall.access.actor import Actor
from mall.assets.asset_card import AssetCard
from mall.contracts.contract import Contract, Signature
from mall.database import session
from mall.finance.invoice import Invoice
from mall.finance.payment_request import PaymentRequest
from mall.finance.refund_claim import RefundClaim
from mall.finance.settlement import RECKONED, SETTLING
from mall.finance.settlement_change import SettlementChange
from mall.ordering.deadlines import ASSET_CONSEQUENCE, asset_term_ends_at, consequence
from mall.ordering.order import Order, load_lines
from mall.ordering.order_actions import possible
from mall.ordering.visible_orders import visible_to

#: the papers of a settlement that wait for the supplier, whatever state the order is in
ANSWERS = ("agree_change", "agree_refund", "credit_note")
DISPUTABLE = ("received", "accepted", "invoiced", "payment_requested", "in_payment")

#: in which states an order waits for a role, and which action is the main one
WAITS_FOR: dict[str, dict[str, tuple[str, ...]]] = {
    "handler": {
        "returned": ("submit",),
        "confirmed": ("sign",),
        "declined": (),
        "refused": ("request_cancellation",),
        **dict.fromkeys(DISPUTABLE, ("insist_refund",)),
        "retained": ("rate", "insist_refund"),
        "paid": ("rate", "insist_refund"),
    },
    "approver": {"submitted": ("approve",)},
    "leader": {"endorsed": ("approve",)},
    "receiver": {
        "shipped": ("receive",),
        "received": ("accept", "receive"),
        "disputed": ("settle_dispute",),
        **dict.fromkeys(RECKONED, ("register_asset",)),
    },
    "acceptor": {"received": ("accept_second",)},
    "accountant": {
        **dict.fromkeys(RECKONED, ("request_payment", "register_asset")),
        "received": ("request_payment",),
    },
    "finance": dict.fromkeys(SETTLING, ("approve_payment", "receive_refund")),
    "supplier": {
        "approved": ("confirm",),
        "confirmed": ("sign", "agree_cancellation"),
        "contracted": ("ship", "agree_cancellation"),
        "refused": ("ship", "agree_cancellation"),
        "shipped": ("agree_short", "ship"),
        **dict.fromkeys(RECKONED, ANSWERS),
        "received": ("agree_short", *ANSWERS, "ship"),
        "disputed": ("answer_dispute", *ANSWERS),
        "accepted": (*ANSWERS, "invoice"),
    },
    "centre": {"disputed": ("settle_dispute",)},
}


@dataclass(frozen=True)
class TodoItem:
    """One order that waits, the action it waits for, the end of the term and the code of what follows in silence."""

    order: Order
    action: str
    due_at: datetime | None
    consequence_code: str


def todo_for(actor: Actor, *, limit: int = 100) -> list[TodoItem]:
    """What waits for this person, the most urgent first."""
    waits = _waits_for(actor)
    if not waits:
        return []
    query = visible_to(actor, select(Order)).where(_may_wait(waits))
    if actor.has_role("handler") and not actor.has_role("approver", "supplier", "receiver", "accountant"):
        query = query.where(or_(Order.handler_id == actor.user_id, Order.handler_id.is_(None)))
    orders = list(session().scalars(query.order_by(Order.due_at.asc().nulls_last(), Order.id).limit(limit * 3)))
    load_lines(orders)
    signed = _signed_sides([order.id for order in orders if order.state == "confirmed"])
    items: list[TodoItem] = []
    for order in orders:
        action = _main_action(order, actor, signed)
        if action:
            items.append(_item(order, action))
        if len(items) == limit:
            break
    return items


def _waits_for(actor: Actor) -> dict[str, set[str]]:
    """{state: actions} that may wait for one of the actor's roles."""
    waits: dict[str, set[str]] = {}
    for role in actor.roles:
        for state, actions in WAITS_FOR.get(role, {}).items():
            if actions:
                waits.setdefault(state, set()).update(actions)
    return waits


def _may_wait(waits: dict[str, set[str]]) -> ColumnElement[bool]:
    """Orders in these states; where only a paper beside the order can wait, those that have one: all the others would
    crowd out what really waits."""
    conditions: list[ColumnElement[bool]] = []
    for state, actions in waits.items():
        if actions <= _PAPER_WAITS.keys():
            papers = [_PAPER_WAITS[action] for action in sorted(actions)]
            conditions.append(and_(Order.state == state, or_(*papers)))
        else:
            conditions.append(Order.state == state)
    return or_(*conditions)


def _paper(table: type[AssetCard] | type[PaymentRequest] | type[RefundClaim] | type[SettlementChange], *states: str):
    return exists(select(table.id).where(table.order_id == Order.id, table.state.in_(states)))


_PAPER_WAITS: dict[str, ColumnElement[bool]] = {
    "register_asset": _paper(AssetCard, "waiting"),
    "approve_payment": _paper(PaymentRequest, "requested"),
    "receive_refund": _paper(RefundClaim, "agreed"),
    "agree_refund": _paper(RefundClaim, "claimed"),
    "insist_refund": _paper(RefundClaim, "disputed"),
    "agree_change": _paper(SettlementChange, "asked"),
    # What went back, or got cheaper, after it was invoiced.
    "credit_note": or_(_paper(SettlementChange, "agreed"), _paper(RefundClaim, "agreed", "received", "offset")),
    # Invoiced parts of an order that is still being delivered, or accepted; an order that is invoiced waits as such.
    "request_payment": exists(select(Invoice.id).where(Invoice.order_id == Order.id))
    & Order.state.in_(("received", "accepted", "invoiced")),
}


def _item(order: Order, action: str) -> TodoItem:
    """The order's own term, or that of its cards, which may wait while the order goes on."""
    if action == "register_asset":
        return TodoItem(order, action, asset_term_ends_at(order), ASSET_CONSEQUENCE)
    return TodoItem(order, action, order.due_at, consequence(order))


def _main_action(order: Order, actor: Actor, signed: dict[int, set[str]]) -> str:
    wanted = [action for role in WAITS_FOR if role in actor.roles for action in WAITS_FOR[role].get(order.state, ())]
    side = "supplier" if order.supplier_id in actor.supplier_ids else "unit"
    if side in signed.get(order.id, set()):
        wanted = [action for action in wanted if action != "sign"]
    if not wanted:
        return ""
    can = possible(order, actor)
    return next((action for action in wanted if action in can), "")


def _signed_sides(order_ids: list[int]) -> dict[int, set[str]]:
    if not order_ids:
        return {}
    sides: dict[int, set[str]] = {}
    rows = session().execute(
        select(Contract.order_id, Signature.side)
        .join(Signature, Signature.contract_id == Contract.id)
        .where(Contract.order_id.in_(order_ids))
    )
    for order_id, side in rows:
        sides.setdefault(order_id, set()).add(side)
    return sides
