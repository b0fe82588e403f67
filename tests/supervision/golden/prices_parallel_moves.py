"""Golden cases of parallel price moves."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_FIRST, _SECOND = ON_DAY - 60, ON_DAY - 20


def _moves(*moves: tuple[int, int, int], sellers: int = 5, **changed: object) -> dict[str, list[dict[str, object]]]:
    """(supplier, day, new price) of a product that cost 10,000 fen; `changed` are all of them."""
    usual = {"product_id": 5, "category_code": "A05", "minute": 600, "old_price_fen": 10_000}
    rows = [
        {**usual, "supplier_id": supplier_id, "day": day, "new_price_fen": price_fen, **changed}
        for supplier_id, day, price_fen in moves
    ]
    return {"price_change": rows, "product": [{"product_id": 5, "seller_count": sellers}]}


def _episode(day: int, *, last: int = 10_500, later: int = 0) -> tuple[tuple[int, int, int], ...]:
    """Three suppliers raise by five percent; the last `later` days afterwards, to the price `last`."""
    return ((1, day, 10_500), (2, day, 10_500), (3, day + later, last))


_TWICE = (*_episode(_FIRST), *_episode(_SECOND))

CASES = (
    SweepCase("hit: three suppliers twice", _moves(*_TWICE), {"product:5": "hit"},
              evidence={"product:5": {"episode_count": 2, "most_suppliers": 3, "changer_count": 3}},
              documents={"product:5": [f"price_change:{one}" for one in (1, 2, 3, 4, 5, 6)]}),
    SweepCase("clear: once", _moves(*_episode(_FIRST)), {"product:5": "clear"}),
    SweepCase("clear: two suppliers twice", _moves((1, _FIRST, 10_500), (2, _FIRST, 10_500), (1, _SECOND, 10_500),
              (2, _SECOND, 10_500)), {"product:5": "clear"}),
    SweepCase("clear: one episode of many suppliers is not two", _moves(*_episode(_FIRST), (4, _FIRST + 1, 10_500),
              (5, _FIRST + 1, 10_500)), {"product:5": "clear"}),
    SweepCase("boundary: half a percent apart", _moves(*_episode(_FIRST, last=10_550), *_episode(_SECOND)),
              {"product:5": "hit"}),
    SweepCase("boundary: a basis point more", _moves(*_episode(_FIRST, last=10_551), *_episode(_SECOND)),
              {"product:5": "clear"}),
    SweepCase("boundary: exactly 48 hours", _moves(*_episode(_FIRST, later=2), *_episode(_SECOND)),
              {"product:5": "hit"}),
    SweepCase("boundary: later than 48 hours", _moves(*_episode(_FIRST, later=3), *_episode(_SECOND)),
              {"product:5": "clear"}),
    SweepCase("boundary: moves of one percent", _moves(*_TWICE, new_price_fen=9_900), {"product:5": "hit"}),
    SweepCase("exclusion: smaller moves", _moves(*_TWICE, new_price_fen=10_099), {}),
    SweepCase("exclusion: the maker's notice", _moves(*_TWICE, is_manufacturer_notice=1), {}),
    SweepCase("exclusion: first prices", _moves(*_TWICE, old_price_fen=0), {}),
    SweepCase("clear: the first time is long ago", _moves(*_episode(ON_DAY - 90), *_episode(_SECOND)),
              {"product:5": "clear"}),
    SweepCase("not_computable: two sellers", _moves(*_TWICE, sellers=2), {"product:5": "not_computable"}),
)  # fmt: skip
