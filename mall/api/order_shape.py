"""How orders look in the API: shapes for the description, and the same as plain JSON values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.contracts.contract import contract_of
from mall.database import session
from mall.finance.invoice import credit_notes_of, invoices_of
from mall.finance.payment_request import payment_requests_of
from mall.finance.refund_claim import refund_claims_of
from mall.finance.settlement import Settlement, settlement_of
from mall.finance.settlement_change import changes_of
from mall.fulfilment.acceptance import acceptances_of
from mall.ordering.deadlines import consequence
from mall.ordering.order import Order, OrderLine, load_lines
from mall.ordering.order_actions import possible
from mall.people.organisation import organisation_names
from mall.people.user import person_names
from mall.web.names import state_name

DUTIES = ("handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance")

#: states in which no contract, sheet, invoice or payment can be on file yet
_WITHOUT_PAPERS = ("draft", "submitted", "endorsed", "returned", "approved")


class OrderLineShape(BaseModel):
    """One line of an order. Prices are per `unit`, tax included."""

    line_no: int
    listing_id: int
    product_id: int
    category_code: str
    sku: str
    name: str
    specification: str
    unit: str
    quantity: int
    price_fen: int
    amount_fen: int = Field(description="Ordered: quantity x price")
    contract_price_fen: int = Field(description="As the supplier confirmed it; never above the price ordered")
    contract_amount_fen: int = Field(description="Still owed for: the quantity not released, at the contract price")
    tax_rate_bp: int
    is_asset: bool
    budget_line_id: int | None = Field(description="null for those who may not read the unit's books")
    shipped: int
    received: int
    accepted: int
    released: int = Field(description="Pieces that will not come; their money went back to the budget line")
    cut_fen: int = Field(description="What both sides took off the price of the accepted pieces")


class OrderDocumentShape(BaseModel):
    """One paper of an order."""

    kind: str = Field(
        description="order, contract, acceptance, invoice, credit_note, payment, refund, or what was agreed after the"
        " contract: price_cut, return_for_good, return_to_replace, retention"
    )
    number: str
    amount_fen: int
    at: str
    state: str | None = None


class SettlementShape(BaseModel):
    """How far the money has come, in fen."""

    contract_fen: int
    accepted_fen: int
    invoiced_fen: int = Field(description="Invoices less credit notes")
    to_invoice_fen: int
    credit_due_fen: int = Field(description="A credit note over this is due")
    to_request_fen: int = Field(description="Can be asked for now")
    requested_fen: int
    in_transit_fen: int
    paid_fen: int
    retained_fen: int = Field(description="Held back until its day")
    refund_due_fen: int = Field(description="Agreed, and not yet come back")
    refunded_fen: int
    owed_fen: int = Field(description="Accepted and not yet paid")


class OrderRowShape(BaseModel):
    """One order in a list."""

    number: str
    state: str
    state_name: str
    total_fen: int
    year: int
    region_code: int
    unit_id: int
    unit: str
    supplier_id: int
    supplier: str
    created_at: str
    submitted_at: str | None
    state_since: str
    due_at: str | None = Field(description="When the present state's term ends")
    consequence: str = Field(description="Code of what follows when the term passes; empty without a term")


class OrderShape(OrderRowShape):
    """One order. `actions` are those that this token's person may take now, as POST /orders/{number}/{action}."""

    actions: list[str]
    mode: str
    round: int = Field(description="How many times it was submitted")
    note: str
    delivery: dict[str, Any]
    people: dict[str, str] = Field(description="Who carried which duty")
    named_receiver: str | None
    accepted_on: str | None
    payment_due_on: str | None
    cancellation_requested_at: str | None
    cancellation_reason: str
    short_requested: dict[str, int] = Field(description="Pieces by line number that wait for the supplier's consent")
    first_accepted: dict[str, int] = Field(description="Pieces by line number that wait for the second acceptor")
    lines: list[OrderLineShape]
    documents: list[OrderDocumentShape]
    settlement: SettlementShape


class OrderRowsShape(BaseModel):
    """One page of orders, the newest first."""

    items: list[OrderRowShape]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class PlacedOrderShape(BaseModel):
    """One order that was placed."""

    number: str
    state: str
    state_name: str
    total_fen: int
    supplier_id: int
    actions: list[str]


class RefusedOrderShape(BaseModel):
    """The part of one supplier that could not be ordered; the other orders stand."""

    supplier_id: int
    supplier: str
    code: str
    facts: dict[str, Any]
    detail: str
    next: str


class PlacedOrdersShape(BaseModel):
    """What became of a request: one order per supplier, and what was refused."""

    orders: list[PlacedOrderShape]
    refused: list[RefusedOrderShape]


def order_row(order: Order, *, names: dict[int, str]) -> dict[str, Any]:
    """An order as a row. `names` are of its unit and supplier."""
    return {
        "number": order.number,
        "state": order.state,
        "state_name": state_name("order", order.state),
        "total_fen": order.total_fen,
        "year": order.year,
        "region_code": order.region_code,
        "unit_id": order.unit_id,
        "unit": names.get(order.unit_id, ""),
        "supplier_id": order.supplier_id,
        "supplier": names.get(order.supplier_id, ""),
        "created_at": iso(order.created_at),
        "submitted_at": iso(order.submitted_at),
        "state_since": iso(order.state_since),
        "due_at": iso(order.due_at),
        "consequence": consequence(order),
    }


