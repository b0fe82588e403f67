"""Every action that a person may take on an order: its body, its use-case, and where it shows.

Pages, the JSON API, the demo and the tests all go through `perform`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.assets.asset_card import asset_cards_of
from mall.assets.register_asset import register_asset
from mall.contracts.contract import contract_of, signatures_of
from mall.contracts.sign_contract import sign_order
from mall.errors import Refusal
from mall.field_words import field_errors
from mall.finance.enter_invoice import enter_invoice
from mall.finance.pay_order import approve_payment, request_payment, return_payment
from mall.fulfilment.accept_order import accept_order, accept_second
from mall.fulfilment.dispute import open_dispute_of
from mall.fulfilment.dispute_order import answer_dispute, dispute_order, settle_dispute
from mall.fulfilment.receive_order import receive_order, refuse_delivery
from mall.fulfilment.ship_order import agree_short, request_short, ship_order
from mall.ordering.answer_order import agree_cancellation, confirm_order, decline_order, request_cancellation
from mall.ordering.decide_order import approve_order, cancel_order, edit_order, return_order, submit_order
from mall.ordering.order import Order
from mall.ordering.order_action import UseCase
from mall.ratings.rate_order import rate_order


class Body(BaseModel):
    """An action's body: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class LineQuantity(Body):
    line_no: Annotated[StrictInt, Field(ge=1, le=500)]
    quantity: Annotated[StrictInt, Field(ge=0, le=1_000_000)]


class LinePrice(Body):
    line_no: Annotated[StrictInt, Field(ge=1, le=500)]
    price_fen: Annotated[StrictInt, Field(ge=1, le=10**12)]


class CardEntry(Body):
    number: Annotated[str, Field(max_length=60)]
    serial_number: Annotated[str, Field(max_length=100)] = ""
    place: Annotated[str, Field(max_length=200)]
    keeper: Annotated[str, Field(max_length=100)]


class Nothing(Body):
    """No facts are needed."""


class WithNote(Body):
    note: Annotated[str, Field(max_length=500)] = ""


class WithReason(Body):
    reason: Annotated[str, Field(max_length=500)]


class EditedLine(Body):
    line_no: Annotated[StrictInt, Field(ge=1, le=500)]
    quantity: Annotated[StrictInt, Field(ge=0, le=1_000_000, description="0 drops the line")]
    budget_line_id: Annotated[StrictInt, Field(ge=1)] | None = None


class Edition(Body):
    lines: list[EditedLine]
    note: Annotated[str, Field(max_length=500)] | None = None


class Confirmation(Body):
    lines: list[LinePrice] | None = None


class Signing(Body):
    password: Annotated[str, Field(max_length=200)]


class Shipping(Body):
    lines: list[LineQuantity] | None = None
    carrier: Annotated[str, Field(max_length=100)] = ""
    tracking_number: Annotated[str, Field(max_length=100)] = ""


class SomeLines(WithNote):
    lines: list[LineQuantity] | None = None


class SomeLinesWithReason(WithReason):
    lines: list[LineQuantity] | None = None


class Answer(Body):
    answer: Annotated[str, Field(max_length=500)]


class Settlement(Body):
    outcome: Literal["accept", "replace", "release"]
    decision: Annotated[str, Field(max_length=1000)] = ""


class InvoiceEntry(Body):
    number: Annotated[str, Field(max_length=40)]
    issued_on: date
    amount_fen: Annotated[StrictInt, Field(ge=1, le=10**14)]


class Cards(Body):
    cards: list[CardEntry] | None = None


class Marks(Body):
    goods: Annotated[StrictInt, Field(ge=1, le=5)]
    delivery: Annotated[StrictInt, Field(ge=1, le=5)]
    service: Annotated[StrictInt, Field(ge=1, le=5)]
    words: Annotated[str, Field(max_length=500)] = ""


@dataclass(frozen=True)
class OrderAction:
    """One action. `step` is the state table's action that must be possible for it to show."""

    name: str
    body: type[Body]
    use_case: UseCase
    steps: tuple[str, ...]


