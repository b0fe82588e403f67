"""Why an offer may not be ordered."""

from __future__ import annotations

from datetime import date

import pytest

from mall.catalogue.category import Category
from mall.catalogue.listing import Listing
from mall.shop.availability import availability
from mall.suppliers.supplier import Supplier

TODAY = date(2026, 11, 23)
LUANCHUAN = 410324


def _listing(**changes: object) -> Listing:
    facts = {"id": 7, "sku": "A-1", "name": "A4复印纸", "state": "on_shelf", "region_codes": [410000], **changes}
    return Listing(**facts)


def _supplier(**changes: object) -> Supplier:
    facts = {
        "id": 3,
        "name": "晴天办公",
        "state": "active",
        "suspended_reason": "",
        "licence_expires_on": None,
        **changes,
    }
    return Supplier(**facts)


def _category(**changes: object) -> Category:
    return Category(**{"code": "A05040101", "name": "复印纸", "in_mall": True, **changes})


def _codes(listing: Listing, supplier: Supplier, category: Category | None, region_code: int | None) -> list[str]:
    return [refusal.code for refusal in availability(listing, supplier, category, region_code=region_code, on=TODAY)]


def test_an_offer_on_the_shelf_that_is_delivered_here_may_be_ordered() -> None:
    assert _codes(_listing(), _supplier(), _category(), LUANCHUAN) == []


@pytest.mark.parametrize("region_codes", [[410324], [410300], [410000], [410100, 410300]])
def test_delivery_to_the_county_its_city_or_the_province_reaches_the_county(region_codes: list[int]) -> None:
    assert _codes(_listing(region_codes=region_codes), _supplier(), _category(), LUANCHUAN) == []


@pytest.mark.parametrize("region_codes", [[410100], [410325], []])
def test_delivery_elsewhere_does_not_reach_the_county(region_codes: list[int]) -> None:
    assert _codes(_listing(region_codes=region_codes), _supplier(), _category(), LUANCHUAN) == ["listing.no_delivery"]


def test_delivery_is_not_judged_for_a_visitor() -> None:
    assert _codes(_listing(region_codes=[410100]), _supplier(), _category(), None) == []


def test_a_licence_is_good_on_its_last_day_and_not_after_it() -> None:
    on_the_day = _codes(_listing(), _supplier(licence_expires_on=date(2026, 11, 23)), _category(), LUANCHUAN)
    the_day_after = _codes(_listing(), _supplier(licence_expires_on=date(2026, 11, 22)), _category(), LUANCHUAN)

    assert on_the_day == []
    assert the_day_after == ["supplier.licence_expired"]


@pytest.mark.parametrize("category", [None, _category(in_mall=False)])
def test_a_category_outside_the_mall_or_none_at_all_cannot_be_ordered(category: Category | None) -> None:
    assert _codes(_listing(), _supplier(), category, LUANCHUAN) == ["category.out_of_mall"]


def test_every_reason_is_told_the_weightiest_first() -> None:
    listing = _listing(state="off_shelf", region_codes=[410100])
    supplier = _supplier(state="suspended", suspended_reason="资质复核", licence_expires_on=date(2026, 1, 1))

    reasons = availability(listing, supplier, None, region_code=LUANCHUAN, on=TODAY)

    assert [reason.code for reason in reasons] == [
        "listing.off_shelf",
        "supplier.suspended",
        "supplier.licence_expired",
        "category.out_of_mall",
        "listing.no_delivery",
    ]
    assert reasons[1].facts == {"supplier_id": 3, "supplier": "晴天办公", "reason": "资质复核"}
