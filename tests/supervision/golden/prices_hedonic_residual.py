"""Golden cases of prices far above their specification."""

from __future__ import annotations

from tests.supervision.golden_cases import SweepCase

_FEW = {"minimum_cell": 5, "minimum_category": 7}
_USUAL = [980, 990, 1_000, 1_010, 1_020]
_CLEAR = {f"listing:{listing_id}": "clear" for listing_id in range(2, 7)}
_OTHER_CELL = {"listing:7": "not_computable", "listing:8": "not_computable"}


def _offers(price_fen: int, *, cell_key: str = "PC-16", **changed: object) -> dict[str, list[dict[str, object]]]:
    """The offer in question, five of its cell and two of another cell of the category."""
    usual = {"category_code": "A02010105", "region_code": 410100, "supplier_id": 8, "state": "on_shelf"}
    rows = [{**usual, "listing_id": 1, "product_id": 1, "base_price_fen": price_fen, **changed}]
    for listing_id, price in enumerate([*_USUAL, 5_000, 6_000], start=2):
        rows.append({**usual, "listing_id": listing_id, "product_id": listing_id, "base_price_fen": price})
    products = [{"product_id": 1, "cell_key": cell_key}]
    products += [{"product_id": one, "cell_key": "PC-16" if one < 7 else "PC-64"} for one in range(2, 9)]
    return {"listing": rows, "product": products}


CASES = (
    SweepCase("hit: three times the usual price", _offers(3_000), {"listing:1": "hit", **_CLEAR, **_OTHER_CELL},
              values=_FEW, evidence={"listing:1": {"expected_fen": 1_000, "expected_fen_count": 6, "scale_fen": 10,
                                                   "category_count": 8, "amount_fen": 2_000}}),
    SweepCase("clear: among its like", _offers(1_030), {"listing:1": "clear", **_CLEAR, **_OTHER_CELL}, values=_FEW),
    SweepCase("boundary: half as much again", _offers(1_500), {"listing:1": "clear", **_CLEAR, **_OTHER_CELL},
              values=_FEW),
    SweepCase("boundary: one fen more", _offers(1_501), {"listing:1": "hit", **_CLEAR, **_OTHER_CELL}, values=_FEW),
    SweepCase("clear: so many deviations are usual there", _offers(1_501),
              {"listing:1": "clear", **_CLEAR, **_OTHER_CELL}, values={**_FEW, "deviations_percent": 1000 * 10}),
    SweepCase("hit: a region that tightened", _offers(1_350), {"listing:1": "hit", **_CLEAR, **_OTHER_CELL},
              values=_FEW, regional={"ratio_percent": {410100: 130}}),
    SweepCase("exclusion: off the shelf", _offers(3_000, state="off_shelf"), {**_CLEAR, **_OTHER_CELL}, values=_FEW),
    SweepCase("not_computable: no specification", _offers(3_000, cell_key=""),
              {"listing:1": "not_computable", **_CLEAR, **_OTHER_CELL}, values=_FEW),
    SweepCase("not_computable: too few of the category", _offers(3_000),
              {f"listing:{one}": "not_computable" for one in range(1, 9)}, values={"minimum_cell": 5}),
    SweepCase("boundary: just enough of the specification and the category", _offers(3_000),
              {"listing:1": "hit", **_CLEAR, **_OTHER_CELL}, values={"minimum_cell": 6, "minimum_category": 8}),
    SweepCase("boundary: one too few of the specification", _offers(3_000),
              {f"listing:{one}": "not_computable" for one in range(1, 9)},
              values={"minimum_cell": 7, "minimum_category": 8}),
)  # fmt: skip
