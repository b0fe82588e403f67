"""Golden cases of abnormally low prices."""

from __future__ import annotations

from tests.supervision.golden_cases import CheckCase

_OFFERS = [1_200, 900, 1_000, 1_100, 950]


def _given(price_fen: int, offers: list[int] | None = None) -> dict[str, object]:
    return {"base_price_fen": price_fen, "live_prices_fen": _OFFERS if offers is None else offers}


CASES = (
    CheckCase("hit: half the median", _given(500), "hit", facts={"median_fen": 1_000, "offer_count": 5,
              "accepted_fen": 600}, amount_fen=500),
    CheckCase("clear: cheap but not strange", _given(800), "clear", amount_fen=0),
    CheckCase("boundary: exactly three fifths", _given(600), "clear"),
    CheckCase("boundary: one fen less", _given(599), "hit"),
    CheckCase("boundary: an odd median is not rounded down", _given(601, [1_002] * 5), "hit",
              facts={"accepted_fen": 602}),
    CheckCase("hit: a stricter share", _given(700), "hit", values={"share_percent": 80}),
    CheckCase("exclusion: the supplier's own offers were left out, so that four are too few", _given(500, [1_000] * 4),
              "not_computable"),
    CheckCase("not_computable: offers without a price do not count", _given(500, [0, 1_000, 1_000, 1_000, 1_000]),
              "not_computable"),
    CheckCase("not_computable: the listing has no price per base unit", _given(0), "not_computable"),
    CheckCase("not_computable: nothing is known of the others", {"base_price_fen": 500}, "not_computable"),
)  # fmt: skip
