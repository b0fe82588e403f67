"""The supplier's answer: confirm (at the ordered price or lower), decline, agree to a cancellation."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import update

from mall import clock
from mall.access.actor import Actor
from mall.contracts.draw_up_contract import draw_up_contract
from mall.database import session
from mall.errors import Refusal
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import order_action, require_reason
from mall.ordering.running_total import by_category, take_from_totals
from mall.suppliers.supplier import Supplier


@order_action("confirm")
def confirm_order(order: Order, *, actor: Actor, lines: list[dict[str, int]] | None = None) -> None:
    """Confirm; `lines` may lower prices ({"line_no", "price_fen"}), never raise them. The contract is drawn up."""
    order.states.step("confirm", order.state)
    by_number = {line.line_no: line for line in order.lines}
    for given in lines or []:
        line = by_number.get(given["line_no"])
        if line is None:
            raise Refusal("order.unknown_line", line_no=given["line_no"])
        if not 0 < given["price_fen"] <= line.price_fen:
            raise Refusal(
                "order.price_only_falls", line_no=line.line_no, name=line.name, price_fen=given["price_fen"],
                ordered_price_fen=line.price_fen,
            )  # fmt: skip
        line.contract_price_fen = given["price_fen"]
    take_step(order, "confirm", actor)
    draw_up_contract(order)


@order_action("decline")
def decline_order(order: Order, *, actor: Actor, reason: str) -> None:
    """Decline with a reason. Silence declines too, by the system, and is counted against the supplier."""
    take_step(order, "decline", actor, note=require_reason(reason), facts={"by_silence": actor.is_system})
    take_from_totals(order, by_category(order))
    if actor.is_system:
        session().execute(
            update(Supplier)
            .where(Supplier.id == order.supplier_id)
            .values(silent_declines=Supplier.silent_declines + 1)
        )


@order_action("request_cancellation")
def request_cancellation(order: Order, *, actor: Actor, reason: str) -> None:
    """The unit asks to cancel what is already agreed; nothing moves until the supplier consents."""
    if order.cancellation_requested_at is not None:
        raise Refusal("order.cancellation_pending", number=order.number)
    take_step(order, "request_cancellation", actor, note=require_reason(reason))
    order.cancellation_requested_at = clock.now()
    order.cancellation_reason = reason.strip()


@order_action("agree_cancellation")
def agree_cancellation(order: Order, *, actor: Actor) -> None:
    """The supplier consents: the order is cancelled and everything still committed is released."""
    if order.cancellation_requested_at is None:
        raise Refusal("order.no_cancellation_requested", number=order.number)
    if any(line.accepted for line in order.lines):
        raise Refusal("order.partly_accepted", number=order.number)
    contracted = order.state != "confirmed"
    take_step(order, "agree_cancellation", actor)
    counted: dict[str, int] = defaultdict(int)
    for line in order.lines:
        counted[line.category_code] += line.contract_amount_fen if contracted else line.amount_fen
    take_from_totals(order, dict(counted))
