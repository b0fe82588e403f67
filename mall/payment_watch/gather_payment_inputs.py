"""Gathering what each payment of a unit and year is judged by: its orders, its twins, the running totals, the rules."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from mall import clock
from mall.database import session
from mall.finance.invoice import Invoice
from mall.finance.payment_request import PaymentRequest
from mall.finance.procurement_scope import Classified, ProcurementScope, classify, procurement_scope
from mall.ordering.order import CategoryTotal, Order
from mall.payment_watch.evaluate_payment import MATCH_DAYS, RULES, Candidate, PaymentInputs, Twin
from mall.payment_watch.other_payment import OtherPayment
from mall.regions.regional_rule import rule
from mall.suppliers.supplier import Supplier

#: an order in one of these says that something was really procured
_LIVE = ("approved", "confirmed", "contracted", "shipped", "received", "refused", "disputed", "accepted", "invoiced",
         "payment_requested", "in_payment", "paid", "closed")  # fmt: skip
_PAYING = ("requested", "approved", "sent", "paid")
_NOISE = re.compile(r"[\W_]+")


@dataclass
class UnitYear:
    """Everything known of one unit and year, read once; judged payments are counted in one after the other."""

    unit_id: int
    region_code: int
    scope: ProcurementScope
    candidates: dict[int, list[Candidate]]
    by_invoice: dict[str, Candidate]
    own_requests: dict[str, str]
    suppliers: dict[str, int]
    mall_totals: dict[str, int]
    spent: dict[str, int]
    twins: dict[tuple[str, int], list[Twin]]
    invoices: dict[str, list[Twin]]
    rules: dict[date, dict[str, dict[str, Any]]]

    def inputs_of(self, payment: OtherPayment) -> PaymentInputs:
        """What this payment is judged by, after those before it were counted in."""
        told = classify(
            economic_code=payment.economic_code,
            purpose=payment.purpose,
            category_code=payment.given_category_code,
            scope=self.scope,
        )
        supplier_id = self._supplier_of(payment)
        return PaymentInputs(
            unit_id=payment.unit_id,
            paid_on=payment.paid_on.isoformat(),
            amount_fen=payment.amount_fen,
            payee_name=payment.payee_name,
            channel=payment.channel,
            voucher_number=payment.voucher_number,
            purpose=payment.purpose,
            economic_code=payment.economic_code,
            invoice_number=payment.invoice_number,
            classified={**told.as_evidence(), "scope_version": self.scope.version},
            rules=self._rules_on(payment.paid_on),
            own_request=self.own_requests.get(payment.voucher_number, ""),
            payee_supplier_id=supplier_id,
            candidates=self._candidates_of(payment, supplier_id),
            twins=self._twins_of(payment),
            spent_before_fen=_sum_below(self.spent, told, scope=self.scope),
            mall_total_fen=_sum_below(self.mall_totals, told, scope=self.scope),
        )

    def count_in(self, payment: OtherPayment, *, category_code: str | None, is_unprocured: bool) -> None:
        """What follows is judged with this payment behind it."""
        twin = Twin(payment.id, payment.voucher_number, payment.paid_on.isoformat(), payment.amount_fen, False)
        for key in _payee_keys(payment):
            self.twins[key, payment.amount_fen].append(twin)
        if payment.invoice_number:
            self.invoices[payment.invoice_number].append(twin)
        if is_unprocured and category_code is not None:
            self.spent[category_code] += payment.amount_fen

    def _rules_on(self, day: date) -> dict[str, dict[str, Any]]:
        if day not in self.rules:
            self.rules[day] = {code: rule(code, region_code=self.region_code, on=day).as_evidence() for code in RULES}
        return self.rules[day]

    def _supplier_of(self, payment: OtherPayment) -> int | None:
        return next((self.suppliers[key] for key in _payee_keys(payment) if key in self.suppliers), None)

    def _candidates_of(self, payment: OtherPayment, supplier_id: int | None) -> tuple[Candidate, ...]:
        named = self.by_invoice.get(payment.invoice_number) if payment.invoice_number else None
        found = self.candidates.get(supplier_id, []) if supplier_id is not None else []
        most = self._rules_on(payment.paid_on)[MATCH_DAYS]["value"]
        near = [one for one in found if _is_near(one, payment.paid_on, days=most)]
        if named is None:
            return tuple(near)
        return (named, *(one for one in near if one.order_id != named.order_id))

    def _twins_of(self, payment: OtherPayment) -> tuple[Twin, ...]:
        found: dict[int, Twin] = {}
        for key in _payee_keys(payment):
            for twin in self.twins[key, payment.amount_fen]:
                found[twin.payment_id] = twin
        for twin in self.invoices[payment.invoice_number] if payment.invoice_number else ():
            found[twin.payment_id] = Twin(twin.payment_id, twin.voucher_number, twin.paid_on, twin.amount_fen, True)
        # The latest ones are enough, and a standing order of years would swell every judgement.
        return tuple(sorted(found.values(), key=lambda twin: (twin.paid_on, twin.payment_id))[-5:])


def gather_unit_year(unit_id: int, *, region_code: int, year: int) -> UnitYear:
    """Read what the payments of a unit and year are judged by; a dozen queries however many payments there are."""
    orders = _orders(unit_id, year=year)
    requests = _requests(unit_id)
    candidates: dict[int, list[Candidate]] = defaultdict(list)
    by_order: dict[int, Candidate] = {}
    for order in orders:
        by_order[order.id] = _candidate(order, requests.get(order.id, []))
        candidates[order.supplier_id].append(by_order[order.id])
    return UnitYear(
        unit_id=unit_id,
        region_code=region_code,
        scope=procurement_scope(),
        candidates=candidates,
        by_invoice=_by_invoice(by_order),
        own_requests=_own_requests(requests),
        suppliers=_suppliers(),
        mall_totals=_mall_totals(unit_id, year=year),
        spent=defaultdict(int),
        twins=defaultdict(list),
        invoices=defaultdict(list),
        rules={},
    )


def payee_key(name: str) -> str:
    """A payee's name for comparison: one width, no blanks or marks."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


