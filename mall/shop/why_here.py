"""Why an offer stands where it does among equally relevant ones, in the reader's language: only what is so today."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from mall import clock
from mall.catalogue.merit import COMPLETE_POINTS, OfferFacts, offer_facts
from mall.shop.base_price import rating_text

#: a description from this score on is called complete; below the last one it is called thin
_COMPLETE_FROM, _THIN_BELOW = COMPLETE_POINTS[0][0], COMPLETE_POINTS[-1][0]


def why_here(listing_ids: Iterable[int]) -> dict[int, list[str]]:
    """The reasons of each offer, those of its price first; one about which there is nothing to say has none."""
    found = offer_facts(listing_ids, on=clock.today())
    return {listing_id: reasons(facts) for listing_id, facts in found.items()}


def reasons(facts: OfferFacts) -> list[str]:
    """What `mall.catalogue.merit` gave points for or withheld them, in words."""
    said = [*_of_price(facts)]
    if facts.rating_count:
        # Three marks an order.
        said.append(
            _(
                "评价 %(mark)s（%(count)s）",
                mark=rating_text(facts.rating_sum, facts.rating_count),
                count=facts.rating_count // 3,
            )
        )
    if facts.completeness_score >= _COMPLETE_FROM:
        said.append(_("信息完整"))
    elif facts.completeness_score < _THIN_BELOW:
        said.append(_("信息不全"))
    if facts.stock:
        said.append(_("有货"))
    return said


def _of_price(facts: OfferFacts) -> list[str]:
    said = []
    if facts.ceiling == "above":
        said.append(_("高于最高限价"))
    elif facts.ceiling == "within":
        said.append(_("不高于最高限价"))
    if facts.offers > 1:
        said.append(
            _("比同款最低价高 %(percent)s%%", percent=_percent(facts.over_lowest_bp))
            if facts.over_lowest_bp
            else _("同款 %(count)s 个报价中价格最低", count=facts.offers)
        )
    return said


def _percent(basis_points: int) -> str:
    """With one decimal, rounded down, but never to nothing."""
    tenths = max(1, basis_points // 10)
    return f"{tenths // 10}.{tenths % 10}"