_ACTIONS = (
    OrderAction("submit", Nothing, submit_order, ("submit",)),
    OrderAction("edit", Edition, edit_order, ("edit",)),
    OrderAction("approve", WithNote, approve_order, ("endorse", "approve")),
    OrderAction("return", WithReason, return_order, ("return",)),
    OrderAction("cancel", WithReason, cancel_order, ("cancel",)),
    OrderAction("confirm", Confirmation, confirm_order, ("confirm",)),
    OrderAction("decline", WithReason, decline_order, ("decline",)),
    OrderAction("sign", Signing, sign_order, ("sign",)),
    OrderAction("request_cancellation", WithReason, request_cancellation, ("request_cancellation",)),
    OrderAction("agree_cancellation", Nothing, agree_cancellation, ("agree_cancellation",)),
    OrderAction("ship", Shipping, ship_order, ("ship",)),
    OrderAction("receive", SomeLines, receive_order, ("receive",)),
    OrderAction("refuse", SomeLinesWithReason, refuse_delivery, ("refuse", "refuse_part")),
    OrderAction("request_short", SomeLinesWithReason, request_short, ("request_short",)),
    OrderAction("agree_short", Nothing, agree_short, ("agree_short",)),
    OrderAction("accept", SomeLines, accept_order, ("accept_first",)),
    OrderAction("accept_second", WithNote, accept_second, ("accept", "accept_part")),
    OrderAction("dispute", SomeLinesWithReason, dispute_order, ("dispute",)),
    OrderAction("answer_dispute", Answer, answer_dispute, ("answer_dispute",)),
    OrderAction("settle_dispute", Settlement, settle_dispute, ("settle_dispute",)),
    OrderAction("invoice", InvoiceEntry, enter_invoice, ("invoice",)),
    OrderAction("request_payment", Nothing, request_payment, ("request_payment",)),
    OrderAction("return_payment", WithReason, return_payment, ("return_payment",)),
    OrderAction("approve_payment", Nothing, approve_payment, ("approve_payment",)),
    OrderAction("register_asset", Cards, register_asset, ("register_asset",)),
    OrderAction("rate", Marks, rate_order, ("rate",)),
)

ACTIONS: dict[str, OrderAction] = {action.name: action for action in _ACTIONS}
BODIES: dict[str, type[Body]] = {action.name: action.body for action in _ACTIONS}


def perform(
    action: str, *, actor: Actor, number: str, body: dict[str, Any] | None = None, request_key: str | None = None
) -> Order:
    """Take an action. Returns the order afterwards.

    Raises Refusal "order.unknown_action", "request.invalid" (facts: errors=[{field, message}]) and
    whatever the use-case refuses.
    """
    found = ACTIONS.get(action)
    if found is None:
        raise Refusal("order.unknown_action", action=action)
    try:
        facts = found.body.model_validate(body or {}).model_dump()
    except ValidationError as error:
        raise Refusal("request.invalid", errors=field_errors(error)) from None
    # The order's own number is called `number` already.
    if action == "invoice":
        facts["number_of_invoice"] = facts.pop("number")
    return found.use_case(actor=actor, number=number, request_key=request_key, **facts)


def possible(order: Order, actor: Actor) -> list[str]:
    """The actions that this actor may take on this order now, in the order of the road."""
    permitted = {step.action for step in order.states.steps_from(order.state) if may(actor, step.permission, order)}
    return [
        action.name
        for action in _ACTIONS
        if permitted.intersection(action.steps) and _has_an_object(action.name, order, actor)
    ]


def _has_an_object(action: str, order: Order, actor: Actor) -> bool:
    """Whether there is anything to do it to: no button that can only be refused."""
    match action:
        case "ship" | "request_short":
            return any(line.to_ship for line in order.lines) and not (action != "ship" and order.short_requested)
        case "receive" | "refuse":
            return any(line.to_receive for line in order.lines) and _is_named_receiver(order, actor)
        case "accept":
            return (
                any(line.to_accept for line in order.lines)
                and not order.first_accepted
                and _is_named_receiver(order, actor)
            )
        case "accept_second":
            return bool(order.first_accepted) and may(actor, "order.accept_second", order)
        case "dispute":
            return any(line.to_accept for line in order.lines) and _is_named_receiver(order, actor)
        case "answer_dispute":
            dispute = open_dispute_of(order.id)
            return dispute is not None and dispute.answered_at is None
        case "agree_short":
            return bool(order.short_requested)
        case "request_cancellation":
            return order.cancellation_requested_at is None and not any(line.accepted for line in order.lines)
        case "agree_cancellation":
            return order.cancellation_requested_at is not None
        case "sign":
            return not _side_has_signed(order, actor)
        case "register_asset":
            return any(line.is_asset and line.accepted for line in order.lines) and _cards_wait(order)
        case "rate":
            return order.rated_at is None
    return True


def _is_named_receiver(order: Order, actor: Actor) -> bool:
    return order.named_receiver_id in (None, actor.user_id)


def _side_has_signed(order: Order, actor: Actor) -> bool:
    contract = contract_of(order.id)
    side = "supplier" if order.supplier_id in actor.supplier_ids else "unit"
    return contract is not None and any(one.side == side for one in signatures_of(contract.id))


def _cards_wait(order: Order) -> bool:
    return any(card.state == "waiting" for card in asset_cards_of(order.id))
