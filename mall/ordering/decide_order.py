"""The unit's own steps before the supplier hears of it: submit again, approve, return, cancel."""

from __future__ import annotations

from typing import Any

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.assets.asset_kind import makes_cards
from mall.catalogue.offer import offers
from mall.errors import Refusal
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order, OrderLine, drop_lines
from mall.ordering.order_action import order_action, require_reason
from mall.ordering.order_holds import refuse_while_held
from mall.ordering.recheck_order import recheck
from mall.ordering.running_total import add_to_totals, by_category, take_from_totals
from mall.regions.regional_rule import rule


@order_action("submit")
def submit_order(order: Order, *, actor: Actor, excess_reason: str = "") -> None:
    """Submit a returned order again: checked anew, money reserved anew. `excess_reason` as for `place_order`."""
    order.states.step("submit", order.state)
    limit = recheck(order, excess_reason=excess_reason)
    # Returned in one budget year and submitted again in the next, it is an order of the next.
    order.year, order.counted_year = clock.today().year, None
    order.round += 1
    order.submitted_at = clock.now()
    # A new round is decided anew, but whoever decided the last one carries no other duty of this order.
    order.carried_by("approver_id", None)
    order.carried_by("leader_id", None)
    add_to_totals(order, limit_fen=limit.value)
    take_step(order, "submit", actor)


@order_action("edit")
def edit_order(order: Order, *, actor: Actor, lines: list[dict[str, int]], note: str | None = None) -> None:
    """Change quantities and budget lines of a returned order, at today's prices.

    A line that is not named stays; one whose quantity is 0 is dropped. The order holds no money now, so
    nothing is posted. Raises Refusal "order.unknown_line", "order.no_line_left", "listing.unknown".
    """
    step = order.states.step("edit", order.state)
    # Before the lines are touched: the door asks again, but then they are in the database already.
    authorize(actor, step.permission, order)
    by_number = {line.line_no: line for line in order.lines}
    for given in lines:
        if given["line_no"] not in by_number:
            raise Refusal("order.unknown_line", line_no=given["line_no"])
    quantities = {given["line_no"]: given["quantity"] for given in lines}
    dropped = [line for line in order.lines if quantities.get(line.line_no) == 0]
    if len(dropped) == len(order.lines):
        raise Refusal("order.no_line_left", number=order.number)
    told = [_as_told(line) for line in dropped]
    drop_lines(order, dropped)
    for given in lines:
        line = by_number[given["line_no"]]
        line.quantity = given["quantity"] or line.quantity
        line.budget_line_id = given.get("budget_line_id") or line.budget_line_id
    _take_todays_prices(order)
    if note is not None:
        order.note = note
    take_step(order, "edit", actor, facts={"lines": lines, "dropped": told, "total_fen": order.total_fen})


def _as_told(line: OrderLine) -> dict[str, Any]:
    """A dropped line as the history keeps it."""
    return {
        "line_no": line.line_no,
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit": line.unit,
        "price_fen": line.price_fen,
        "budget_line_id": line.budget_line_id,
    }


def _take_todays_prices(order: Order) -> None:
    """Price, tax rate and what hangs on the price, as the listings are now."""
    found = offers([line.listing_id for line in order.lines])
    asset_limit = rule("asset.card_fen", region_code=order.region_code, on=clock.today())
    for line in order.lines:
        offer = found.get(line.listing_id)
        if offer is None:
            raise Refusal("listing.unknown", line_no=line.line_no, listing_id=line.listing_id)
        listing = offer.listing
        line.price_fen = line.contract_price_fen = listing.price_fen
        line.tax_rate_bp = listing.tax_rate_bp
        line.listing_version = listing.version
        line.is_asset = makes_cards(
            line.category_code, price_fen=listing.price_fen, limit_fen=asset_limit.value, on=clock.today()
        )
    order.total_fen = sum(line.amount_fen for line in order.lines)


@order_action("approve")
def approve_order(order: Order, *, actor: Actor, note: str = "") -> None:
    """Approve. From the region's amount on, the first approval only endorses and the unit's leader approves.

    Raises Refusal("order.held") while supervision holds the order.
    """
    _require_no_hold(order, actor)
    if order.state == "endorsed":
        take_step(order, "approve", actor, note=note)
        order.leader_id = actor.user_id
        return
    second = rule("approval.second_level_fen", region_code=order.region_code, on=clock.today())
    needs_leader = order.total_fen >= second.value
    take_step(order, "endorse" if needs_leader and order.state == "submitted" else "approve", actor, note=note)
    order.approver_id = actor.user_id


def _require_no_hold(order: Order, actor: Actor) -> None:
    # A step that is not possible says so itself, and whoever may not take it is not told of holds.
    step = order.states.step("approve", order.state)
    authorize(actor, step.permission, order)
    refuse_while_held(order, action="approve")


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
