"""Telling people that it is their turn: one notice per event and person, from the events of orders and payments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.predicates import covers
from mall.access.separate_people import people_kept_from
from mall.database import session
from mall.finance.payment_request import PaymentRequest
from mall.finance.refund_claim import RefundClaim
from mall.finance.settlement_change import SettlementChange
from mall.notices.notice import Notice
from mall.notices.notice_words import NOTICE_WORDS
from mall.ordering.order import Order, load_lines
from mall.outbox.event import Event, subscribes
from mall.people.organisation import Organisation, organisation_names
from mall.people.user import UserAccount, UserPost, people_with

#: order -> ids of the people to tell
Audience = Callable[[Order], Iterable[int]]


@dataclass(frozen=True)
class HandOver:
    """After which event who is told what."""

    event: str
    code: str
    audience: Audience


def holders(role: str, *, duty: str) -> Audience:
    """People of the buying unit with the role, without those whom another duty in this order excludes."""

    def audience(order: Order) -> list[int]:
        busy = people_kept_from(duty, subject=order)
        return [user.id for user in people_with(role, organisation_id=order.unit_id) if user.id not in busy]

    return audience


def handler(order: Order) -> list[int]:
    return [order.handler_id]


def receivers(order: Order) -> list[int]:
    """The receiver who has begun, else the one named, else all who may."""
    for known in (order.receiver_id, order.named_receiver_id):
        if known is not None:
            return [known]
    return list(holders("receiver", duty="receiver_id")(order))


def accountants(order: Order) -> list[int]:
    if order.accountant_id is not None:
        return [order.accountant_id]
    return list(holders("accountant", duty="accountant_id")(order))


def asset_clerks(order: Order) -> list[int]:
    """Who registers cards, when there is a line that needs one."""
    if not any(line.is_asset for line in order.lines):
        return []
    return sorted({*receivers(order), *accountants(order)})


def supplier_people(order: Order) -> list[int]:
    return [user.id for user in people_with("supplier", organisation_id=order.supplier_id)]


def centre_people(order: Order) -> list[int]:
    """People of the purchasing centres whose region contains the order's."""
    rows = session().execute(
        select(UserPost.user_id, Organisation.region_code)
        .join(Organisation, Organisation.id == UserPost.organisation_id)
        .join(UserAccount, UserAccount.id == UserPost.user_id)
        .where(UserPost.role == "centre", UserPost.ended_at.is_(None), UserAccount.state == "active")
        .order_by(UserPost.user_id)
    )
    return [user_id for user_id, region_code in rows if covers(region_code, order.region_code)]


HAND_OVERS: tuple[HandOver, ...] = (
    HandOver("order.submit", "approve_order", holders("approver", duty="approver_id")),
    HandOver("order.endorse", "approve_order_second", holders("leader", duty="leader_id")),
    HandOver("order.return", "order_returned", handler),
    HandOver("order.approve", "confirm_order", supplier_people),
    HandOver("order.decline", "order_declined", handler),
    HandOver("order.confirm", "sign_contract", handler),
    HandOver("order.confirm", "sign_contract", supplier_people),
    HandOver("order.contract", "ship_order", supplier_people),
    HandOver("order.request_cancellation", "answer_cancellation", supplier_people),
    HandOver("order.agree_cancellation", "order_cancelled", handler),
    HandOver("order.request_short", "answer_short", supplier_people),
    HandOver("order.ship", "receive_goods", receivers),
    HandOver("order.receive", "accept_goods", receivers),
    HandOver("order.refuse", "goods_refused", supplier_people),
    HandOver("order.refuse", "goods_refused", handler),
    HandOver("order.refuse_part", "goods_refused", supplier_people),
    HandOver("order.refuse_part", "goods_refused", handler),
    HandOver("order.accept_first", "accept_goods_second", holders("acceptor", duty="acceptor_id")),
    HandOver("order.dispute", "answer_dispute", supplier_people),
    HandOver("order.answer_dispute", "settle_dispute", receivers),
    HandOver("order.answer_dispute", "settle_dispute", centre_people),
    HandOver("order.settle_dispute", "dispute_settled", supplier_people),
    HandOver("order.settle_dispute", "dispute_settled", handler),
    HandOver("order.accept", "send_invoice", supplier_people),
    HandOver("order.accept", "register_assets", asset_clerks),
    HandOver("order.finish_short", "send_invoice", supplier_people),
    HandOver("order.accept_part", "send_invoice", supplier_people),
    HandOver("order.invoice", "request_payment", accountants),
    HandOver("order.invoice_part", "request_payment", accountants),
    HandOver("order.credit_note", "credit_note_entered", accountants),
    HandOver("order.goods_back", "goods_to_replace", supplier_people),
    HandOver("order.pay", "rate_order", handler),
    HandOver("order.reckon_paid", "rate_order", handler),
    HandOver("payment.request", "approve_payment", holders("finance", duty="finance_id")),
    HandOver("payment.return", "payment_returned", accountants),
    HandOver("payment.pay", "payment_made", supplier_people),
    HandOver("payment.refuse", "payment_refused", accountants),
    HandOver("payment.refuse", "payment_refused", supplier_people),
    HandOver("payment.bounce", "payment_bounced", accountants),
    HandOver("payment.bounce", "payment_bounced", supplier_people),
    HandOver("change.ask", "answer_change", supplier_people),
    HandOver("change.agree", "change_agreed", handler),
    HandOver("change.agree", "change_agreed", accountants),
    HandOver("change.decline", "change_declined", handler),
    HandOver("change.decline", "change_declined", accountants),
    HandOver("change.release", "retention_due", accountants),
    HandOver("refund.claim", "answer_refund", supplier_people),
    HandOver("refund.insist", "answer_refund", supplier_people),
    HandOver("refund.agree", "refund_agreed", holders("finance", duty="finance_id")),
    HandOver("refund.agree", "refund_agreed", accountants),
    HandOver("refund.dispute", "refund_disputed", handler),
    HandOver("refund.dispute", "refund_disputed", accountants),
    HandOver("refund.receive", "refund_settled", supplier_people),
    HandOver("refund.offset", "refund_settled", supplier_people),
    HandOver("refund.give_up", "refund_settled", supplier_people),
    HandOver("payment.send", "payment_under_way", supplier_people),
)

