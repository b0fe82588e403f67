"""Roads to places where a walker without one hardly ever comes: he is led there, and from there on goes as he likes.

Each leads through the same use-cases as every other step, and says by its name what it comes by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

from mall import clock
from mall.database import close_reading
from mall.finance.ask_change import retention_most
from mall.finance.settlement import settlement_of
from mall.ordering.order import Order, order_numbered
from mall.ordering.order_actions import perform, possible
from tests.walks.walker import ROAD, Walker

REASON = "照既定路线走"
#: how far a part is paid before the other part goes back
PROGRESS = ("requested", "in_payment", "paid", "retained")
#: what is held back: as much as one pack of paper costs, which is half of what the rules let be held back of 40
PACK_FEN = 2_150


@dataclass(frozen=True)
class Road:
    """`lead` takes a walker somewhere; `comes_by` names the steps (document, action, state) it was made for."""

    name: str
    comes_by: frozenset[tuple[str, str, str]]
    lead: Callable[[Walker], None]


def roads() -> Iterator[Road]:
    """All of them."""
    for progress, is_invoiced in product(PROGRESS, (False, True)):
        came_from = "invoiced" if is_invoiced else "accepted"
        yield Road(
            f"the second half goes back, {came_from}, the first is {progress}",
            frozenset({("order", f"reckon_{progress}", came_from)}),
            lambda walker, progress=progress, is_invoiced=is_invoiced: _second_half_goes_back(
                walker, progress=progress, is_invoiced=is_invoiced
            ),
        )
    for state in ("payment_requested", "in_payment", "retained"):
        yield Road(
            f"a pack that is held back is replaced, {state}",
            frozenset({("order", "goods_back", state)}),
            lambda walker, state=state: _held_back_is_replaced(walker, state=state),
        )
    yield Road(
        "what is held back is taken off the price",
        frozenset({("order", "reckon_retained", "in_payment"), ("order", "reckon_paid", "retained")}),
        _held_back_is_cut,
    )
    yield Road(
        "rated and registered while something is held back",
        frozenset({("order", "rate", "retained"), ("order", "register_asset", "retained")}),
        _rated_and_registered,
    )
    for came_from in ("accepted", "invoiced"):
        yield Road(
            f"all goes back, {came_from}",
            frozenset({("order", "return_whole", came_from)}),
            lambda walker, came_from=came_from: _all_goes_back(walker, is_invoiced=came_from == "invoiced"),
        )
    yield Road("registered after all was paid", frozenset({("order", "register_asset", "paid")}), _registered_late)
    yield Road("a refund is kept from the next payment", frozenset({("refund", "offset", "agreed")}), _refund_is_kept)


def _second_half_goes_back(walker: Walker, *, progress: str, is_invoiced: bool) -> None:
    number = _order(walker, "paper", 40, "school_office")
    _contract(walker, number)
    _deliver(walker, number, 20)
    _take(walker, number, "invoice")
    if progress == "retained":
        _hold_back(walker, number, PACK_FEN)
    _pay(walker, number, until=progress)
    _deliver(walker, number, 20)
    if is_invoiced:
        _take(walker, number, "invoice")
    _agree(walker, number, "ask_return", lines=[{"line_no": 1, "quantity": 20}], to_replace=False)


def _held_back_is_replaced(walker: Walker, *, state: str) -> None:
    number = _order(walker, "paper", 40, "school_office")
    _all_but(walker, number, PACK_FEN, until={"payment_requested": "requested"}.get(state, state))
    _agree(walker, number, "ask_return", lines=[{"line_no": 1, "quantity": 1}], to_replace=True)


def _held_back_is_cut(walker: Walker) -> None:
    number = _order(walker, "paper", 40, "school_office")
    _all_but(walker, number, 1_000, until="retained")
    _agree(walker, number, "ask_price_cut", lines=[{"line_no": 1, "amount_fen": 1_000}])


def _rated_and_registered(walker: Walker) -> None:
    number = _order(walker, "computer", 2, "school_machines")
    _contract(walker, number)
    _deliver(walker, number, 2)
    _take(walker, number, "invoice")
    _hold_back(walker, number, retention_most(_read(number)))
    _pay(walker, number, until="retained")
    _take(walker, number, "rate")
    _take(walker, number, "register_asset")


def _all_goes_back(walker: Walker, *, is_invoiced: bool) -> None:
    number = _order(walker, "paper", 10, "school_office")
    _contract(walker, number)
    _deliver(walker, number, 10)
    if is_invoiced:
        _take(walker, number, "invoice")
    _agree(walker, number, "ask_return", lines=[{"line_no": 1, "quantity": 10}], to_replace=False)


def _registered_late(walker: Walker) -> None:
    number = _order(walker, "computer", 2, "school_machines")
    _contract(walker, number)
    _deliver(walker, number, 2)
    _take(walker, number, "invoice")
    _pay(walker, number, until="paid")
    _take(walker, number, "register_asset")


def _refund_is_kept(walker: Walker) -> None:
    first, second = (_order(walker, "paper", 10, "school_office") for _ in range(2))
    for number in (first, second):
        _contract(walker, number)
        _deliver(walker, number, 10)
        _take(walker, number, "invoice")
    _pay(walker, first, until="paid")
    _take(walker, first, "claim_refund", lines=[{"line_no": 1, "amount_fen": 900}])
    _take(walker, first, "agree_refund")
    _take(walker, second, "offset_refund")
    _take(walker, second, "approve_payment")


# -- stretches of road ------------------------------------------------------------------------------------------------


def _order(walker: Walker, goods: str, quantity: int, line: str) -> str:
    number = walker.story.place(walker.story.wanted(goods, quantity, line))
    walker.orders.append(number)
    return number


def _contract(walker: Walker, number: str) -> None:
    while _read(number).state != "contracted":
        _take(walker, number, *ROAD[:3])


def _deliver(walker: Walker, number: str, pieces: int) -> None:
    some = [{"line_no": 1, "quantity": pieces}]
    _take(walker, number, "ship", lines=some)
    _take(walker, number, "receive", lines=some)
    _accept(walker, number)


def _accept(walker: Walker, number: str) -> None:
    # All of it: what a walker accepts by himself may be a part, and the road would lead elsewhere.
    arrived = [{"line_no": line.line_no, "quantity": line.to_accept} for line in _read(number).lines if line.to_accept]
    close_reading()
    _take(walker, number, "accept", lines=arrived)
    if _read(number).first_accepted:
        _take(walker, number, "accept_second")


def _all_but(walker: Walker, number: str, held_fen: int, *, until: str) -> None:
    _contract(walker, number)
    _deliver(walker, number, 40)
    _take(walker, number, "invoice")
    _hold_back(walker, number, held_fen)
    _pay(walker, number, until=until)


def _hold_back(walker: Walker, number: str, amount_fen: int) -> None:
    due_on = (clock.today() + timedelta(days=90)).isoformat()
    _agree(walker, number, "ask_retention", amount_fen=amount_fen, due_on=due_on)


def _pay(walker: Walker, number: str, *, until: str) -> None:
    """Ask for all that can be asked for, and go on with it as far as `until`."""
    _take(walker, number, "request_payment", amount_fen=settlement_of(_read(number)).to_request_fen)
    if until == "requested":
        return
    _take(walker, number, "approve_payment")
    if until == "in_payment":
        return
    walker.treasury_batch()
    ((payment, amount_fen),) = walker.story.ask(
        "select number, amount_fen from payment_request where order_number = %s and state = 'sent'", number
    )
    voucher = f"GK{walker.bits() % 10**14:014d}"
    walker.story.treasury_says((payment, "OK", amount_fen, voucher, ""), name=f"road-{voucher}.csv")


def _agree(walker: Walker, number: str, action: str, **body: Any) -> None:
    _take(walker, number, action, **body)
    _take(walker, number, "agree_change")


def _take(walker: Walker, number: str, *actions: str, **body: Any) -> None:
    """The first of these actions that somebody may take is taken; a road does not lead through a closed gate."""
    order = _read(number)
    action, who = next(
        ((action, who) for action in actions for who in walker.actors if action in possible(order, walker.actors[who])),
        ("", ""),
    )
    assert action, (number, order.state, actions)
    if "reason" in walker.body_fields(action):
        body.setdefault("reason", REASON)
    if action == "confirm":
        body.setdefault("lines", None)
    whole = body if set(body) - {"reason"} else (walker.body_of(action, order) or {}) | body
    close_reading()
    perform(action, actor=walker.actors[who], number=number, body=whole)
    clock.advance_frozen(timedelta(minutes=1))
    close_reading()
    walker.remember()


def _read(number: str) -> Order:
    return order_numbered(number)
