"""Every action that a person may take on an order: its body, its use-case, and where it shows.

Pages, the JSON API, the demo and the tests all go through `perform`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.assets.asset_card import asset_cards_of
from mall.assets.register_asset import register_asset
from mall.contracts.contract import contract_of, signatures_of
from mall.contracts.sign_contract import sign_order
from mall.documents.document_action import Body, Nothing, WithNote, WithReason, body_in_shape
from mall.errors import Refusal
from mall.finance.answer_change import agree_change, decline_change, release_retention
from mall.finance.ask_change import RETAINABLE, ask_price_cut, ask_retention, ask_return, withdraw_change
from mall.finance.claim_refund import (
    CLAIMABLE,
    agree_refund,
    claim_refund,
    dispute_refund,
    insist_refund,
    withdraw_refund,
)
from mall.finance.enter_invoice import CREDITABLE, enter_credit_note, enter_invoice
from mall.finance.pay_order import approve_payment, offset_refund, request_payment, return_payment
from mall.finance.settle_refund import give_up_refund, receive_refund
from mall.finance.settlement import SETTLING
from mall.finance.settlement_objects import SettlementObjects
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


class Resubmission(Body):
    excess_reason: Annotated[str, Field(max_length=500)] = ""


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


AmountFen = Annotated[StrictInt, Field(ge=1, le=10**14)]
PaperNumber = Annotated[str, Field(max_length=40)]


class InvoiceEntry(Body):
    number: PaperNumber
    issued_on: date
    amount_fen: AmountFen
    acceptances: Annotated[list[PaperNumber], Field(max_length=500)] | None = Field(
        default=None, description="The acceptance sheets it is for; all that have none yet if not given"
    )


class CreditNoteEntry(WithReason):
    number: PaperNumber
    invoice: PaperNumber = Field(description="Number of the invoice that it takes back, in part or whole")
    issued_on: date
    amount_fen: AmountFen


class PaymentAsk(Body):
    amount_fen: AmountFen | None = Field(default=None, description="All that can be asked for if not given")
    reason: Annotated[str, Field(max_length=500)] = Field(default="", description="Why only a part")


class OnePayment(Body):
    payment: PaperNumber | None = Field(default=None, description="Needed where several requests wait")


class OnePaymentWithReason(WithReason):
    payment: PaperNumber | None = Field(default=None, description="Needed where several requests could be meant")


class LineAmount(Body):
    line_no: Annotated[StrictInt, Field(ge=1, le=500)]
    amount_fen: AmountFen


class PriceCut(WithReason):
    lines: Annotated[list[LineAmount], Field(min_length=1, max_length=500)]


class GoodsBack(SomeLinesWithReason):
    to_replace: StrictBool = Field(default=False, description="Others come in their place; the money stays committed")


class Retention(WithReason):
    amount_fen: AmountFen
    due_on: date


class ClaimedLine(Body):
    line_no: Annotated[StrictInt, Field(ge=1, le=500)]
    quantity: Annotated[StrictInt, Field(ge=1, le=1_000_000)] | None = None
    amount_fen: AmountFen | None = None


class RefundAsk(WithReason):
    lines: Annotated[list[ClaimedLine], Field(min_length=1, max_length=500)]
    budget_line_id: Annotated[StrictInt, Field(ge=1, le=2**63 - 1)] | None = Field(
        default=None, description="A line of this year, for a payment of an earlier one"
    )


class RefundReceipt(Body):
    reference: Annotated[str, Field(max_length=60)]
    refund: PaperNumber | None = None


class OneRefundWithReason(WithReason):
    refund: PaperNumber | None = None


class OneRefund(Body):
    refund: PaperNumber


class Cards(Body):
    cards: list[CardEntry] | None = None


class Marks(Body):
    goods: Annotated[StrictInt, Field(ge=1, le=5)]
    delivery: Annotated[StrictInt, Field(ge=1, le=5)]
    service: Annotated[StrictInt, Field(ge=1, le=5)]
    words: Annotated[str, Field(max_length=500)] = ""


@dataclass(frozen=True)
class OrderAction:
    """One action. It shows where one of `steps` is possible by the order's state table; or, for the papers of the
    settlement, which have state tables of their own, in one of the order's `states` to those whom `permission` lets."""

    name: str
    body: type[Body]
    use_case: UseCase
    steps: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    permission: str = ""


