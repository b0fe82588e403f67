"""同步调价: several suppliers of a product change their prices by the same share within two days, more than once.

Changes are compared as a share in basis points (new price times 10,000 by the old one, rounded down). Episodes that
begin within the same span are one. A change by the maker's notice is no sign of anything.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import before, left_join, literal, number, outcome, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("episode_count", "count", Words("同步调价次数", "Times prices moved together")),
    Evidence("most_suppliers", "count", Words("一次最多供应商数", "Most suppliers at a time")),
    Evidence("changer_count", "count", Words("期内调价供应商数", "Suppliers that changed their price")),
)
_MINUTES_OF_DAY = 1440


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per product whose price a supplier changed in the window."""
    changes = _changes(facts, values)
    products = changes.group_by("product_id").aggregate(
        changer_count=number(changes.supplier_id.nunique()),
        day=number(changes.day.max()),
        category_code=changes.category_code.min(),
    )
    products = left_join(products, facts.product.select("product_id", "seller_count"), ("product_id",))
    together = _together(changes, values)
    met = together.group_by("product_id").aggregate(
        episode_count=number(together.is_first.sum()), most_suppliers=number(together.supplier_count.max())
    )
    judged = left_join(products, met, ("product_id",))
    return sweep_rows(
        judged,
        subject=subject("product", judged.product_id),
        outcome=outcome(
            not_computable=judged.seller_count < values["minimum_suppliers"],
            hit=judged.episode_count >= values["minimum_episodes"],
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The changes of price from which others began to move together."""
    together = _together(_changes(facts, values), values)
    return together.select(
        subject=subject("product", together.product_id),
        document=subject("price_change", together.change_id),
        day=together.day,
        amount_fen=literal(0),
    )


def _changes(facts: Facts, values: Values) -> ir.Table:
    changes = facts.price_change
    changes = changes.filter(
        (changes.is_manufacturer_notice == 0)
        & (changes.old_price_fen > 0)
        & (changes.day <= facts.on_day)
        & (changes.day > facts.on_day - values["window_days"])
    )
    changes = changes.mutate(
        at=changes.day * _MINUTES_OF_DAY + changes.minute,
        share=whole(changes.new_price_fen * 10_000, ibis.greatest(changes.old_price_fen, literal(1))),
    )
    return changes.filter((changes.share - 10_000).abs() >= values["move_basis_points"])


def _together(changes: ir.Table, values: Values) -> ir.Table:
    """The changes after which enough suppliers made the same one; `is_first` of an episode."""
    span = values["span_hours"] * 60
    others = changes.select(
        _product_id=changes.product_id, _supplier_id=changes.supplier_id, _at=changes.at, _share=changes.share
    )
    met = changes.inner_join(others, changes.product_id == others._product_id)
    met = met.filter(
        (met._at >= met.at)
        & (met._at - met.at <= span)
        & ((met._share - met.share).abs() <= values["tolerance_basis_points"])
    )
    counted = met.group_by(["change_id", "product_id", "day", "at"]).aggregate(
        supplier_count=number(met._supplier_id.nunique())
    )
    counted = counted.filter(counted.supplier_count >= values["minimum_suppliers"])
    counted = counted.mutate(earlier=before(counted, "at", by=("product_id",), order=("at", "change_id")))
    is_first = (counted.earlier == 0) | (counted.at - counted.earlier > span)
    return counted.mutate(is_first=ibis.ifelse(is_first, literal(1), literal(0)))


RULE = Rule(
    id="prices.parallel_moves",
    version=1,
    name=Words("疑似同步调价", "Suspected parallel price moves"),
    family="prices",
    stages=("nightly",),
    severity=2,
    action="inform",
    subject="product",
    formula=Words(
        "同一商品的多家供应商在规定小时内按相同幅度（允许规定误差）调价，且在回看期内不止一次；幅度过小的调价不计",
        "Several suppliers of one product change their prices by the same share (within a tolerance) within some hours,"
        " and more than once in the time looked back on; moves that are too small do not count",
    ),
    accepted=Words("各供应商独立定价，或有厂家调价通知", "Prices set independently, or a notice of the maker"),
    answer=Words("提供厂家调价通知或各自的成本依据", "Show the maker's notice or each one's own costs"),
    source="本系统设定，待确认",
    parameters=(
        Parameter("minimum_suppliers", 3, "count", Words("最少供应商数", "Fewest suppliers"),
                  tightens="lower", lowest=3, highest=20, source="本系统设定，待确认"),
        Parameter("minimum_episodes", 2, "count", Words("最少次数", "Fewest times"),
                  tightens="lower", lowest=1, highest=20, source="本系统设定，待确认"),
        Parameter("tolerance_basis_points", 50, "basis_points", Words("幅度误差", "Tolerance of the share"),
                  tightens="higher", highest=200, source="本系统设定，待确认"),
        Parameter("move_basis_points", 100, "basis_points", Words("最小调价幅度", "Smallest move"),
                  tightens="lower", lowest=1, highest=2000, source="本系统设定，待确认"),
        Parameter("span_hours", 48, "hours", Words("同步时限", "Hours within which"),
                  tightens="higher", lowest=1, highest=240, source="本系统设定，待确认"),
        Parameter("window_days", 90, "days", Words("回看天数", "Days looked back on"),
                  lowest=7, highest=366, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("厂家统一调价", "Changes by the maker's notice"),
                Words("首次定价", "First prices"),
                Words("幅度小于规定值的调价", "Moves smaller than the smallest that counts")),
    tables=("price_change", "product"),
    find=find,
    documents=documents,
)  # fmt: skip
