"""Acceptance by line and quantity, by one person or two, or deemed by silence."""

from __future__ import annotations

from datetime import date, timedelta

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.access.authorize import authorize
from mall.assets.open_cards import open_cards
from mall.database import session
from mall.documents.history import history_of
from mall.documents.numbers import next_number
from mall.errors import Refusal
from mall.finance.reckon_settlement import reckon
from mall.fulfilment.acceptance import Acceptance
from mall.fulfilment.receive_order import require_named_receiver
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import chosen_quantities, order_action
from mall.people.user import person_names
from mall.regions.regional_rule import rule


@order_action("accept")
def accept_order(order: Order, *, actor: Actor, lines: list[dict[str, int]] | None = None, note: str = "") -> None:
    """Find received pieces good. From the region's amount on, a second person must agree before money is owed."""
    order.states.step("accept_first", order.state)
    # The step below may be one that the second acceptor takes, too: only the receiver's side begins.
    authorize(actor, "order.accept", order)
    require_named_receiver(order, actor)
    if order.first_accepted:
        raise Refusal("accept.second_pending", number=order.number)
    quantities = chosen_quantities(order, lines, most=lambda line: line.to_accept, refusal="accept.too_many")
    second = rule("acceptance.second_acceptor_fen", region_code=order.region_code, on=clock.today())
    if order.total_fen >= second.value:
        take_step(order, "accept_first", actor, note=note, facts={"quantities": quantities})
        order.first_accepted = quantities
        order.carried_by("receiver_id", actor.user_id)
        return
    order.carried_by("receiver_id", actor.user_id)
    _accept(order, actor, quantities, note=note, receiver_id=actor.user_id)


@order_action("accept_second")
def accept_second(order: Order, *, actor: Actor, note: str = "") -> None:
    """The second acceptor agrees with what the receiver found good."""
    order.states.step("accept_part", order.state)
    authorize(actor, "order.accept_second", order)
    if not order.first_accepted:
        raise Refusal("accept.no_first", number=order.number)
    quantities = order.first_accepted
    order.first_accepted = {}
    _accept(order, actor, quantities, note=note, receiver_id=_first_acceptor(order), second=actor)
    order.carried_by("acceptor_id", actor.user_id)


@order_action("deem_accepted")
def deem_accepted(order: Order, *, actor: Actor = SYSTEM) -> None:
    """The term ran out in silence: everything received counts as accepted."""
    quantities = chosen_quantities(order, None, most=lambda line: line.to_accept, refusal="accept.too_many")
    order.first_accepted = {}
    _accept(order, actor, quantities, note="", is_deemed=True)


def _accept(
    order: Order,
    actor: Actor,
    quantities: dict[str, int],
    *,
    note: str,
    receiver_id: int | None = None,
    second: Actor | None = None,
    is_deemed: bool = False,
) -> None:
    for line in order.lines:
        line.accepted += quantities.get(str(line.line_no), 0)
    complete = all(line.accepted == line.quantity - line.released for line in order.lines)
    sheet = Acceptance(
        order_id=order.id,
        number=next_number("acceptance", region_code=order.region_code, year=order.year),
        quantities=quantities,
        amount_fen=sum(quantities.get(str(line.line_no), 0) * line.contract_price_fen for line in order.lines),
        is_deemed=is_deemed,
        receiver_id=receiver_id,
        receiver_name=actor.name if second is None else person_names({receiver_id or 0}).get(receiver_id or 0, ""),
        acceptor_id=second.user_id if second else None,
        acceptor_name=second.name if second else "",
        note=note.strip()[:500],
        due_on=payment_due_on(order),
        at=clock.now(),
    )
    session().add(sheet)
    session().flush()
    if complete:
        order.accepted_on = clock.today()
    take_step(
        order,
        "accept" if complete else "accept_part",
        actor,
        note=note,
        facts={"acceptance": sheet.number, "quantities": quantities, "is_deemed": is_deemed},
    )
    open_cards(order, quantities)
    reckon(order)


def _first_acceptor(order: Order) -> int | None:
    """Who found good what now waits: not always who received the latest part."""
    return [step.user_id for step in history_of(order.reference) if step.action == "accept_first"][-1]


def payment_due_on(order: Order) -> date:
    days = rule("payment.due_days", region_code=order.region_code, on=clock.today()).value
    return clock.today() + timedelta(days=days)
