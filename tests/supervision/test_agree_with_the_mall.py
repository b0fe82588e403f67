"""Where the mall refuses by itself, the rule of the watch draws the line at the same place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mall.assets.asset_quota import Quota
from mall.assets.asset_standard import Standard
from mall.catalogue.certificate import certificate_holds
from mall.catalogue.find_ceilings import Ceiling
from supervision.rule import CLEAR, HIT
from supervision.rules import prices_above_framework_ceiling, standards_green_without_certificate, standards_quantity
from supervision.values import default_values

_TODAY = date(2026, 11, 29)
_EPOCH = date(1970, 1, 1)
_STANDARD = Standard(
    id=1, code="desktop", region_code=410000, valid_from=_EPOCH, valid_to=None, category_codes=frozenset({"A02010105"}),
    steps=":100/100", price_ceiling_fen=500_000, min_years=6, is_binding=False, legal_source="", is_confirmed=False,
    name="", name_en="",
)  # fmt: skip


@pytest.mark.parametrize("price_fen", [9_999, 10_000, 10_001])
@pytest.mark.parametrize("pack_size", [1, 10])
def test_a_ceiling_of_the_framework_is_exceeded_at_the_same_fen(price_fen: int, pack_size: int) -> None:
    ceiling = Ceiling(ceiling_fen=10_000 // pack_size, source="")
    given = {
        "price_fen": price_fen,
        "framework_ceiling_fen": ceiling.ceiling_fen,
        "pack_size": pack_size,
        "quantity": 1,
    }
    rule = prices_above_framework_ceiling.RULE

    verdict = prices_above_framework_ceiling.check(given, default_values(rule))

    assert (verdict.outcome == HIT) == ceiling.is_exceeded(price_fen=price_fen, pack_size=pack_size)


@pytest.mark.parametrize("number", ["CQC-1", "", "  "])
@pytest.mark.parametrize("days", [None, -1, 0, 1])
def test_a_certificate_holds_on_the_same_days(number: str, days: int | None) -> None:
    until = None if days is None else _TODAY + timedelta(days=days)
    given = {
        "on_day": (_TODAY - _EPOCH).days, "is_green_required": 1, "certificate_number": number, "price_fen": 1,
        "certificate_until_day": 0 if until is None else (until - _EPOCH).days, "quantity": 1,
    }  # fmt: skip
    rule = standards_green_without_certificate.RULE

    verdict = standards_green_without_certificate.check(given, default_values(rule))

    assert (verdict.outcome == CLEAR) == certificate_holds(number, until, on=_TODAY)


@pytest.mark.parametrize("wanted", [2, 3, 4])
def test_a_quantity_is_exceeded_at_the_same_piece(wanted: int) -> None:
    quota = Quota(standard=_STANDARD, staff_quota=10, ceiling=10, in_use=6, on_order=1, wanted=wanted)
    given = {
        "asset_ceiling_pieces": quota.ceiling, "asset_in_use": quota.in_use, "asset_on_order": quota.on_order,
        "asset_wanted": wanted, "over_standard_is_approved": 0, "price_fen": 1,
    }  # fmt: skip

    verdict = standards_quantity.check(given, default_values(standards_quantity.RULE))

    assert (verdict.outcome == HIT) == quota.is_exceeded
