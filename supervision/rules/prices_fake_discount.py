"""虚假折扣: an original price is shown that nobody paid before the price was lowered."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import before, left_join, literal, number, outcome, rank, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("listing_id", "listing", Words("商品", "Listing")),
    Evidence("list_price_fen", "fen", Words("标示原价", "Original price shown")),
    Evidence("new_price_fen", "fen", Words("现价", "Price now")),
    Evidence("lowest_fen", "fen", Words("降价前7日最低成交价", "Lowest price paid in the 7 days before")),
    Evidence("last_fen", "fen", Words("降价前最后一次成交价", "Last price paid before")),
    Evidence("last_day", "day", Words("最后一次成交日", "Day it was paid")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per change of a price in the judged days that shows a higher original price."""
    changes = facts.price_change
    changes = changes.filter(changes.day <= facts.on_day)
    order = {"by": ["listing_id"], "order": ["day", "minute", "change_id"]}
    changes = changes.mutate(
        earlier_list_fen=before(changes, "list_price_fen", **order),
        earlier_fen=before(changes, "new_price_fen", **order),
    )
    shown = changes.filter(
        (changes.day > facts.on_day - values["judged_days"])
        & (changes.new_price_fen > 0)
        & (changes.list_price_fen > changes.new_price_fen)
    )
    paid = facts.order_line
    paid = paid.filter((paid.submitted_day > 0) & (paid.cancelled_day == 0) & (paid.price_fen > 0))
    paid = paid.select(
        listing_id=paid.listing_id, paid_day=paid.submitted_day, paid_fen=paid.price_fen, line_id=paid.line_id
    )
    pairs = shown.select("change_id", "listing_id", "day").join(paid, "listing_id")
    pairs = pairs.filter((pairs.paid_day < pairs.day) & (pairs.paid_day >= pairs.day - values["last_days"]))
    lowest = pairs.filter(pairs.paid_day >= pairs.day - values["window_days"])
    lowest = lowest.group_by("change_id").aggregate(lowest_fen=number(lowest.paid_fen.min()))
    latest = pairs.mutate(_rank=rank(pairs, by=["change_id"], order=[ibis.desc("paid_day"), ibis.desc("line_id")]))
    latest = latest.filter(latest._rank == 1)
    latest = latest.select(change_id=latest.change_id, last_fen=latest.paid_fen, last_day=latest.paid_day)
    judged = left_join(left_join(shown, lowest, ["change_id"]), latest, ["change_id"])
    charged = ibis.cases((judged.lowest_fen > 0, judged.lowest_fen), else_=judged.last_fen)
    goes_on = (judged.earlier_list_fen == judged.list_price_fen) & (judged.earlier_list_fen > judged.earlier_fen)
    return sweep_rows(
        judged,
        subject=subject("change", judged.change_id),
        outcome=outcome(
            not_applicable=goes_on,
            not_computable=charged <= 0,
            hit=judged.list_price_fen * 10_000 > charged * values["tolerated"],
        ),
        amount_fen=ibis.greatest(judged.list_price_fen - charged, literal(0)),
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="prices.fake_discount",
    version=1,
    name=Words("疑似虚假折扣（标示原价未曾成交）", "Possibly a fake discount (the original price was not charged)"),
    family="prices",
    stages=("nightly",),
    severity=3,
    action="warn",
    subject="listing",
    formula=Words(
        "降价时标示的原价高于本次降价前7日内的最低成交价；7日内没有成交的，高于降价前最后一次成交价",
        "The original price shown with a reduction is above the lowest price paid in the 7 days before it; without one"
        " in the 7 days, above the last price paid before",
    ),
    accepted=Words("标示不高于该成交价的原价，或不标示原价", "An original price of at most that, or none"),
    answer=Words("提供降价前成交记录，或改正标示", "Give the record of the earlier sale, or correct what is shown"),
    source="国家发展改革委关于《禁止价格欺诈行为的规定》有关条款解释的通知（原价的认定）",
    parameters=(
        Parameter("tolerated", 10_000, "basis_points", Words("容许幅度", "Tolerated"), lowest=10_000, highest=12_000),
        Parameter("window_days", 7, "days", Words("成交价回看天数", "Days looked back at"), lowest=7, highest=7),
        Parameter(
            "last_days",
            365,
            "days",
            Words("最后成交回看天数", "Days the last sale may lie back"),
            lowest=30,
            highest=1_100,
        ),
        Parameter("judged_days", 7, "days", Words("每次检查的天数", "Days judged at a time"), lowest=1, highest=400),
    ),
    evidence=_EVIDENCE,
    exclusions=(
        Words("同一促销中再次降价、标示原价不变的", "The same promotion goes on with the same original price"),
    ),
    tables=("price_change", "order_line"),
    find=find,
)
