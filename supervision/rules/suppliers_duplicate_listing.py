"""重复铺货: one supplier or group offers the same model twice, with the same picture and at nearly the same price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.expressions import inner_join, left_join, literal, number, outcome, subject, sweep_rows, text
from supervision.facts import Facts
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_BANDS = ("image_band_1", "image_band_2", "image_band_3", "image_band_4")
_SAME = ("brand", "model_key", "owner", "pack_size", "region_code")
_EVIDENCE = (
    Evidence("twin_count", "count", Words("重复的在架商品数", "Other listings alike")),
    Evidence("twin_price_fen", "fen", Words("其中最低价", "The lowest price of them")),
    Evidence("price_fen", "fen", Words("本商品价格", "This price")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per listing on the shelf.

    Two pictures are alike where one quarter of their perceptual hashes is equal: of hashes that differ in up to three
    bits at least one quarter always is, of those that differ in six often.
    """
    listings = _listings(facts)
    known = listings.filter((listings.model_key != "") & (listings.has_image == 1))
    others = known.select(
        *_SAME, twin_id="listing_id", twin_price_fen="price_fen",
        twin_band_1="image_band_1", twin_band_2="image_band_2", twin_band_3="image_band_3", twin_band_4="image_band_4",
    )  # fmt: skip
    pairs = inner_join(known.select("listing_id", "price_fen", *_SAME, *_BANDS), others, _SAME)
    tolerance = values["price_basis_points"]
    gap = (pairs.price_fen - pairs.twin_price_fen).abs()
    is_alike = literal(1) == literal(0)
    for band in _BANDS:
        is_alike = is_alike | ((pairs[band] != "") & (pairs[band] == pairs[band.replace("image", "twin")]))
    pairs = pairs.filter((pairs.listing_id != pairs.twin_id) & (gap * 10_000 <= pairs.price_fen * tolerance) & is_alike)
    twins = pairs.group_by("listing_id").aggregate(
        twin_count=lambda t: number(t.twin_id.count()), twin_price_fen=lambda t: number(t.twin_price_fen.min())
    )
    judged = left_join(listings, twins, ("listing_id",))
    return sweep_rows(
        judged,
        subject=subject("listing", judged.listing_id),
        outcome=outcome(
            not_computable=(judged.model_key == "") | (judged.has_image == 0), hit=judged.twin_count > 0
        ),
        document=judged.sku,
        day=judged.on_shelf_day,
        amount_fen=literal(0),
        evidence=[one.name for one in _EVIDENCE],
    )  # fmt: skip


def _listings(facts: Facts) -> ir.Table:
    listings = facts.listing.filter(facts.listing.state == "on_shelf")
    listings = left_join(listings, facts.product.select("product_id", "brand", "model_key"), ("product_id",))
    listings = left_join(listings, facts.supplier.select("supplier_id", "group_key"), ("supplier_id",))
    alone = text("supplier:") + listings.supplier_id.cast("string")
    has_image = listings.image_band_1 + listings.image_band_2 + listings.image_band_3 + listings.image_band_4 != ""
    return listings.mutate(
        owner=(listings.group_key == "").ifelse(alone, text("group:") + listings.group_key),
        has_image=number(has_image.ifelse(literal(1), literal(0))),
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the listing to be published has a twin on the shelf."""
    price_fen, twins = given["price_fen"], given["twin_prices_fen"]
    if not given["model_is_known"] or not given["image_is_known"] or price_fen is None or twins is None:
        return Verdict(NOT_COMPUTABLE)
    tolerance = values["price_basis_points"]
    near = [twin for twin in twins if abs(price_fen - twin) * 10_000 <= price_fen * tolerance]
    facts = {"twin_count": len(near), "twin_price_fen": min(near, default=0), "price_fen": price_fen}
    return Verdict(HIT if near else CLEAR, facts=facts)


RULE = Rule(
    id="suppliers.duplicate_listing",
    version=1,
    name=Words("疑似重复铺货", "Suspected duplicate listing"),
    family="suppliers",
    stages=("listing", "nightly"),
    severity=2,
    action="hold",
    subject="listing",
    formula=Words(
        "同一供应商或同一关联群的在架商品，品牌、型号、包装数量、供货地区相同，图片相同或相近，价格相差不超过 1%",
        "Listings of one supplier or one group on the shelf with the same brand, model, pack size and division, the"
        " same or a like picture, and prices within 1 %",
    ),
    accepted=Words("同一型号只上架一次", "One listing per model"),
    answer=Words("下架重复的商品，或补充能区分的规格和图片",
                 "Take the duplicate off, or show what differs in text and picture"),
    source="浙江省政府采购网上超市商品发布及审核指南（2025）",
    parameters=(
        Parameter("price_basis_points", 100, "basis_points", Words("价格相差上限", "Largest difference of price"),
                  tightens="higher", lowest=0, highest=1_000, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("包装数量不同的", "Another pack size"),
                Words("供货地区不同的", "Another division"),
                Words("没有关联的其他供应商", "Suppliers that are not under common control")),
    tables=("listing", "product", "supplier"),
    needs=("price_fen", "twin_prices_fen", "model_is_known", "image_is_known"),
    find=find,
    check=check,
)  # fmt: skip