_ACTIONS = (
    OrderAction("submit", Resubmission, submit_order, ("submit",)),
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
    OrderAction("invoice", InvoiceEntry, enter_invoice, (), SETTLING, "order.invoice"),
    OrderAction("credit_note", CreditNoteEntry, enter_credit_note, (), CREDITABLE, "order.invoice"),
    OrderAction("agree_change", Nothing, agree_change, (), RETAINABLE, "order.answer_change"),
    OrderAction("decline_change", WithReason, decline_change, (), RETAINABLE, "order.answer_change"),
    OrderAction("request_payment", PaymentAsk, request_payment, (), SETTLING, "order.request_payment"),
    OrderAction("offset_refund", OneRefund, offset_refund, (), SETTLING, "order.request_payment"),
    OrderAction("approve_payment", OnePayment, approve_payment, (), SETTLING, "order.approve_payment"),
    OrderAction("return_payment", OnePaymentWithReason, return_payment, (), SETTLING, "order.return_payment"),
    OrderAction("agree_refund", Nothing, agree_refund, (), SETTLING, "order.answer_refund"),
    OrderAction("dispute_refund", WithReason, dispute_refund, (), SETTLING, "order.answer_refund"),
    OrderAction("receive_refund", RefundReceipt, receive_refund, (), SETTLING, "order.receive_refund"),
    OrderAction("give_up_refund", OneRefundWithReason, give_up_refund, (), SETTLING, "order.give_up_refund"),
    OrderAction("register_asset", Cards, register_asset, ("register_asset",)),
    OrderAction("rate", Marks, rate_order, ("rate",)),
    OrderAction("ask_price_cut", PriceCut, ask_price_cut, (), SETTLING, "order.ask_change"),
    OrderAction("ask_return", GoodsBack, ask_return, (), SETTLING, "order.ask_change"),
    OrderAction("ask_retention", Retention, ask_retention, (), RETAINABLE, "order.ask_retention"),
    OrderAction("withdraw_change", Nothing, withdraw_change, (), RETAINABLE, "order.withdraw_change"),
    OrderAction("release_retention", WithReason, release_retention, (), SETTLING, "order.release_retention"),
    OrderAction("claim_refund", RefundAsk, claim_refund, (), CLAIMABLE, "order.ask_refund"),
    OrderAction("insist_refund", WithReason, insist_refund, (), SETTLING, "order.ask_refund"),
    OrderAction("withdraw_refund", Nothing, withdraw_refund, (), SETTLING, "order.ask_refund"),
)

ACTIONS: dict[str, OrderAction] = {action.name: action for action in _ACTIONS}
BODIES: dict[str, type[Body]] = {action.name: action.body for action in _ACTIONS}


_NUMBERS = {"invoice": "number_of_invoice", "credit_note": "number_of_note"}


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
    facts = body_in_shape(found.body, body).model_dump()
    # The order's own number is called `number` already.
    if action in _NUMBERS:
        facts[_NUMBERS[action]] = facts.pop("number")
    return found.use_case(actor=actor, number=number, request_key=request_key, **facts)


def possible(order: Order, actor: Actor) -> list[str]:
    """The actions that this actor may take on this order now, in the order of the road."""
    permitted = {step.action for step in order.states.steps_from(order.state) if may(actor, step.permission, order)}
    objects = SettlementObjects(order)
    found = []
    for action in _ACTIONS:
        if permitted.intersection(action.steps):
            shows = _has_an_object(action.name, order, actor)
        else:
            is_open = order.state in action.states and may(actor, action.permission, order)
            shows = is_open and objects.has_object(action.name, actor)
        if shows:
            found.append(action.name)
    return found


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
