"""Checking a returned order anew before it is submitted again: prices, offers and budget lines as they are now."""

from __future__ import annotations

from ledger.budget_lines import find_lines
from mall import clock
from mall.catalogue.offer import offers
from mall.database import session
from mall.errors import Refusal
from mall.ordering.order import Order
from mall.ordering.order_checks import LineToCheck, OrderToCheck, judge
from mall.regions.regional_rule import RuleValue


def recheck(order: Order, *, excess_reason: str = "") -> RuleValue:
    """Judge the order as of today against the prices it was drawn up with. Returns the year's limit.

    Raises the first refusal found, with the others among its facts; "order.excess_reason_needed" where neither a
    new reason nor one given before answers a warning that asks for it.
    """
    found = offers([line.listing_id for line in order.lines])
    budget_lines = find_lines(session(), {line.budget_line_id for line in order.lines})
    today = clock.today()
    judgement = judge(
        OrderToCheck(
            unit_id=order.unit_id,
            region_code=order.region_code,
            year=today.year,
            on=today,
            lines=tuple(
                LineToCheck(
                    line_no=line.line_no,
                    offer=found[line.listing_id],
                    quantity=line.quantity,
                    budget_line=budget_lines.get(line.budget_line_id),
                    budget_line_id=line.budget_line_id,
                    seen_price_fen=line.price_fen,
                )
                for line in order.lines
            ),
            address=str(order.delivery.get("address", "")),
        )
    )
    if judgement.refusals:
        first = judgement.refusals[0]
        others = [{"code": other.code, "facts": other.facts} for other in judgement.refusals[1:]]
        raise Refusal(first.code, **first.facts, **({"others": others} if others else {}))
    reason = judgement.require_reason(excess_reason or str(order.judged_by.get("excess_reason", "")))
    order.judged_by = {
        **{name: value for name, value in order.judged_by.items() if name not in ("excess_reason", "noted")},
        **({"noted": judgement.noted} if judgement.noted else {}),
        **({"excess_reason": reason} if reason else {}),
        "warnings": judgement.told_warnings(),
        "on": today.isoformat(),
        "rules": [value.as_evidence() for _, value in sorted(judgement.rules.items())],
    }
    return judgement.rules["direct_purchase.year_limit"]
