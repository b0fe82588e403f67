"""Judging one payment: a plain function of what it is given, so that every judgement can be made again.

An order speaks for a payment by an invoice or payment number (exact), or by payee, amount and days (near). Without
one, the procurement catalogue and the year's limit decide what is suspected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from mall.documents.once import hash_of

#: changes whenever the same inputs could be judged differently
RULE_VERSION = "payment-watch-1"

MATCH_DAYS = "payment_watch.match_days"
TOLERANCE = "payment_watch.amount_tolerance_bp"
PETTY = "payment_watch.petty_fen"
DUPLICATE_DAYS = "payment_watch.duplicate_days"
CONFIDENCE = "payment_watch.confidence_min"
LIMIT = "direct_purchase.year_limit"
RULES = (MATCH_DAYS, TOLERANCE, PETTY, DUPLICATE_DAYS, CONFIDENCE, LIMIT)


@dataclass(frozen=True)
class Candidate:
    """An order of this unit whose supplier is the payee, or whose papers the payment names.

    `amounts_fen`: what it was ordered, contracted, accepted and requested for. `days`: its days from submission to
    the last request, as ISO dates. `named_by`: "invoice", "payment" or "" when only the payee fits. `is_paid`: the
    mall has paid it, or is paying it.
    """

    order_id: int
    number: str
    amounts_fen: tuple[int, ...]
    days: tuple[str, ...]
    named_by: str = ""
    is_paid: bool = False


@dataclass(frozen=True)
class Twin:
    """An earlier payment of the same unit to the same payee over the same amount, or with the same invoice."""

    payment_id: int
    voucher_number: str
    paid_on: str
    amount_fen: int
    same_invoice: bool


@dataclass(frozen=True)
class PaymentInputs:
    """All that a judgement is made of. `classified` and `rules` are as `as_evidence()` of their makers gives them.

    `own_request`: the mall's own payment request behind this voucher. `spent_before_fen`: earlier payments of the year
    without an order in the same category and below; `mall_total_fen`: the mall's running total there.
    """

    unit_id: int
    paid_on: str
    amount_fen: int
    payee_name: str
    channel: str
    voucher_number: str
    purpose: str
    economic_code: str
    invoice_number: str
    classified: Mapping[str, Any]
    rules: Mapping[str, Mapping[str, Any]]
    own_request: str = ""
    payee_supplier_id: int | None = None
    candidates: tuple[Candidate, ...] = ()
    twins: tuple[Twin, ...] = ()
    spent_before_fen: int = 0
    mall_total_fen: int = 0

    def as_evidence(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def hash(self) -> str:
        return hash_of({"rule_version": RULE_VERSION, **self.as_evidence()})


@dataclass(frozen=True)
class Hit:
    """A suspicion: its kind, and its evidence as a page shows it."""

    kind: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class Evaluation:
    """What came of it. `why`: codes with their facts, in the order they spoke."""

    outcome: str
    hits: tuple[Hit, ...] = ()
    why: tuple[Mapping[str, Any], ...] = ()
    order_id: int | None = None
    #: counts against the year's limit: nothing showed that it was procured
    is_unprocured: bool = False


@dataclass
class _Match:
    best: Candidate | None = None
    how: str = "none"
    near: list[Candidate] = field(default_factory=list)


def inputs_from(kept: Mapping[str, Any]) -> PaymentInputs:
    """The inputs as a row of PaymentEvaluation keeps them."""
    candidates = tuple(
        Candidate(**{**one, "amounts_fen": tuple(one["amounts_fen"]), "days": tuple(one["days"])})
        for one in kept["candidates"]
    )
    twins = tuple(Twin(**one) for one in kept["twins"])
    return PaymentInputs(**{**kept, "candidates": candidates, "twins": twins})


def evaluate_payment(given: PaymentInputs) -> Evaluation:
    """Judge one payment. Raises nothing; the same inputs always give the same answer."""
    if given.amount_fen <= 0:
        return Evaluation("not_applicable", why=({"code": "money_came_back"},))
    if given.own_request:
        return Evaluation("clear", why=({"code": "mall_payment", "payment": given.own_request},))
    match = _match(given)
    hits = _duplicates(given, match)
    if match.how != "none":
        return _with_order(match, hits)
    return _without_order(given, hits)


def _match(given: PaymentInputs) -> _Match:
    named = [one for one in given.candidates if one.named_by]
    if named:
        return _Match(best=named[0], how="exact")
    near = [one for one in given.candidates if _amount_fits(given, one) and _days_fit(given, one)]
    exact = [one for one in near if given.amount_fen in one.amounts_fen]
    chosen = exact or near
    if not chosen:
        return _Match()
    if len(chosen) > 1:
        return _Match(how="several", near=chosen)
    return _Match(best=chosen[0], how="near")


def _amount_fits(given: PaymentInputs, candidate: Candidate) -> bool:
    tolerance_bp = given.rules[TOLERANCE]["value"]
    return any(abs(given.amount_fen - fen) * 10_000 <= fen * tolerance_bp for fen in candidate.amounts_fen)


def _days_fit(given: PaymentInputs, candidate: Candidate) -> bool:
    most = given.rules[MATCH_DAYS]["value"]
    paid_on = date.fromisoformat(given.paid_on)
    return any(abs((paid_on - date.fromisoformat(day)).days) <= most for day in candidate.days)


def _duplicates(given: PaymentInputs, match: _Match) -> tuple[Hit, ...]:
    if match.best is not None and match.best.is_paid:
        order = {"order": match.best.number, "matched_by": match.best.named_by or "payee_amount_days"}
        return (Hit("suspected_duplicate", {**_compared(given), **order, "against": "mall_payment"}),)
    most = given.rules[DUPLICATE_DAYS]["value"]
    paid_on = date.fromisoformat(given.paid_on)
    for twin in given.twins:
        days = abs((paid_on - date.fromisoformat(twin.paid_on)).days)
        if twin.same_invoice or days <= most:
            evidence = {**_compared(given), "against": "other_payment", "twin": asdict(twin), "days_apart": days}
            return (Hit("suspected_duplicate", {**evidence, "rule": given.rules[DUPLICATE_DAYS]}),)
    return ()


def _with_order(match: _Match, hits: tuple[Hit, ...]) -> Evaluation:
    orders = [match.best.number] if match.best is not None else [one.number for one in match.near]
    return Evaluation(
        "hit" if hits else "clear",
        hits=hits,
        why=({"code": f"order_{match.how}", "orders": orders},),
        order_id=match.best.order_id if match.best is not None else None,
    )


def _without_order(given: PaymentInputs, hits: tuple[Hit, ...]) -> Evaluation:
    told = given.classified
    is_sure = told["confidence"] >= given.rules[CONFIDENCE]["value"] and told["in_catalogue"] is not None
    why: list[Mapping[str, Any]] = [{"code": "no_order", "candidates": len(given.candidates)}]
    is_procurement = is_sure and (told["in_catalogue"] or told["category_code"] is not None)
    if is_sure and told["in_catalogue"] and (told["is_centralised"] or given.amount_fen > given.rules[PETTY]["value"]):
        hits += (Hit("catalogue_without_order", _outside_the_mall(given)),)
    elif given.payee_supplier_id is not None and given.amount_fen > given.rules[PETTY]["value"]:
        hits += (Hit("supplier_without_order", _outside_the_mall(given)),)
    if is_procurement and told["category_code"] is not None:
        hits += _over_limit(given)
    if hits:
        outcome = "hit"
    elif not is_sure:
        outcome = "not_computable"
        why.append({"code": "category_unsure", "confidence": told["confidence"]})
    elif not is_procurement:
        outcome = "not_applicable"
        why.append({"code": "no_procurement"})
    else:
        outcome = "clear"
        code = "petty" if told["in_catalogue"] else "within_limit"
        why.append({"code": code, "petty_fen": given.rules[PETTY]["value"]})
    return Evaluation(outcome, hits=hits, why=tuple(why), is_unprocured=is_procurement)


def _outside_the_mall(given: PaymentInputs) -> dict[str, Any]:
    orders = [{"order": one.number, "amounts_fen": list(one.amounts_fen), "days": list(one.days)}
              for one in given.candidates]  # fmt: skip
    return {
        **_compared(given),
        "classified": dict(given.classified),
        "payee_is_supplier": given.payee_supplier_id is not None,
        "orders_of_payee": orders,
        "rule": given.rules[PETTY],
        "match_rules": [given.rules[MATCH_DAYS], given.rules[TOLERANCE]],
    }


def _over_limit(given: PaymentInputs) -> tuple[Hit, ...]:
    limit_fen = given.rules[LIMIT]["value"]
    total_fen = given.spent_before_fen + given.mall_total_fen + given.amount_fen
    if total_fen <= limit_fen:
        return ()
    sums = {
        "spent_before_fen": given.spent_before_fen,
        "mall_total_fen": given.mall_total_fen,
        "total_fen": total_fen,
        "limit_fen": limit_fen,
    }
    evidence = {**_compared(given), **sums, "classified": dict(given.classified), "rule": given.rules[LIMIT]}
    return (Hit("over_limit", evidence),)


def _compared(given: PaymentInputs) -> dict[str, Any]:
    return {
        "amount_fen": given.amount_fen,
        "paid_on": given.paid_on,
        "payee_name": given.payee_name,
        "voucher_number": given.voucher_number,
        "invoice_number": given.invoice_number,
    }
