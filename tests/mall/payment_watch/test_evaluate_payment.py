"""Judging one payment, case by case: the match, the catalogue, the limit, and that a judgement can be made again."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from mall.payment_watch.evaluate_payment import (
    CONFIDENCE,
    DUPLICATE_DAYS,
    LIMIT,
    MATCH_DAYS,
    PETTY,
    TOLERANCE,
    Candidate,
    PaymentInputs,
    Twin,
    evaluate_payment,
    inputs_from,
)

VALUES = {MATCH_DAYS: 90, TOLERANCE: 200, PETTY: 100_000, DUPLICATE_DAYS: 10, CONFIDENCE: 50, LIMIT: 100_000_000}
RULES = {code: {"code": code, "value": value, "rule_id": 1, "legal_source": "测试"} for code, value in VALUES.items()}


def classified(code: str | None, *, inside: bool | None = True, centralised: bool = False, sure: int = 90) -> dict:
    return {"category_code": code, "category_name": code or "", "in_catalogue": inside, "is_centralised": centralised,
            "confidence": sure, "why": [], "candidates": [], "scope_version": "v"}  # fmt: skip


PENS, PAPER = classified("A05040402"), classified("A05040101", centralised=True)
WATER, TEA = classified(None, inside=False), classified("A07031301", inside=False)
UNSURE = classified("A05040000", sure=49)
UNKNOWN = classified(None, inside=None, sure=0)


def order(number: str = "DD-1", *, fen: int = 200_000, day: str = "2026-03-01", **more: Any) -> Candidate:
    return Candidate(order_id=int(number[3:]), number=number, amounts_fen=(fen,), days=(day,), **more)


def given(**more: Any) -> PaymentInputs:
    facts = {
        "unit_id": 1, "paid_on": "2026-03-10", "amount_fen": 200_000, "payee_name": "晴天公司",
        "channel": "real_account", "voucher_number": "V1", "purpose": "", "economic_code": "", "invoice_number": "",
        "classified": PENS, "rules": RULES,
    }  # fmt: skip
    return PaymentInputs(**{**facts, **more})


TWIN = Twin(payment_id=7, voucher_number="V0", paid_on="2026-03-01", amount_fen=200_000, same_invoice=False)

CASES: list[tuple[str, dict[str, Any], str, list[str], str]] = [
    # name, what is given, outcome, findings, what spoke first
    ("exact by invoice", {"candidates": (order(fen=999, named_by="invoice"),)}, "clear", [], "order_exact"),
    ("near by amount and days", {"candidates": (order(),)}, "clear", [], "order_near"),
    ("near at the edge of the tolerance", {"candidates": (order(fen=204_081),)}, "clear", [], "order_near"),
    ("beyond the tolerance", {"candidates": (order(fen=204_082),)}, "hit", ["catalogue_without_order"], "no_order"),
    ("near on the last day", {"candidates": (order(day="2025-12-10"),)}, "clear", [], "order_near"),
    ("a day too far", {"candidates": (order(day="2025-12-09"),)}, "hit", ["catalogue_without_order"], "no_order"),
    ("two candidates", {"candidates": (order(), order("DD-2"))}, "clear", [], "order_several"),
    ("of two the exact amount", {"candidates": (order(fen=201_000), order("DD-2"))}, "clear", [], "order_near"),
    ("paid by the mall already", {"candidates": (order(is_paid=True),)}, "hit", ["suspected_duplicate"], "order_near"),
    ("the mall's own payment", {"own_request": "ZF-1", "candidates": (order(is_paid=True),)}, "clear", [],
     "mall_payment"),
    ("money came back", {"amount_fen": -5}, "not_applicable", [], "money_came_back"),
    ("catalogue, no order", {}, "hit", ["catalogue_without_order"], "no_order"),
    ("petty, sold by the mall", {"amount_fen": 100_000}, "clear", [], "no_order"),
    ("a fen above petty", {"amount_fen": 100_001}, "hit", ["catalogue_without_order"], "no_order"),
    ("centralised is never petty", {"amount_fen": 1, "classified": PAPER}, "hit", ["catalogue_without_order"],
     "no_order"),
    ("utilities", {"classified": WATER}, "not_applicable", [], "no_order"),
    ("utilities paid to a supplier", {"classified": WATER, "payee_supplier_id": 3}, "hit", ["supplier_without_order"],
     "no_order"),
    ("unsure", {"classified": UNSURE}, "not_computable", [], "no_order"),
    ("unknown", {"classified": UNKNOWN}, "not_computable", [], "no_order"),
    ("unknown, paid to a supplier", {"classified": UNKNOWN, "payee_supplier_id": 3}, "hit",
     ["supplier_without_order"], "no_order"),
    ("outside the catalogue, within the limit", {"classified": TEA}, "clear", [], "no_order"),
    ("exactly the limit", {"classified": TEA, "spent_before_fen": 90_000_000, "mall_total_fen": 9_800_000}, "clear",
     [], "no_order"),
    ("a fen over the limit", {"classified": TEA, "spent_before_fen": 90_000_000, "mall_total_fen": 9_800_001}, "hit",
     ["over_limit"], "no_order"),
    ("inside and over the limit", {"spent_before_fen": 100_000_000}, "hit",
     ["catalogue_without_order", "over_limit"], "no_order"),
    ("twin within the days", {"classified": WATER, "twins": (TWIN,)}, "hit", ["suspected_duplicate"], "no_order"),
    ("twin too long ago", {"classified": WATER, "twins": (dataclasses.replace(TWIN, paid_on="2026-02-27"),)},
     "not_applicable", [], "no_order"),
    ("same invoice long ago", {"classified": WATER, "twins": (dataclasses.replace(TWIN, paid_on="2025-01-01",
     same_invoice=True),)}, "hit", ["suspected_duplicate"], "no_order"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "outcome", "kinds", "first"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_a_payment_is_judged(facts: dict[str, Any], outcome: str, kinds: list[str], first: str) -> None:
    judged = evaluate_payment(given(**facts))

    assert (judged.outcome, [hit.kind for hit in judged.hits], judged.why[0]["code"]) == (outcome, kinds, first)


@pytest.mark.parametrize("facts", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_a_judgement_can_be_made_again_from_what_was_kept(facts: dict[str, Any]) -> None:
    inputs = given(**facts)

    kept = json.loads(json.dumps(inputs.as_evidence()))

    assert inputs_from(kept).hash == inputs.hash
    assert evaluate_payment(inputs_from(kept)) == evaluate_payment(inputs)


def test_evidence_says_what_was_compared_and_by_which_rule() -> None:
    (hit,) = evaluate_payment(given(classified=TEA, spent_before_fen=100_000_000)).hits

    assert hit.evidence["total_fen"] == 100_200_000
    assert hit.evidence["limit_fen"] == 100_000_000
    assert hit.evidence["rule"]["legal_source"] == "测试"


def test_whatever_changes_changes_the_hash() -> None:
    assert given().hash != given(spent_before_fen=1).hash
    assert given().hash == given().hash
