"""Rules at order time: what supervision puts into the mall's slot, and what it keeps of a placed order.

A hit refuses, asks for a reason or warns only as far as the rule may in that region today; what a rule in shadow finds
is kept with the order and shown to nobody who buys. Findings are written when the order has been placed, from what the
order keeps: exactly the facts it was judged by.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.ordering.order import Order, order_numbered
from mall.ordering.order_checks import Judgement, LineToCheck, OrderToCheck
from mall.outbox.event import Event, subscribes
from mall.regions.region import chain
from supervision.gather_order import OrderFacts
from supervision.keep_findings import Found, keep_findings
from supervision.rule import HIT, Rule, Verdict
from supervision.rule_change import RuleParameter
from supervision.rule_precision import Precisions, precisions, standing_of
from supervision.rule_shelf import rules, rules_at
from supervision.show_evidence import sentence
from supervision.values import Values
from supervision.values_in_force import MODE, all_rows_in_force, mode_in_force, values_for

#: how long a process may judge by values and precisions it has read; as the mall's own regional rules
KEPT_SECONDS = 30
#: what the mall's own checks say of an order already, in its own words; here it is only noted
SAID_BY_THE_MALL = frozenset({
    "funds.over_budget", "funds.category_outside_line", "standards.price_ceiling", "standards.quantity",
})  # fmt: skip
_CODES = {"block": "watch.order_blocked", "hold": "watch.order_held", "warn": "watch.order_warned",
          "case": "watch.order_warned"}  # fmt: skip


@dataclass
class _Known:
    """What rules are judged by on a day, read at once and kept for half a minute."""

    on: date
    read_at: float
    rows: Mapping[str, Mapping[tuple[str, int], RuleParameter]]
    precisions: Precisions


_known: _Known | None = None


def forget_known() -> None:
    """Read values and precisions anew at the next order."""
    global _known
    _known = None


def _what_is_known(on: date) -> _Known:
    global _known
    now = time.monotonic()
    if _known is None or _known.on != on or now - _known.read_at > KEPT_SECONDS:
        _known = _Known(on, now, all_rows_in_force(on=on), precisions())
    return _known


def check_order(order: OrderToCheck, judgement: Judgement) -> None:
    """Judge every line by every rule of the stage, and tell what the rules may tell."""
    known = _what_is_known(order.on)
    facts = OrderFacts(order, splitting=_splitting_values(order, known))
    for rule in rules_at("order"):
        assert rule.check is not None
        rows = known.rows.get(rule.id, {})
        mode = mode_in_force(rule, region_code=order.region_code, on=order.on, rows=rows)
        if mode == "off":
            continue
        values = values_for(rule, region_code=order.region_code, on=order.on, rows=rows)
        for line in order.lines:
            given = facts.of_line(line, rule.needs)
            verdict = rule.check(given, values)
            if verdict.outcome == HIT:
                code = given.get("category_code") or ""
                precision = known.precisions.of(rule.id, version=rule.version, category_code=code)
                standing = standing_of(rule, mode, precision)
                standing = _at_order_time(standing, verdict, rows, region_code=order.region_code)
                if rule.id not in SAID_BY_THE_MALL:
                    _tell(rule, verdict, line, standing=standing, judgement=judgement)
                judgement.noted.append(_note(rule, verdict, line, given=given, values=values, standing=standing))


def _splitting_values(order: OrderToCheck, known: _Known) -> Values:
    rule = rules()["splitting.below_comparison"]
    rows = known.rows.get(rule.id, {})
    return values_for(rule, region_code=order.region_code, on=order.on, rows=rows)


#: from the mildest to the hardest, of those that reach a buyer or a regulator
_HARDNESS = ("shadow", "inform", "warn", "case", "hold", "block")


def _at_order_time(
    standing: str, verdict: Verdict, rows: Mapping[tuple[str, int], RuleParameter], *, region_code: int
) -> str:
    """What this hit may do to an order: no more than the rule may, and no more than the hit itself asks for.

    To refuse an order takes two people of the region or above who switched the rule on; before that the hit is only
    noted. The law behind such a rule is clear; whether this province's lists and numbers are is for it to say.
    """
    if standing == "block" and not any((MODE, code) in rows for code in chain(region_code)):
        standing = "inform"
    return min(standing, verdict.action or standing, key=_HARDNESS.index)


def _tell(rule: Rule, verdict: Verdict, line: LineToCheck, *, standing: str, judgement: Judgement) -> None:
    code = _CODES.get(standing)
    if code is None:
        return
    told = Refusal(
        code,
        line_no=line.line_no,
        name=line.offer.listing.name,
        rule_id=rule.id,
        rule_zh=rule.name.zh,
        rule_en=rule.name.en,
        shown_zh=sentence(rule, verdict.facts, language="zh"),
        shown_en=sentence(rule, verdict.facts, language="en"),
        accepted_zh=rule.accepted.zh,
        accepted_en=rule.accepted.en,
        answer_zh=rule.answer.zh,
        answer_en=rule.answer.en,
        source=rule.legal_basis or rule.source,
    )
    if standing == "block":
        judgement.refusals.append(told)
    elif standing == "hold":
        judgement.ask_reason(told)
    else:
        judgement.warnings.append(told)


def _note(
    rule: Rule, verdict: Verdict, line: LineToCheck, *, given: Mapping[str, Any], values: Values, standing: str
) -> dict[str, Any]:
    """What an order keeps of a hit: enough to judge it again without today's tables."""
    return {
        "rule": rule.id,
        "version": rule.version,
        "line_no": line.line_no,
        "standing": standing,
        "category_code": line.offer.category.code if line.offer.category is not None else "",
        "product_id": line.offer.product.id,
        "amount_fen": verdict.amount_fen or line.amount_fen,
        "facts": dict(verdict.facts),
        "given": dict(given),
        "values": dict(values.here),
    }


@subscribes("order.submit")
def keep_what_was_noted(event: Event) -> None:
    """Write the findings of an order that was submitted. A second delivery finds them written."""
    number = event.document.partition(":")[2]
    order = order_numbered(number)
    noted = order.judged_by.get("noted", []) if order is not None else []
    if order is not None and noted:
        _keep(order, noted)


@atomic
def _keep(order: Order, noted: Iterable[Mapping[str, Any]]) -> None:
    on = clock.local(order.submitted_at or order.created_at).date()
    new_count = 0
    for one in noted:
        rule = rules().get(one["rule"])
        if rule is None or rule.version != one["version"]:
            continue
        found = Found(
            subject=f"order:{order.number}:{one['line_no']}:{order.round}",
            standing=one["standing"],
            region_code=order.region_code,
            unit_id=order.unit_id,
            supplier_id=order.supplier_id,
            category_code=one["category_code"],
            product_id=one["product_id"],
            document=order.number,
            day=on,
            amount_fen=one["amount_fen"],
            evidence={**one["facts"], "given": one["given"]},
            documents=[],
            parameters=one["values"],
        )
        new_count += keep_findings(rule, [found], stage="order", run_id=None, on=on, is_whole=False)
    record(actor=SYSTEM, action="order.watch", subject=order.reference, facts={"new": new_count})
    session().flush()
