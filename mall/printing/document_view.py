"""This file knows how the facts of a document are written out for the page: money, dates, rates and codes as text."""

import datetime
import io
import unicodedata
import zoneinfo
from typing import Any

import segno

from mall.printing.capital_amount import capital_amount
from mall.printing.document_data import (
    BudgetShare,
    ContractTerms,
    DocumentData,
    DocumentLine,
    Invoice,
    Party,
    SignatureMark,
)

_SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
_HASH_HEAD = 16


def document_view(data: DocumentData) -> dict[str, Any]:
    """What the templates read: nested dicts and lists of strings, nothing left to compute but the layout."""
    path = f"/verify/{data.verification_code}"
    return _clean(
        {
            "number": data.number,
            "platform": data.platform,
            "region": data.region,
            "fiscal_year": str(data.fiscal_year),
            "issued_on": day_text(data.issued_on),
            "printed_at": moment_text(data.printed_at),
            "verification_code": data.verification_code,
            "verification_path": path,
            "qr_svg": _qr_svg(data.site_address.rstrip("/") + path),
            "purchaser": _party(data.purchaser),
            "supplier": _party(data.supplier),
            "lines": [_line(line, number=number) for number, line in enumerate(data.lines, start=1)],
            "line_count": str(len(data.lines)),
            "total": money_text(data.total_fen),
            "total_capital": capital_amount(data.total_fen),
            "signatures": [_signature(mark) for mark in data.signatures],
            "order_number": data.order_number,
            "references": _references(data),
            "particulars": [{"label": each.label, "value": each.value} for each in data.particulars],
            "notes": list(data.notes),
            "terms": _terms(data.terms) if data.terms else None,
            "conclusion": data.conclusion,
            "deemed_accepted": data.deemed_accepted,
            "accepted_on": day_text(data.accepted_on),
            "invoices": [_invoice(invoice) for invoice in data.invoices],
            "budget_shares": [_share(share) for share in data.budget_shares],
            "order_total": money_text(data.order_total_fen),
            "paid_before": money_text(data.paid_before_fen),
            "remaining": money_text(data.order_total_fen - data.paid_before_fen - data.total_fen),
            "payment_due_on": day_text(data.payment_due_on),
            "watermark": data.watermark,
        }
    )


def money_text(amount_fen: int) -> str:
    """123456789 -> 1,234,567.89."""
    sign = "-" if amount_fen < 0 else ""
    yuan, cents = divmod(abs(amount_fen), 100)
    return f"{sign}{yuan:,}.{cents:02d}"


def rate_text(rate_bp: int) -> str:
    """5 -> 0.05%, 500 -> 5%."""
    percent, rest = divmod(rate_bp, 100)
    return f"{percent}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def day_text(day: str) -> str:
    """2026-03-02 -> 2026年3月2日; nothing for nothing."""
    if not day:
        return ""
    parsed = datetime.date.fromisoformat(day)
    return f"{parsed.year}年{parsed.month}月{parsed.day}日"


def moment_text(moment: str) -> str:
    """A moment with its offset, in Shanghai time: 2026年3月2日 10:15."""
    local = moment_with_offset(moment).astimezone(_SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def moment_with_offset(moment: str) -> datetime.datetime:
    """Raises ValueError for a moment that does not say its offset."""
    parsed = datetime.datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        raise ValueError(f"{moment} does not say its offset from UTC")
    return parsed


def _party(party: Party) -> dict[str, str]:
    return {
        "name": party.name,
        "credit_code": party.credit_code,
        "address": party.address,
        "contact": "  ".join(part for part in (party.contact, party.telephone) if part),
        "bank_name": party.bank_name,
        "bank_account": _in_fours(party.bank_account),
    }


def _line(line: DocumentLine, *, number: int) -> dict[str, str]:
    return {
        "number": str(number),
        "category_code": line.category_code,
        "name": line.name,
        "specification": line.specification or "—",
        "unit": line.unit,
        "quantity": str(line.quantity),
        "received": "—" if line.received is None else str(line.received),
        "accepted": "—" if line.accepted is None else str(line.accepted),
        "price": money_text(line.price_fen),
        "amount": money_text(line.amount_fen),
        "budget_line": line.budget_line or "—",
        "remark": line.remark,
    }


def _signature(mark: SignatureMark) -> dict[str, str]:
    return {
        "role": mark.role,
        "organisation": mark.organisation,
        "name": mark.name,
        "signed_at": moment_text(mark.signed_at),
        "hash_head": _in_fours(mark.content_hash[:_HASH_HEAD].upper()),
    }


def _references(data: DocumentData) -> list[dict[str, str]]:
    named = (
        ("订单编号", data.order_number),
        ("合同编号", data.contract_number),
        ("验收单编号", data.acceptance_number),
    )
    return [{"label": label, "value": number} for label, number in named if number]


def _terms(terms: ContractTerms) -> dict[str, Any]:
    return {
        "delivery_address": terms.delivery_address,
        "receiver": "，".join(part for part in (terms.receiver, terms.receiver_telephone) if part),
        "delivery_days": str(terms.delivery_days),
        "acceptance_working_days": str(terms.acceptance_working_days),
        "payment_days": str(terms.payment_days),
        "payment_limit_days": str(terms.payment_limit_days),
        "warranty_months": str(terms.warranty_months) if terms.warranty_months else "",
        "late_delivery_rate": rate_text(terms.late_delivery_rate_bp),
        "late_delivery_ceiling": rate_text(terms.late_delivery_ceiling_bp),
        "late_payment_rate": rate_text(terms.late_payment_rate_bp),
        "special_terms": list(terms.special_terms),
    }


def _invoice(invoice: Invoice) -> dict[str, str]:
    return {
        "number": invoice.number,
        "kind": invoice.kind,
        "issued_on": day_text(invoice.issued_on),
        "amount": money_text(invoice.amount_fen),
        "tax": money_text(invoice.tax_fen),
    }


def _share(share: BudgetShare) -> dict[str, str]:
    return {
        "code": share.code,
        "name": share.name,
        "function_code": share.function_code,
        "economic_code": share.economic_code,
        "fund_source": share.fund_source,
        "amount": money_text(share.amount_fen),
    }


def _in_fours(characters: str) -> str:
    return " ".join(characters[start : start + 4] for start in range(0, len(characters), 4))


def _qr_svg(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, dark="#000")
    return drawn.getvalue().decode()


def _clean(value: Any) -> Any:
    """The same structure without control characters, which archives refuse, and without the invisible
    ones of category Cf, which could turn the order of what is read."""
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, str):
        return "".join(_visible(character) for character in value)
    return value


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return " " if category in ("Cc", "Cs", "Co", "Zl", "Zp") else character
