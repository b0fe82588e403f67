"""同规格残差过高: a live price far above what goods of the same specification cost. For triage only.

In place of a fitted model the expected price is the median of the cell of the specification (category and classes of
the leading attributes), and the scale is the cell's median absolute deviation: a model of one level per cell, whose
residuals everybody can recompute. Prices are compared as they are, not as logarithms.
"""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import count_over, left_join, literal, outcome, quantile_by, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("base_price_fen", "fen", Words("商城单价（按计量单位）", "Price per base unit")),
    Evidence("expected_fen", "fen", Words("同规格中位价", "Median of the specification")),
    Evidence("expected_fen_count", "count", Words("同规格在售数", "Offers of the specification")),
    Evidence("scale_fen", "fen", Words("同规格绝对离差中位数", "Median absolute deviation")),
    Evidence("category_count", "count", Words("同品目在售数", "Offers of the category")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per listing on the shelf."""
    listings = facts.listing.filter((facts.listing.state == "on_shelf") & (facts.listing.base_price_fen > 0))
    listings = listings.select(
        "listing_id", "product_id", "supplier_id", "region_code", "category_code", "base_price_fen"
    )
    listings = left_join(listings, facts.product.select("product_id", "cell_key"), ("product_id",))
    listings = listings.mutate(category_count=count_over(listings, ("category_code",)))
    celled = listings.filter(listings.cell_key != "")
    expected = quantile_by(
        celled, "base_price_fen", by=("cell_key",), percent=50, name="expected_fen", unique="listing_id"
    )
    judged = left_join(listings, expected, ("cell_key",))
    judged = judged.mutate(excess_fen=judged.base_price_fen - judged.expected_fen)
    deviations = judged.filter(judged.cell_key != "").mutate(deviation_fen=judged.excess_fen.abs())
    scale = quantile_by(
        deviations, "deviation_fen", by=("cell_key",), percent=50, name="scale_fen", unique="listing_id"
    ).select("cell_key", "scale_fen")
    judged = left_join(judged, scale, ("cell_key",))
    ratio_percent = values.by_region("ratio_percent", judged.region_code)
    return sweep_rows(
        judged,
        subject=subject("listing", judged.listing_id),
        outcome=outcome(
            not_computable=(judged.cell_key == "")
            | (judged.expected_fen_count < values["minimum_cell"])
            | (judged.category_count < values["minimum_category"]),
            # 1.4826 median absolute deviations are one standard deviation of a normal spread.
            hit=(judged.base_price_fen * 100 > judged.expected_fen * ratio_percent)
            & (judged.excess_fen * 1_000_000 > judged.scale_fen * 14_826 * values["deviations_percent"]),
        ),
        day=literal(facts.on_day),
        amount_fen=judged.excess_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="prices.hedonic_residual",
    version=1,
    name=Words("疑似同规格价格残差过高", "Suspected price far above its specification"),
    family="prices",
    stages=("nightly",),
    severity=1,
    action="inform",
    subject="listing",
    formula=Words(
        "在售单价高于同规格（品目与主要参数分档相同）中位价的规定比例，且超出额大于规定倍数的稳健标准差（一点四八二六倍绝对离差中位数）；"
        "同规格、同品目在售数量须足够。仅供参考",
        "A live price is above the median of its specification (category and classes of its leading attributes) by the"
        " ratio, and the excess is more than so many robust standard deviations (1.4826 times the median absolute"
        " deviation); specification and category need enough offers. Information only",
    ),
    accepted=Words("在同规格价格的正常离散范围以内", "Within the usual spread of the specification"),
    answer=Words("补充规格参数，或说明配置、服务差异", "Complete the specification, or show the difference"),
    source="属性价格模型的分格近似；本系统设定，待确认",
    parameters=(
        Parameter("ratio_percent", 150, "percent", Words("与中位价之比", "Ratio to the median"),
                  tightens="lower", lowest=120, highest=1000, by_region=True, source="本系统设定，待确认"),
        Parameter("deviations_percent", 350, "percent",
                  Words("稳健标准差倍数（百分数）", "Standard deviations, in hundredths"),
                  tightens="lower", lowest=200, highest=1000, source="本系统设定，待确认"),
        Parameter("minimum_cell", 30, "count", Words("同规格最少在售数", "Fewest offers of the specification"),
                  lowest=5, highest=10_000, source="本系统设定，待确认"),
        Parameter("minimum_category", 200, "count", Words("同品目最少在售数", "Fewest offers of the category"),
                  lowest=5, highest=10**6, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("未在架的商品", "Listings that are not on the shelf"),),
    tables=("listing", "product"),
    find=find,
)  # fmt: skip