def order_rows(orders: list[Order]) -> list[dict[str, Any]]:
    """Orders as rows, their names read together."""
    names = organisation_names({order.unit_id for order in orders} | {order.supplier_id for order in orders})
    return [order_row(order, names=names) for order in orders]


def whole_order(order: Order, *, actor: Actor) -> dict[str, Any]:
    """An order with its lines, papers and the actor's actions. Its lines are loaded."""
    names = organisation_names({order.unit_id, order.supplier_id})
    on_duty = {duty: getattr(order, f"{duty}_id") for duty in DUTIES}
    persons = person_names({one for one in (*on_duty.values(), order.named_receiver_id) if one is not None})
    reads_book = may(actor, "order.read_book", order)
    figures = settlement_of(order) if order.state not in _WITHOUT_PAPERS else Settlement()
    return {
        **order_row(order, names=names),
        "actions": possible(order, actor),
        "mode": order.mode,
        "round": order.round,
        "note": order.note,
        "delivery": order.delivery,
        "people": {duty: persons.get(one, "") for duty, one in on_duty.items() if one is not None},
        "named_receiver": persons.get(order.named_receiver_id) if order.named_receiver_id else None,
        "accepted_on": iso(order.accepted_on),
        "payment_due_on": iso(order.payment_due_on),
        "cancellation_requested_at": iso(order.cancellation_requested_at),
        "cancellation_reason": order.cancellation_reason,
        "short_requested": order.short_requested,
        "first_accepted": order.first_accepted,
        "lines": [_line(line, reads_book=reads_book) for line in order.lines],
        "documents": _papers(order),
        "settlement": {name: getattr(figures, name) for name in SettlementShape.model_fields},
    }


def placed_orders(numbers: list[str], *, actor: Actor) -> list[dict[str, Any]]:
    """The orders just placed, in the order of their numbers given."""
    found = _at_hand(numbers)
    missing = [number for number in numbers if number not in found]
    if missing:
        read = list(session().scalars(select(Order).where(Order.number.in_(missing))))
        load_lines(read)
        found |= {order.number: order for order in read}
    return [
        {
            "number": order.number,
            "state": order.state,
            "state_name": state_name("order", order.state),
            "total_fen": order.total_fen,
            "supplier_id": order.supplier_id,
            "actions": possible(order, actor),
        }
        for order in (found[number] for number in numbers)
    ]


def iso(value: datetime | date | None) -> str | None:
    """An instant or a day as ISO 8601; instants in UTC."""
    return None if value is None else value.isoformat()


def _at_hand(numbers: list[str]) -> dict[str, Order]:
    """Orders that this transaction still holds: budget lines are locked, and a query would keep them so for longer."""
    held = {one.number: one for one in session() if isinstance(one, Order) and one.number in numbers}
    return {number: order for number, order in held.items() if "lines" in order.__dict__}


def _line(line: OrderLine, *, reads_book: bool) -> dict[str, Any]:
    return {
        "line_no": line.line_no,
        "listing_id": line.listing_id,
        "product_id": line.product_id,
        "category_code": line.category_code,
        "sku": line.sku,
        "name": line.name,
        "specification": line.specification,
        "unit": line.unit,
        "quantity": line.quantity,
        "price_fen": line.price_fen,
        "amount_fen": line.amount_fen,
        "contract_price_fen": line.contract_price_fen,
        "contract_amount_fen": line.contract_amount_fen,
        "tax_rate_bp": line.tax_rate_bp,
        "is_asset": line.is_asset,
        "budget_line_id": line.budget_line_id if reads_book else None,
        "shipped": line.shipped,
        "received": line.received,
        "accepted": line.accepted,
        "released": line.released,
        "cut_fen": line.cut_fen,
    }


def _papers(order: Order) -> list[dict[str, Any]]:
    """Every paper on file, in the order of the road."""
    papers = [_paper("order", order.number, order.total_fen, order.created_at)]
    if order.state in _WITHOUT_PAPERS:
        return papers
    contract = contract_of(order.id)
    if contract is not None:
        papers.append(_paper("contract", contract.number, contract.amount_fen, contract.drawn_up_at))
    for sheet in acceptances_of(order.id):
        papers.append(_paper("acceptance", sheet.number, sheet.amount_fen, sheet.at))
    for invoice in invoices_of(order.id):
        papers.append(_paper("invoice", invoice.number, invoice.amount_fen, invoice.entered_at))
    for note in credit_notes_of(order.id):
        papers.append(_paper("credit_note", note.number, note.amount_fen, note.entered_at))
    for change in changes_of(order.id):
        paper = _paper(change.kind, change.number, change.amount_fen, change.asked_at)
        papers.append({**paper, "state": change.state})
    for payment in payment_requests_of(order.id):
        paper = _paper("payment", payment.number, payment.amount_fen, payment.requested_at)
        papers.append({**paper, "state": payment.state})
    for claim in refund_claims_of(order.id):
        paper = _paper("refund", claim.number, claim.amount_fen, claim.claimed_at)
        papers.append({**paper, "state": claim.state})
    return papers


def _paper(kind: str, number: str, amount_fen: int, at: datetime) -> dict[str, Any]:
    return {"kind": kind, "number": number, "amount_fen": amount_fen, "at": iso(at), "state": None}