def _payee_keys(payment: OtherPayment) -> tuple[str, ...]:
    name = payee_key(payment.payee_name)
    return (name, f"account:{payment.payee_account}") if payment.payee_account else (name,)


def _orders(unit_id: int, *, year: int) -> list[Order]:
    query = select(Order).where(
        Order.unit_id == unit_id, Order.state.in_(_LIVE), Order.year.between(year - 1, year), Order.total_fen > 0
    )
    return list(session().scalars(query.order_by(Order.id)))


def _requests(unit_id: int) -> dict[int, list[PaymentRequest]]:
    found: dict[int, list[PaymentRequest]] = defaultdict(list)
    query = select(PaymentRequest).where(PaymentRequest.unit_id == unit_id).order_by(PaymentRequest.id)
    for request in session().scalars(query):
        found[request.order_id].append(request)
    return found


def _candidate(order: Order, requests: list[PaymentRequest]) -> Candidate:
    instants = [order.submitted_at or order.created_at, *(request.requested_at for request in requests)]
    days = {clock.local(instant).date() for instant in instants}
    days |= {day for day in (order.accepted_on, order.payment_due_on) if day is not None}
    amounts = {order.total_fen, *(request.amount_fen for request in requests)}
    return Candidate(
        order_id=order.id,
        number=order.number,
        amounts_fen=tuple(sorted(amounts)),
        days=tuple(sorted(day.isoformat() for day in days)),
        is_paid=any(request.state in _PAYING for request in requests),
    )


def _by_invoice(by_order: dict[int, Candidate]) -> dict[str, Candidate]:
    found = {}
    for invoice in session().scalars(select(Invoice).where(Invoice.order_id.in_(by_order))):
        one = by_order[invoice.order_id]
        amounts = tuple(sorted({*one.amounts_fen, invoice.amount_fen}))
        found[invoice.number] = Candidate(one.order_id, one.number, amounts, one.days, "invoice", one.is_paid)
    return found


def _own_requests(requests: dict[int, list[PaymentRequest]]) -> dict[str, str]:
    """Voucher number -> the mall's own payment request, by its number or the treasury's reference."""
    found = {}
    for request in (one for several in requests.values() for one in several):
        found[request.number] = request.number
        if request.treasury_reference:
            found[request.treasury_reference] = request.number
    return found


def _suppliers() -> dict[str, int]:
    found: dict[str, int] = {}
    shared: set[str] = set()
    for supplier_id, name, account in session().execute(
        select(Supplier.id, Supplier.name, Supplier.bank_account).order_by(Supplier.id)
    ):
        found.setdefault(payee_key(name), supplier_id)
        key = f"account:{account}"
        if account and found.setdefault(key, supplier_id) != supplier_id:
            shared.add(key)
    # An account that several suppliers name says nothing about whose it is.
    return {key: supplier_id for key, supplier_id in found.items() if key not in shared}


def _mall_totals(unit_id: int, *, year: int) -> dict[str, int]:
    rows = session().execute(
        select(CategoryTotal.category_code, func.sum(CategoryTotal.amount_fen))
        .where(CategoryTotal.unit_id == unit_id, CategoryTotal.year == year)
        .group_by(CategoryTotal.category_code)
    )
    return {code: int(amount_fen) for code, amount_fen in rows}


def _sum_below(sums: dict[str, int], told: Classified, *, scope: ProcurementScope) -> int:
    """What stands under the category that was told, itself and all below it."""
    if told.category_code is None:
        return 0
    return sum(amount_fen for code, amount_fen in sums.items() if told.category_code in scope.lineage(code))


def _is_near(candidate: Candidate, paid_on: date, *, days: int) -> bool:
    reach = timedelta(days=days)
    return any(abs(paid_on - date.fromisoformat(day)) <= reach for day in candidate.days)
