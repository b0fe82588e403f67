"""供应商系统性偏高: dearer than others in the same region over many products, shrunken by how many they are."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision import price_references as references
from supervision.expressions import left_join, literal, number, outcome, quantile_by, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import orders_behind, recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("products", "count", Words("可比产品数", "Products compared")),
    Evidence("lines", "count", Words("订单行数", "Order lines")),
    Evidence("dearer", "count", Words("明显偏高的产品数", "Products clearly dearer")),
    Evidence("median_ratio", "basis_points", Words("与同行价格比的中位数", "Median of the ratios to the others")),
    Evidence(
        "shrunken_ratio",
        "basis_points",
        Words("按产品数收缩后的价格比", "The same, shrunken by the number of products"),
    ),
)
_SUPPLIER = ("region_code", "supplier_id")
#: 1.96 squared, in hundredths: the sign test's normal approximation at 95 %
_SIGN_TEST = 384


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per region and supplier with lines of products that others sold there too."""
    compared = _prices(facts, values)
    compared = compared.filter(compared.others_fen_sellers >= values["other_sellers"])
    compared = compared.mutate(ratio=references.per(compared.own_fen * 10_000, compared.others_fen))
    is_dearer = compared.ratio > values["clearly"]
    excess = ibis.greatest(compared.own_fen - compared.others_fen, literal(0))
    compared = compared.mutate(
        dearer=ibis.cases((is_dearer, literal(1)), else_=literal(0)),
        excess_fen=references.per(compared.amount_fen * excess, compared.own_fen),
    )
    judged = compared.group_by(list(_SUPPLIER)).aggregate(
        products=number(compared.count()),
        lines=number(compared.own_fen_count.sum()),
        dearer=number(compared.dearer.sum()),
        amount_fen=number(compared.excess_fen.sum()),
    )
    middle = quantile_by(compared, "ratio", by=_SUPPLIER, percent=50, name="median_ratio", unique="product_id")
    judged = left_join(judged, middle, _SUPPLIER)
    above = ibis.greatest(judged.median_ratio - 10_000, literal(0)) * judged.products
    weight = judged.products + values["shrinkage"]
    # More than half of the products are clearly dearer, by more than chance: (2k - n)^2 > 1.96^2 n.
    lead = judged.dearer * 2 - judged.products
    is_certain = (lead > 0) & (lead * lead * 100 > judged.products * _SIGN_TEST)
    judged = judged.mutate(shrunken_ratio=references.per(above, weight) + 10_000)
    return sweep_rows(
        judged,
        subject=_subject(judged),
        outcome=outcome(
            not_computable=(judged.products < values["products"]) | (judged.lines < values["lines"]),
            hit=is_certain & (judged.shrunken_ratio > values.by_region("above_others", judged.region_code)),
        ),
        day=literal(facts.on_day),
        evidence=[one.name for one in _EVIDENCE],
    )


def _prices(facts: Facts, values: Values) -> ir.Table:
    """Per region, product and supplier: the median he was paid, and the median of the others' medians."""
    lines = _lines(facts, values)
    group = ["region_code", "product_id", "supplier_id"]
    own = quantile_by(lines, "base_price_fen", by=group, percent=50, name="own_fen", unique="line_id")
    amounts = lines.group_by(group).aggregate(
        amount_fen=number(lines.amount_fen.sum()), listing_id=number(lines.listing_id.min())
    )
    return references.with_others_quantile(
        left_join(own, amounts, group), "own_fen", percent=50, name="others_fen", group=("region_code", "product_id")
    )


def _lines(facts: Facts, values: Values) -> ir.Table:
    lines = recently_placed(facts, facts.order_line, days=values["judged_days"])
    return lines.filter(lines.base_price_fen > 0)


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders of the supplier in that region."""
    lines = _lines(facts, values)
    return orders_behind(lines.mutate(subject=_subject(lines)))


def _subject(table: ir.Table) -> ir.StringValue:
    return subject("supplier", table.supplier_id, table.region_code)


RULE = Rule(
    id="prices.dear_supplier",
    version=1,
    name=Words("供应商价格疑似系统性偏高", "A supplier who is possibly dear throughout"),
    family="prices",
    stages=("monthly",),
    severity=2,
    action="case",
    subject="supplier",
    formula=Words(
        "近90天同一地区、不少于10种可比产品和30个订单行：各产品成交价中位数与其他供应商之比的中位数，按产品数收缩后高于108%，"
        "且高出3%以上的产品显著超过半数",
        "In 90 days and one region, over at least 10 comparable products and 30 lines: the median of the ratios of what"
        " was paid to the others' medians, shrunken by the number of products, is above 108 %, and products more than"
        " 3 % dearer are significantly more than half",
    ),
    accepted=Words("与同地区其他供应商价格相当", "Prices like those of the region's other suppliers"),
    answer=Words(
        "说明所含服务、运费或配置差异并附凭证", "Say which service, freight or configuration is included, with a proof"
    ),
    source="面板数据对照试验，见 docs/decisions/0030-price-rules.md",
    parameters=(
        Parameter(
            "above_others",
            10_800,
            "basis_points",
            Words("收缩后价格比", "The shrunken ratio"),
            tightens="lower",
            lowest=10_200,
            highest=20_000,
            by_region=True,
        ),
        Parameter(
            "clearly", 10_300, "basis_points", Words("明显偏高的产品", "Clearly dearer"), lowest=10_000, highest=20_000
        ),
        Parameter("shrinkage", 10, "count", Words("收缩强度", "Strength of shrinkage"), lowest=0, highest=100),
        Parameter("products", 10, "count", Words("产品最少数", "Least products"), lowest=5, highest=100),
        Parameter("lines", 30, "count", Words("订单行最少数", "Least lines"), lowest=10, highest=1_000),
        Parameter("other_sellers", 3, "count", Words("其他供应商最少数", "Least other sellers"), lowest=2, highest=20),
        Parameter("judged_days", 90, "days", Words("检查天数", "Days judged"), lowest=28, highest=400),
    ),
    evidence=_EVIDENCE,
    exclusions=(
        Words("其他地区的供应商（运费不同）不参与比较", "Suppliers of other regions (other freight) are left out"),
    ),
    tables=("order_line",),
    find=find,
    documents=documents,
)
