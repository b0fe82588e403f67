"""An order's documents as PDF, each with a verification code that anybody can look up.

What a document says is fixed when it comes into being: its hash covers number, parties, lines and
amount, so printing it again gives the same code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from ledger.budget_lines import BudgetLine, find_lines
from mall import clock
from mall.access.actor import Actor
from mall.contracts.contract import Contract, contract_of, signatures_of
from mall.database import session
from mall.documents.once import hash_of
from mall.documents.printed_document import PrintedDocument
from mall.errors import Refusal
from mall.finance.invoice import invoices_of
from mall.finance.payment_request import PaymentRequest, payment_requests_of
from mall.fulfilment.acceptance import Acceptance, acceptances_of
from mall.ordering.order import Order, OrderLine
from mall.ordering.visible_orders import visible_order
from mall.people.organisation import organisation
from mall.people.user import person_names
from mall.printing.document_data import (
    BudgetShare,
    ContractTerms,
    DocumentData,
    DocumentLine,
    Invoice,
    Particular,
    Party,
    SignatureMark,
)
from mall.printing.render_document import render
from mall.printing.verification_code import code_for
from mall.regions.region import region_named
from mall.regions.regional_rule import rule
from mall.suppliers.supplier import supplier

TITLES = {
    "order": "政府采购网上商城订单",
    "contract": "政府采购合同",
    "acceptance": "履约验收单",
    "payment_request": "支付申请书",
}


def documents_of(order: Order) -> list[tuple[str, str]]:
    """(kind, number) of every document that this order has so far."""
    found: list[tuple[str, str]] = []
    if order.state != "draft":
        found.append(("order", order.number))
    contract = contract_of(order.id)
    if contract is not None:
        found.append(("contract", contract.number))
    found += [("acceptance", sheet.number) for sheet in acceptances_of(order.id)]
    found += [("payment_request", payment.number) for payment in payment_requests_of(order.id)]
    return found


def pdf_of(kind: str, number: str, *, order_number: str, actor: Actor, site_address: str = "") -> bytes:
    """The PDF of one document of an order that the actor may see.

    Raises Refusal "order.unknown", "printing.unknown_document", "printing.no_chinese_font".
    """
    order = visible_order(actor, order_number)
    if (kind, number) not in documents_of(order):
        raise Refusal("printing.unknown_document", kind=kind, number=number)
    return render(kind, _data(order, kind, number, site_address=site_address))


def enter_documents(order: Order) -> None:
    """Enter every document of the order into the public register of verification codes; known ones stay."""
    unit = organisation(order.unit_id)
    seller = supplier(order.supplier_id)
    for kind, number in documents_of(order):
        content_hash, amount_fen = _content(order, kind, number)
        session().execute(
            insert(PrintedDocument)
            .values(
                code=code_for(kind, number, content_hash),
                kind=kind,
                number=number,
                content_hash=content_hash,
                title=TITLES[kind],
                unit_name=unit.name if unit else "",
                supplier_name=seller.name if seller else "",
                amount_fen=amount_fen,
                issued_at=clock.now(),
            )
            .on_conflict_do_nothing()
        )


def _content(order: Order, kind: str, number: str) -> tuple[str, int]:
    """(hash, amount) of what a document says."""
    contract = contract_of(order.id)
    if kind == "contract" and contract is not None:
        return contract.content_hash, contract.amount_fen
    lines, total_fen = _LINES[kind](order, number, {})
    body: dict[str, Any] = {
        "kind": kind,
        "number": number,
        "unit_id": order.unit_id,
        "supplier_id": order.supplier_id,
        "lines": [[line.category_code, line.name, line.unit, line.quantity, line.price_fen] for line in lines],
        "total_fen": total_fen,
    }
    return hash_of(body), total_fen


def _data(order: Order, kind: str, number: str, *, site_address: str) -> DocumentData:
    budget_lines = find_lines(session(), {line.budget_line_id for line in order.lines})
    lines, total_fen = _LINES[kind](order, number, budget_lines)
    content_hash, _ = _content(order, kind, number)
    contract = contract_of(order.id)
    facts: dict[str, Any] = {
        "number": number,
        "region": region_named(order.region_code),
        "fiscal_year": order.year,
        "issued_on": clock.local(order.submitted_at or order.created_at).date().isoformat(),
        "printed_at": clock.now().isoformat(),
        "purchaser": _purchaser(order),
        "supplier": _seller(order),
        "lines": tuple(lines),
        "total_fen": total_fen,
        "signatures": (),
        "verification_code": code_for(kind, number, content_hash),
        "platform": "阳光商城 · 政府采购网上商城",
        "site_address": site_address,
        "order_number": "" if kind == "order" else order.number,
        "contract_number": contract.number if contract and kind != "contract" else "",
    }
    facts |= _PARTICULARS[kind](order, number, content_hash, budget_lines)
    return DocumentData(**facts)


Lines = tuple[list[DocumentLine], int]


def _order_lines(order: Order, number: str, budget_lines: dict[int, BudgetLine]) -> Lines:
    lines = [_line(line, budget_lines, quantity=line.quantity, price_fen=line.price_fen) for line in order.lines]
    return lines, sum(line.amount_fen for line in lines)


def _contract_lines(order: Order, number: str, budget_lines: dict[int, BudgetLine]) -> Lines:
    lines = [
        _line(line, budget_lines, quantity=line.quantity, price_fen=line.contract_price_fen) for line in order.lines
    ]
    return lines, sum(line.amount_fen for line in lines)


def _acceptance_lines(order: Order, number: str, budget_lines: dict[int, BudgetLine]) -> Lines:
    sheet = _sheet(order, number)
    lines = []
    for line in order.lines:
        pieces = sheet.quantities.get(str(line.line_no), 0)
        if pieces:
            lines.append(_line(line, budget_lines, quantity=pieces, price_fen=line.contract_price_fen, accepted=pieces))
    return lines, sheet.amount_fen


def _payment_lines(order: Order, number: str, budget_lines: dict[int, BudgetLine]) -> Lines:
    payment = _payment(order, number)
    by_number = {line.line_no: line for line in order.lines}
    lines = [
        _line(by_number[line_no], budget_lines, quantity=pieces, price_fen=price_fen)
        for line_no, pieces, price_fen in payment.goods
    ]
    return lines or _part_lines(order, payment, budget_lines), payment.amount_fen


def _part_lines(order: Order, payment: PaymentRequest, budget_lines: dict[int, BudgetLine]) -> list[DocumentLine]:
    """A part of the price is of no piece in particular: one line for each budget line that pays."""
    lines = []
    for line_id, amount_fen in payment.amounts.items():
        budget_line = budget_lines.get(int(line_id))
        own = [line for line in order.lines if line.budget_line_id == int(line_id)]
        lines.append(
            DocumentLine(
                category_code=own[0].category_code if own else "",
                name=f"{own[0].name if own else ''}{'等' if len(own) > 1 else ''}（部分货款）",
                specification="",
                unit="笔",
                quantity=1,
                price_fen=amount_fen,
                amount_fen=amount_fen,
                budget_line=budget_line.code if budget_line else "",
            )
        )
    return lines


_LINES: dict[str, Callable[[Order, str, dict[int, BudgetLine]], Lines]] = {
    "order": _order_lines,
    "contract": _contract_lines,
    "acceptance": _acceptance_lines,
    "payment_request": _payment_lines,
}


def _line(
    line: OrderLine, budget_lines: dict[int, BudgetLine], *, quantity: int, price_fen: int, accepted: int | None = None
) -> DocumentLine:
    budget_line = budget_lines.get(line.budget_line_id)
    return DocumentLine(
        category_code=line.category_code,
        name=line.name,
        specification=line.specification,
        unit=line.unit,
        quantity=quantity,
        price_fen=price_fen,
        amount_fen=quantity * price_fen,
        budget_line=budget_line.code if budget_line else "",
        received=line.received if accepted is not None else None,
        accepted=accepted,
    )


def _order_particulars(
    order: Order, number: str, content_hash: str, budget_lines: dict[int, BudgetLine]
) -> dict[str, Any]:
    names = person_names({one for one in (order.handler_id, order.approver_id, order.leader_id) if one})
    delivery = order.delivery
    given = [
        ("采购方式", "网上商城直接订购"),
        ("收货地点", str(delivery.get("address", ""))),
        ("联系人", str(delivery.get("contact", ""))),
        ("联系电话", str(delivery.get("phone", ""))),
        ("经办人", names.get(order.handler_id, "")),
        ("审批人", names.get(order.approver_id or 0, "")),
    ]
    return {
        "particulars": tuple(Particular(label=label, value=value) for label, value in given if value),
        "signatures": (),
    }


def _contract_particulars(
    order: Order, number: str, content_hash: str, budget_lines: dict[int, BudgetLine]
) -> dict[str, Any]:
    contract = _contract(order)
    on = clock.local(contract.drawn_up_at).date()
    days = {
        code: rule(code, region_code=order.region_code, on=on).value
        for code in (
            "acceptance.working_days",
            "payment.due_days",
            "payment.max_days",
            "payment.late_interest_bp_per_day",
            "contract.late_delivery_bp_per_day",
            "contract.late_delivery_ceiling_bp",
            "contract.delivery_days",
            "contract.warranty_months",
        )
    }
    unit, seller = organisation(order.unit_id), supplier(order.supplier_id)
    sides = {
        "unit": ("甲方(采购人)", unit.name if unit else ""),
        "supplier": ("乙方(供应商)", seller.name if seller else ""),
    }
    return {
        "issued_on": on.isoformat(),
        "terms": ContractTerms(
            delivery_address=str(order.delivery.get("address", "")) or (unit.address if unit else ""),
            receiver=str(order.delivery.get("contact", "")),
            receiver_telephone=str(order.delivery.get("phone", "")),
            delivery_days=days["contract.delivery_days"],
            acceptance_working_days=days["acceptance.working_days"],
            payment_days=days["payment.due_days"],
            payment_limit_days=days["payment.max_days"],
            warranty_months=days["contract.warranty_months"],
            late_delivery_rate_bp=days["contract.late_delivery_bp_per_day"],
            late_delivery_ceiling_bp=days["contract.late_delivery_ceiling_bp"],
            late_payment_rate_bp=days["payment.late_interest_bp_per_day"],
        ),
        "signatures": tuple(
            SignatureMark(
                role=sides[one.side][0],
                organisation=sides[one.side][1],
                name=one.signer_name,
                signed_at=one.signed_at.isoformat(),
                content_hash=one.content_hash,
            )
            for one in signatures_of(contract.id)
        ),
    }


def _acceptance_particulars(
    order: Order, number: str, content_hash: str, budget_lines: dict[int, BudgetLine]
) -> dict[str, Any]:
    sheet = _sheet(order, number)
    unit = organisation(order.unit_id)
    people = [("验收人", sheet.receiver_name), ("第二验收人", sheet.acceptor_name)]
    return {
        "issued_on": clock.local(sheet.at).date().isoformat(),
        "accepted_on": clock.local(sheet.at).date().isoformat(),
        "conclusion": "" if sheet.is_deemed else (sheet.note or "经验收，数量、规格与合同相符，同意验收。"),
        "deemed_accepted": sheet.is_deemed,
        "signatures": tuple(
            SignatureMark(
                role=role,
                organisation=unit.name if unit else "",
                name=name,
                signed_at=sheet.at.isoformat(),
                content_hash=content_hash,
            )
            for role, name in people
            if name and not sheet.is_deemed
        ),
    }


def _payment_particulars(
    order: Order, number: str, content_hash: str, budget_lines: dict[int, BudgetLine]
) -> dict[str, Any]:
    payment = _payment(order, number)
    invoices = invoices_of(order.id)
    sheets = acceptances_of(order.id)
    names = person_names({one for one in (payment.accountant_id, payment.finance_id) if one})
    unit = organisation(order.unit_id)
    people = [("会计", names.get(payment.accountant_id, "")), ("财务审核", names.get(payment.finance_id or 0, ""))]
    return {
        "issued_on": clock.local(payment.requested_at).date().isoformat(),
        "acceptance_number": "、".join(sheet.number for sheet in sheets[:3]),
        "invoices": tuple(
            Invoice(
                number=one.number,
                kind="增值税发票",
                issued_on=one.issued_on.isoformat(),
                amount_fen=one.amount_fen,
                tax_fen=_tax_in(order, one.amount_fen),
            )
            for one in invoices
        ),
        "budget_shares": tuple(
            BudgetShare(
                code=budget_lines[int(line_id)].code,
                name=budget_lines[int(line_id)].name,
                function_code=budget_lines[int(line_id)].function_code,
                economic_code=budget_lines[int(line_id)].economic_code,
                fund_source=budget_lines[int(line_id)].fund_source,
                amount_fen=amount_fen,
            )
            for line_id, amount_fen in payment.amounts.items()
        ),
        "order_total_fen": order.total_fen,
        "paid_before_fen": _paid_before(order, payment),
        "payment_due_on": order.payment_due_on.isoformat() if order.payment_due_on else "",
        "signatures": tuple(
            SignatureMark(
                role=role,
                organisation=unit.name if unit else "",
                name=name,
                signed_at=payment.requested_at.isoformat(),
                content_hash=content_hash,
            )
            for role, name in people
            if name
        ),
    }  # fmt: skip


def _tax_in(order: Order, amount_fen: int) -> int:
    """The tax inside an invoice's amount: its share of the tax of what was accepted."""
    accepted_fen = sum(line.accepted_fen for line in order.lines)
    tax_fen = sum(line.accepted_tax_fen for line in order.lines)
    return tax_fen * amount_fen // accepted_fen if accepted_fen else 0


