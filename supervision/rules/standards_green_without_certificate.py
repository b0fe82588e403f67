"""强制节能品目无证书: goods of a compulsory category without a certificate that holds.

The boundary is that of `mall.catalogue.certificate`: a number and a last day, and that day counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import orders_behind, recently_placed
from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("certificate_number", "text", Words("证书编号", "Certificate")),
    Evidence("certificate_until_day", "day", Words("证书有效期至", "Last day of the certificate")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per listing on the shelf of a compulsory category. The amount: what was sold since the last day."""
    listings = facts.listing
    listings = listings.filter((listings.state == "on_shelf") & (listings.is_green_required == 1))
    lines = _lines_since(facts, values)
    sold = lines.group_by("listing_id").aggregate(amount_fen=number(lines.amount_fen.sum()))
    listings = left_join(listings, sold, ("listing_id",))
    return sweep_rows(
        listings,
        subject=subject("listing", listings.listing_id),
        outcome=outcome(
            not_computable=listings.category_code == "",
            hit=(listings.certificate_number.strip() == "") | (listings.certificate_until_day < facts.on_day),
        ),
        day=literal(facts.on_day),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders of the listing that were submitted without a certificate."""
    lines = _lines_since(facts, values)
    lines = lines.mutate(subject=subject("listing", lines.listing_id))
    return orders_behind(lines)


def _lines_since(facts: Facts, values: Values) -> ir.Table:
    listings = facts.listing.filter(facts.listing.is_green_required == 1)
    until_day = ibis.ifelse(listings.certificate_number.strip() == "", literal(0), listings.certificate_until_day)
    listings = listings.select("listing_id", until_day=until_day)
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    lines = lines.select("listing_id", "number", "submitted_day", "amount_fen")
    joined = left_join(lines, listings.mutate(is_required=literal(1)), ("listing_id",))
    return joined.filter((joined.is_required == 1) & (joined.submitted_day > joined.until_day))


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether goods of a compulsory category lack a certificate that holds on the day."""
    if given["is_green_required"] is None or given["on_day"] is None:
        return Verdict(NOT_COMPUTABLE)
    if not given["is_green_required"]:
        return Verdict(NOT_APPLICABLE)
    certificate, until_day = given["certificate_number"], given["certificate_until_day"]
    if certificate is None or until_day is None:
        return Verdict(NOT_COMPUTABLE)
    holds = bool(certificate.strip()) and until_day >= given["on_day"]
    facts = {"certificate_number": certificate, "certificate_until_day": until_day}
    stake_fen = (given["price_fen"] or 0) * (given["quantity"] or 0)
    return Verdict(CLEAR if holds else HIT, amount_fen=0 if holds else stake_fen, facts=facts)


RULE = Rule(
    id="standards.green_without_certificate",
    version=1,
    name=Words("疑似强制节能品目无有效证书", "Suspected compulsory green goods without a certificate"),
    family="standards",
    stages=("listing", "order", "nightly"),
    severity=4,
    action="block",
    subject="listing",
    formula=Words(
        "属于强制采购节能（环境标志）产品品目，而没有证书编号，或证书有效期已过、未填",
        "The category is one of compulsory green goods, and there is no certificate, or it has run out or has no last"
        " day",
    ),
    accepted=Words("有编号且在有效期内的证书（有效期最后一日仍有效）", "A numbered certificate that still holds"),
    answer=Words("补充有效证书，或改选有证书的商品", "Add the certificate, or choose goods that have one"),
    source="国办发〔2007〕51号；财库〔2019〕9号、财库〔2019〕19号",
    legal_basis="国办发〔2007〕51号；财库〔2019〕9号、财库〔2019〕19号",
    parameters=(
        Parameter("window_days", 366, "days", Words("涉及金额的统计天数", "Days of sales for the money at stake"),
                  lowest=30, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("不属于强制采购品目的商品", "Categories that are not compulsory"),
                Words("未在架的商品", "Listings that are not on the shelf"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("listing", "order_line"),
    needs=("on_day", "is_green_required", "certificate_number", "certificate_until_day", "price_fen", "quantity"),
    find=find,
    documents=documents,
    check=check,
)  # fmt: skip
