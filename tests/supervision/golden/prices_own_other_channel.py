"""Golden cases of prices above other channels."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_LISTING = {
    "listing_id": 3, "product_id": 5, "supplier_id": 8, "region_code": 410100, "state": "on_shelf",
    "category_code": "A02010105",
}  # fmt: skip
_LINE = {"listing_id": 3, "number": "DD-1", "quantity": 4, "pack_size": 1, "submitted_day": ON_DAY - 3, "amount_fen": 9}
_GIVEN = {"on_day": 20_700, "quantity": 2, "pack_size": 10, "own_site_price_fen": 1_000, "own_site_price_day": 20_693}


def _history(price_fen: int, *seen: dict[str, object]) -> dict[str, list[dict[str, object]]]:
    usual = {"product_id": 5, "kind": "own_site", "base_price_fen": 1_000, "day": ON_DAY - 7}
    return {
        "listing": [{**_LISTING, "base_price_fen": price_fen}],
        "outside_price": [{**usual, **one} for one in seen],
        "order_line": [_LINE],
    }


def _given(price_fen: int, **changed: object) -> dict[str, object]:
    return {**_GIVEN, "base_price_fen": price_fen, **changed}


CASES = (
    SweepCase("hit: dearer than the maker's site", _history(1_100, {}), {"listing:3": "hit"},
              evidence={"listing:3": {"own_site_price_fen": 1_000, "accepted_fen": 1_000, "amount_fen": 400}},
              documents={"listing:3": ["DD-1"]}),
    SweepCase("clear: cheaper", _history(900, {}), {"listing:3": "clear"}),
    SweepCase("boundary: as on the site", _history(1_000, {}), {"listing:3": "clear"}),
    SweepCase("boundary: one fen more than on the site", _history(1_001, {}), {"listing:3": "hit"}),
    SweepCase("boundary: a platform's price and five percent", _history(1_050, {"kind": "e_commerce"}),
              {"listing:3": "clear"}),
    SweepCase("boundary: one fen more than that", _history(1_051, {"kind": "e_commerce"}), {"listing:3": "hit"}),
    SweepCase("hit: the lower of both limits counts", _history(1_030, {}, {"kind": "e_commerce"}),
              {"listing:3": "hit"}),
    SweepCase("hit: the supplier's own site is the lower one",
              _history(950, {}, {"supplier_id": 8, "base_price_fen": 940}), {"listing:3": "hit"},
              evidence={"listing:3": {"own_site_price_fen": 940}}),
    SweepCase("clear: another supplier's site", _history(950, {}, {"supplier_id": 9, "base_price_fen": 940}),
              {"listing:3": "clear"}),
    SweepCase("exclusion: a promotion", _history(1_100, {"is_promotion": 1}), {}),
    SweepCase("exclusion: a price that is too old", _history(1_100, {"day": ON_DAY - 8}), {}),
    SweepCase("exclusion: off the shelf", {"listing": [{**_LISTING, "state": "off_shelf", "base_price_fen": 1_100}],
              "outside_price": _history(0, {})["outside_price"]}, {}),
    SweepCase("hit: a region that lets less pass", _history(1_050, {"kind": "e_commerce"}), {"listing:3": "hit"},
              regional={"e_commerce_excess_percent": {410100: 0}}),
    SweepCase("not_computable: a listing without a price per base unit", _history(0, {}),
              {"listing:3": "not_computable"}),
    CheckCase("hit: dearer than the site", _given(1_200), "hit", facts={"accepted_fen": 1_000}, amount_fen=4_000),
    CheckCase("boundary: as on the site at order time", _given(1_000), "clear", amount_fen=0),
    CheckCase("boundary: one fen more than on the site at order time", _given(1_001), "hit"),
    CheckCase("boundary: five percent above a platform",
              _given(1_050, own_site_price_fen=None, e_commerce_price_fen=1_000, e_commerce_price_day=20_700), "clear"),
    CheckCase("boundary: a fen more than five percent",
              _given(1_051, own_site_price_fen=None, e_commerce_price_fen=1_000, e_commerce_price_day=20_700), "hit"),
    CheckCase("exclusion: seen eight days ago", _given(1_200, own_site_price_day=20_692), "not_computable"),
    CheckCase("not_computable: never seen outside", _given(1_200, own_site_price_fen=None), "not_computable"),
)  # fmt: skip
