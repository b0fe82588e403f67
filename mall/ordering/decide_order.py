"""The unit's own steps before the supplier hears of it: submit again, approve, return, cancel."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.catalogue.offer import offers
from mall.errors import Refusal
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import order_action, require_reason
from mall.ordering.recheck_order import recheck
from mall.ordering.running_total import add_to_totals, by_category, take_from_totals
from mall.regions.regional_rule import rule


@order_action("submit")
def submit_order(order: Order, *, actor: Actor) -> None:
    """Submit a returned order again: checked anew, money reserved anew."""
    order.states.step("submit", order.state)
    limit = recheck(order)
    order.round += 1
    order.submitted_at = clock.now()
    order.approver_id = order.leader_id = None
    add_to_totals(order, limit_fen=limit.value)
    take_step(order, "submit", actor)


@order_action("edit")
def edit_order(order: Order, *, actor: Actor, lines: list[dict[str, int]], note: str | None = None) -> None:
    """Change quantities and budget lines of a returned order, at today's prices. A line that is not named stays."""
    order.states.step("edit", order.state)
    by_number = {line.line_no: line for line in order.lines}
    found = offers([line.listing_id for line in order.lines])
    for given in lines:
        line = by_number.get(given["line_no"])
        if line is None:
            raise Refusal("order.unknown_line", line_no=given["line_no"])
        line.quantity = given["quantity"]
        line.budget_line_id = given.get("budget_line_id") or line.budget_line_id
    for line in order.lines:
        listing = found[line.listing_id].listing
        line.price_fen = line.contract_price_fen = listing.price_fen
        line.listing_version = listing.version
    order.total_fen = sum(line.amount_fen for line in order.lines)
    if note is not None:
        order.note = note
    take_step(order, "edit", actor, facts={"lines": lines, "total_fen": order.total_fen})


@order_action("approve")
def approve_order(order: Order, *, actor: Actor, note: str = "") -> None:
    """Approve. From the region's amount on, the first approval only endorses and the unit's leader approves."""
    if order.state == "endorsed":
        take_step(order, "approve", actor, note=note)
        order.leader_id = actor.user_id
        return
    second = rule("approval.second_level_fen", region_code=order.region_code, on=clock.today())
    needs_leader = order.total_fen >= second.value
    take_step(order, "endorse" if needs_leader and order.state == "submitted" else "approve", actor, note=note)
    order.approver_id = actor.user_id


@order_action("return")
def return_order(order: Order, *, actor: Actor, reason: str) -> None:
    """Send an order back to its handler with a reason; the reservation is released."""
    take_step(order, "return", actor, note=require_reason(reason))
    take_from_totals(order, by_category(order))


@order_action("cancel")
def cancel_order(order: Order, *, actor: Actor, reason: str) -> None:
    """The handler withdraws an order that is not yet approved."""
    held = order.state in ("submitted", "endorsed")
    take_step(order, "cancel", actor, note=require_reason(reason))
    if held:
        take_from_totals(order, by_category(order))