def _paid_before(order: Order, payment: PaymentRequest) -> int:
    return sum(
        other.amount_fen
        for other in payment_requests_of(order.id)
        if other.state == "paid" and other.settled_at is not None and other.settled_at <= payment.requested_at
    )


_PARTICULARS: dict[str, Callable[[Order, str, str, dict[int, BudgetLine]], dict[str, Any]]] = {
    "order": _order_particulars,
    "contract": _contract_particulars,
    "acceptance": _acceptance_particulars,
    "payment_request": _payment_particulars,
}


def _purchaser(order: Order) -> Party:
    unit = organisation(order.unit_id)
    delivery = order.delivery
    return Party(
        name=unit.name if unit else "",
        credit_code=(unit.credit_code or "") if unit else "",
        address=unit.address if unit else "",
        contact=str(delivery.get("contact", "")),
        telephone=str(delivery.get("phone", "")),
    )


def _seller(order: Order) -> Party:
    seller = supplier(order.supplier_id)
    if seller is None:
        return Party(name="")
    home = organisation(seller.id)
    return Party(
        name=seller.name,
        credit_code=seller.credit_code,
        address=home.address if home else "",
        contact=seller.contact_name,
        telephone=seller.contact_phone,
        bank_name=seller.bank_name,
        bank_account=seller.bank_account,
    )


def _contract(order: Order) -> Contract:
    contract = contract_of(order.id)
    if contract is None:
        raise Refusal("printing.unknown_document", kind="contract", number=order.number)
    return contract


def _sheet(order: Order, number: str) -> Acceptance:
    for sheet in acceptances_of(order.id):
        if sheet.number == number:
            return sheet
    raise Refusal("printing.unknown_document", kind="acceptance", number=number)


def _payment(order: Order, number: str) -> PaymentRequest:
    for payment in payment_requests_of(order.id):
        if payment.number == number:
            return payment
    raise Refusal("printing.unknown_document", kind="payment_request", number=number)
