"""The frame of every step on an order: one transaction, once per key, the row locked, seen by the actor.

`@order_action("approve")` turns `def approve_order(order, *, actor, ...)` into a use-case
`approve_order(*, actor, number, request_key=None, ...)` that returns the order afterwards.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from mall.access.actor import Actor
from mall.database import atomic, session
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.ordering.order import Order, OrderLine, load_lines
from mall.ordering.visible_orders import visible_to

UseCase = Callable[..., Order]


def order_action(
    action: str, *, beside: Callable[..., list[str]] | None = None
) -> Callable[[Callable[..., None]], UseCase]:
    """Frame a function that takes one step on a locked order.

    `beside` names other orders that the step will touch: all are locked together, in the order of their ids, so that
    two such steps never wait for each other crosswise.

    The use-case raises Refusal: "order.unknown" (foreign and missing look the same),
    "request.key_reused", and whatever the step refuses.
    """

    def frame(step: Callable[..., None]) -> UseCase:
        @atomic
        @functools.wraps(step)
        def run(*, actor: Actor, number: str, request_key: str | None = None, **facts: Any) -> Order:
            claimed = claim(
                actor=actor, action=f"order.{action}", request_key=request_key, body={"number": number, **_told(facts)}
            )
            if beside is not None and (others := beside(number=number)):
                _lock_in_order({number, *others})
            order = locked_order(actor, number)
            if claimed.replayed:
                return order
            step(order, actor=actor, **facts)
            settle(claimed, {"number": number, "state": order.state})
            return order

        return run

    return frame


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """What the idempotency record is told of a body: never a password, not even hashed."""
    return {name: value for name, value in facts.items() if name != "password"}


def locked_order(actor: Actor, number: str) -> Order:
    """The order locked for this transaction, if this actor may see it at all."""
    query = visible_to(actor, select(Order).where(Order.number == number)).with_for_update()
    order = session().scalar(query.execution_options(populate_existing=True))
    if order is None:
        raise Refusal("order.unknown", number=number)
    load_lines([order])
    return order


def _lock_in_order(numbers: set[str]) -> None:
    session().execute(select(Order.id).where(Order.number.in_(numbers)).order_by(Order.id).with_for_update()).all()


def require_reason(reason: str) -> str:
    """A reason of 2 to 500 characters. Raises Refusal("order.reason_needed")."""
    text = reason.strip()
    if not 2 <= len(text) <= 500:
        raise Refusal("order.reason_needed")
    return text


def chosen_quantities(
    order: Order, lines: list[dict[str, int]] | None, *, most: Callable[[OrderLine], int], refusal: str
) -> dict[str, int]:
    """{line number as text: pieces} from what a person gave; None means everything possible.

    `most` says how many pieces of a line are possible; asking for more, for an unknown line or
    for nothing at all raises Refusal(`refusal`).
    """
    if lines is None:
        chosen = {str(line.line_no): most(line) for line in order.lines if most(line) > 0}
    else:
        by_number = {line.line_no: line for line in order.lines}
        chosen = {}
        for given in lines:
            line = by_number.get(given["line_no"])
            if line is None:
                raise Refusal("order.unknown_line", line_no=given["line_no"])
            quantity = given["quantity"]
            if not 0 <= quantity <= most(line) or str(line.line_no) in chosen:
                raise Refusal(refusal, line_no=line.line_no, name=line.name, quantity=quantity, most=most(line))
            if quantity:
                chosen[str(line.line_no)] = quantity
    if not chosen:
        raise Refusal(refusal, line_no=0, name="", quantity=0, most=0)
    return chosen