TASKS = tuple(code for code, text in NOTICE_WORDS.items() if text.is_task)
_EVENTS = tuple(dict.fromkeys(hand_over.event for hand_over in HAND_OVERS))


@subscribes(*_EVENTS, "order.cancel", "order.rate", "order.close")
def send_notices(event: Event) -> None:
    """Write the notices of one event. The same event again writes nothing new."""
    order = _order_of(event)
    if order is None:
        return
    paper = _paper_of(event)
    if event.payload.get("before") != event.payload.get("after"):
        _clear_tasks(order, event=event, paper=paper)
    told: set[int] = set()
    facts = _facts(order, event=event, paper=paper)
    for hand_over in HAND_OVERS:
        if hand_over.event != event.name:
            continue
        for user_id in hand_over.audience(order):
            # One event is one line in a person's list, even where two duties of hers are touched.
            if user_id in told or user_id == event.payload.get("by"):
                continue
            told.add(user_id)
            _write(order, event=event, user_id=user_id, code=hand_over.code, facts=facts)


#: papers that hang on an order: payment:ZF-..., change:XG-..., refund:TK-...
_PAPERS: dict[str, type[PaymentRequest] | type[SettlementChange] | type[RefundClaim]] = {
    "payment": PaymentRequest,
    "change": SettlementChange,
    "refund": RefundClaim,
}


def _paper_of(event: Event) -> PaymentRequest | SettlementChange | RefundClaim | None:
    kind, _, number = event.document.partition(":")
    table = _PAPERS.get(kind)
    return session().scalar(select(table).where(table.number == number)) if table is not None else None


def _order_of(event: Event) -> Order | None:
    kind, _, number = event.document.partition(":")
    query = select(Order).where(Order.number == number)
    if kind in _PAPERS:
        table = _PAPERS[kind]
        query = select(Order).join(table, table.order_id == Order.id).where(table.number == number)
    order = session().scalar(query)
    if order is not None:
        load_lines([order])
    return order


def _clear_tasks(order: Order, *, event: Event, paper: PaymentRequest | SettlementChange | RefundClaim | None) -> None:
    """The paper has moved on: what was asked of people before is no longer waiting, whoever did it. The order's own
    steps leave the tasks of its payments, changes and refunds alone: several can be under way."""
    number = Notice.facts["paper"].astext
    session().execute(
        update(Notice)
        .where(
            Notice.document == order.reference,
            Notice.read_at.is_(None),
            Notice.event_id < event.id,
            Notice.code.in_(TASKS),
            Notice.code != "register_assets",
            number == paper.number if paper is not None else number.is_(None),
        )
        .values(read_at=clock.now())
    )


def _facts(
    order: Order, *, event: Event, paper: PaymentRequest | SettlementChange | RefundClaim | None
) -> dict[str, object]:
    names = organisation_names({order.unit_id, order.supplier_id})
    facts: dict[str, object] = {
        "number": order.number,
        "unit": names.get(order.unit_id, ""),
        "supplier": names.get(order.supplier_id, ""),
        "amount_fen": sum(line.contract_amount_fen for line in order.lines),
        "reason": str(event.payload.get("note") or order.cancellation_reason),
    }
    if paper is not None:
        facts |= {"paper": paper.number, "amount_fen": paper.amount_fen}
        if isinstance(paper, SettlementChange):
            facts["kind"] = paper.kind
    return facts


def _write(order: Order, *, event: Event, user_id: int, code: str, facts: dict[str, object]) -> None:
    session().execute(
        insert(Notice)
        .values(
            user_id=user_id,
            event_id=event.id,
            code=code,
            document=order.reference,
            facts=facts,
            at=event.happened_at,
        )
        .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
    )
