"""Rating a supplier after payment; silence gives the middle mark, and counts against nobody."""

from __future__ import annotations

from sqlalchemy import update

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.errors import Refusal
from mall.ordering.close_order import close_if_done
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import order_action
from mall.outbox.event import publish
from mall.ratings.rating import Rating
from mall.suppliers.supplier import Supplier
from mall.suppliers.supplier_rating import rating_steps


@order_action("rate")
def rate_order(order: Order, *, actor: Actor, goods: int, delivery: int, service: int, words: str = "") -> None:
    """Give three marks of 1 to 5. Raises Refusal("rating.bad_mark") and ("rating.already_rated")."""
    order.states.step("rate", order.state)
    if not all(1 <= mark <= 5 for mark in (goods, delivery, service)):
        raise Refusal("rating.bad_mark")
    if order.rated_at is not None:
        raise Refusal("rating.already_rated", number=order.number)
    take_step(order, "rate", actor, note=words, facts={"goods": goods, "delivery": delivery, "service": service})
    keep_rating(order, goods=goods, delivery=delivery, service=service, words=words, rated_by=actor.name)
    close_if_done(order)


def keep_rating(
    order: Order, *, goods: int, delivery: int, service: int, words: str, rated_by: str, is_default: bool = False
) -> None:
    """Write the rating; a default one does not enter the supplier's average."""
    order.rated_at = clock.now()
    session().add(
        Rating(
            order_id=order.id,
            supplier_id=order.supplier_id,
            goods=goods,
            delivery=delivery,
            service=service,
            words=words.strip()[:500],
            is_default=is_default,
            rated_by=rated_by,
            at=clock.now(),
        )
    )
    if not is_default:
        add_to_mean(order.supplier_id, marks=(goods, delivery, service))


def add_to_mean(supplier_id: int, *, marks: tuple[int, int, int]) -> None:
    """Add the marks to the supplier's mean; where that moves him a step, his goods are ranked anew."""
    total, count = session().execute(
        update(Supplier)
        .where(Supplier.id == supplier_id)
        .values(rating_sum=Supplier.rating_sum + sum(marks), rating_count=Supplier.rating_count + len(marks))
        .returning(Supplier.rating_sum, Supplier.rating_count)
    ).one()  # fmt: skip
    steps = rating_steps(total, count)
    if steps != rating_steps(total - sum(marks), count - len(marks)):
        publish("supplier.rerated", document=f"supplier:{supplier_id}", payload={"rating_steps": steps})
