"""Golden cases of duplicate listings: listing 1 of supplier 5 beside listing 2, which differs in what is said."""

from __future__ import annotations

from tests.supervision.golden_cases import CheckCase, SweepCase

_LISTING = {
    "supplier_id": 5, "product_id": 10, "state": "on_shelf", "price_fen": 100_000, "pack_size": 1,
    "region_code": 410000,
    "image_band_1": "a1b2", "image_band_2": "c3d4", "image_band_3": "e5f6", "image_band_4": "0708",
}  # fmt: skip
_OTHER_PICTURE = {"image_band_1": "1111", "image_band_2": "2222", "image_band_3": "3333", "image_band_4": "4444"}
_NO_PICTURE = dict.fromkeys(_OTHER_PICTURE, "")


def _rows(*, group_key: str = "", model_key: str = "m", both: dict[str, object] | None = None,
          **second: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    first = {**_LISTING, **(both or {})}
    products = [{"product_id": 10, "brand": "b", "model_key": model_key},
                {"product_id": 11, "brand": "b", "model_key": model_key},
                {"product_id": 12, "brand": "b", "model_key": "another"}]  # fmt: skip
    suppliers = [{"supplier_id": number, "group_key": group_key} for number in (5, 6)]
    listings = [{**first, "listing_id": 1, "sku": "S1"}, {**first, "listing_id": 2, "sku": "S2", **second}]
    return {"listing": listings, "product": products, "supplier": suppliers}


def _both(word: str) -> dict[str, str]:
    return {"listing:1": word, "listing:2": word}


_GIVEN = {"price_fen": 100_000, "model_is_known": 1, "image_is_known": 1, "twin_prices_fen": [99_000]}
CASES = (
    SweepCase("hit: the same in everything", _rows(), _both("hit"),
              evidence={"listing:1": {"twin_count": 1, "twin_price_fen": 100_000, "document": "S1"}}),
    SweepCase("hit: another product of the same model", _rows(product_id=11), _both("hit")),
    SweepCase("hit: a like picture, of which one quarter is equal", _rows(**{**_OTHER_PICTURE, "image_band_3": "e5f6"}),
              _both("hit")),
    SweepCase("hit: by two of one group", _rows(group_key="G5", supplier_id=6), _both("hit")),
    SweepCase("clear: another picture", _rows(**_OTHER_PICTURE), _both("clear")),
    SweepCase("clear: another model", _rows(product_id=12), _both("clear")),
    SweepCase("clear: only the plain background is the same",
              _rows(both={"image_band_4": ""}, **{**_OTHER_PICTURE, "image_band_4": ""}), _both("clear")),
    SweepCase("boundary: one percent dearer", _rows(price_fen=101_000), _both("hit")),
    SweepCase("boundary: a fen more than of either price", _rows(price_fen=101_011), _both("clear")),
    SweepCase("exclusion: another pack size", _rows(pack_size=10), _both("clear")),
    SweepCase("exclusion: another division", _rows(region_code=410100), _both("clear")),
    SweepCase("exclusion: another supplier without common control", _rows(supplier_id=6), _both("clear")),
    SweepCase("clear: the other was taken off", _rows(state="off_shelf"), {"listing:1": "clear"}),
    SweepCase("not_computable: no picture", _rows(both=_NO_PICTURE), _both("not_computable")),
    SweepCase("not_computable: no model", _rows(model_key=""), _both("not_computable")),
    CheckCase("hit: a twin on the shelf", _GIVEN, "hit", facts={"twin_count": 1, "twin_price_fen": 99_000}),
    CheckCase("boundary: one percent and a fen", {**_GIVEN, "twin_prices_fen": [98_999, 101_001]}, "clear"),
    CheckCase("clear: no twin", {**_GIVEN, "twin_prices_fen": []}, "clear"),
    CheckCase("not_computable: no picture to compare", {**_GIVEN, "image_is_known": 0}, "not_computable"),
)  # fmt: skip
