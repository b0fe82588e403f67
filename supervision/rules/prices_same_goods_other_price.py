"""同货不同价: one supplier sells the same goods on one day, in one region and size of order, at different prices."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import literal, number, outcome, subject, sum_over, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import orders_behind, recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("lowest_fen", "fen", Words("最低单价", "Lowest price")),
    Evidence("highest_fen", "fen", Words("最高单价", "Highest price")),
    Evidence("unit_count", "count", Words("采购单位数", "Units")),
    Evidence("tier_from", "count", Words("数量档（起）", "Tier of quantity from")),
)
_GROUP = ("supplier_id", "product_id", "submitted_day", "region_code", "tier_from")
#: where the tiers of quantity begin: from there on another price per base unit is the usual thing
_TIERS = (10_000, 1_000, 100, 10)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per supplier, product, day, region and tier in which at least two units bought."""
    groups = (
        _lines(facts, values)
        .group_by(list(_GROUP))
        .aggregate(
            lowest_fen=lambda t: number(t.base_price_fen.min()),
            highest_fen=lambda t: number(t.base_price_fen.max()),
            unit_count=lambda t: number(t.unit_id.nunique()),
            category_code=lambda t: t.category_code.min(),
            paid_fen=lambda t: number((t.base_price_fen * t.base_units).sum()),
            base_units=lambda t: number(t.base_units.sum()),
        )
    )
    groups = groups.filter(groups.unit_count >= 2)
    spread_percent = values.by_region("spread_percent", groups.region_code)
    return sweep_rows(
        groups,
        subject=_subject(groups),
        outcome=outcome(
            not_computable=groups.lowest_fen <= 0,
            hit=groups.highest_fen * 100 > groups.lowest_fen * (100 + spread_percent),
        ),
        day=groups.submitted_day,
        amount_fen=groups.paid_fen - groups.lowest_fen * groups.base_units,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """All orders of a group in which the prices differ."""
    lines = _lines(facts, values)
    varied = lines.mutate(
        _lowest=number(lines.base_price_fen.min().over(ibis.window(group_by=[lines[name] for name in _GROUP]))),
        _sum=sum_over(lines.base_price_fen, lines, _GROUP),
        _lines=sum_over(lines.one, lines, _GROUP),
    )
    varied = varied.filter(varied._sum > varied._lowest * varied._lines)
    varied = varied.mutate(subject=_subject(varied))
    return orders_behind(varied)


def _lines(facts: Facts, values: Values) -> ir.Table:
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    lines = lines.mutate(base_units=lines.quantity * lines.pack_size, one=literal(1))
    tiers = [(lines.base_units >= start, literal(start)) for start in _TIERS]
    return lines.mutate(tier_from=ibis.cases(*tiers, else_=literal(1)))


def _subject(table: ir.Table) -> ir.StringValue:
    return subject(
        "supplier", table.supplier_id, table.product_id, table.submitted_day, table.region_code, table.tier_from
    )


RULE = Rule(
    id="prices.same_goods_other_price",
    version=1,
    name=Words("疑似同货不同价", "Suspected different prices for the same goods"),
    family="prices",
    stages=("nightly",),
    severity=2,
    action="case",
    subject="supplier",
    formula=Words(
        "同一供应商、同一商品、同一天、同一地区、同一数量档卖给不同单位，最高单价超过最低单价的规定幅度；单价按计量单位比较，"
        "数量档以一、十、一百、一千、一万个计量单位为界",
        "One supplier sells one product on one day in one region and tier of quantity to several units, and the highest"
        " price is above the lowest by the share; per base unit, tiers from 1, 10, 100, 1,000 and 10,000 base units",
    ),
    accepted=Words("差价在规定幅度以内", "A difference within the share"),
    answer=Words("说明差价原因（运费、安装、合同约定等）并附证明", "Say why the prices differ, with proof"),
    source="本系统设定，待确认",
    parameters=(
        Parameter("spread_percent", 5, "percent", Words("允许的差价幅度", "Difference let pass"),
                  tightens="lower", highest=50, by_region=True, source="本系统设定，待确认"),
        Parameter("window_days", 30, "days", Words("回看天数", "Days looked back on"), lowest=1, highest=366,
                  source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("不同地区（运费不同）", "Other regions, where freight differs"),
                Words("不同数量档", "Other tiers of quantity"),
                Words("已取消的订单", "Cancelled orders"),
                Words("只有一个单位购买的", "A single unit that bought")),
    tables=("order_line",),
    find=find,
    documents=documents,
)  # fmt: skip
