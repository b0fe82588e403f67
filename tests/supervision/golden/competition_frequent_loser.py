"""Golden cases of frequent losers.

Suppliers 1 to 8 meet in pairs (1 and 2, 3 and 4 ...) twelve times; 1 to 4 win half, 5 and 7 three quarters of them.
Supplier 50 quotes beside supplier 60. The fence is below nought, so that the floor of 5 % holds.
"""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_SUBJECT = "supplier:50"


def _quotation(number: str, winner_id: int, *losers: int, **changed: object) -> list[dict[str, object]]:
    return [
        {"sourcing_number": number, "supplier_id": supplier_id, "region_code": 410100, "category_code": "A02010105",
         "closed_day": ON_DAY - 20, "is_valid": 1, "price_fen": 10_000 + place, "is_winner": int(place == 0),
         **changed}
        for place, supplier_id in enumerate((winner_id, *losers))
    ]  # fmt: skip


def _rows(to_one: int, to_others: int = 0, won: int = 0, *, peers: int = 8,
          **changed: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """Supplier 50 lost `to_one` (60) and `to_others` (suppliers 1 to 4 in turn), and won `won` against 61."""
    quotes = []
    for first_id in range(1, peers, 2):
        for index in range(12):
            is_first = index % 2 if first_id < 5 else index % 4
            pair = (first_id, first_id + 1) if is_first else (first_id + 1, first_id)
            quotes += _quotation(f"P-{first_id}-{index}", *pair)
    for index in range(to_one):
        quotes += _quotation(f"X-{index:02}", 60, 50, **changed)
    for index in range(to_others):
        quotes += _quotation(f"Y-{index:02}", 1 + index % 4, 50, **changed)
    for index in range(won):
        quotes += _quotation(f"Z-{index:02}", 50, 61, **changed)
    return {"quote": quotes}


def _said(word: str, *, winner: str = "clear", others: str = "clear", peers: int = 8, **more: str) -> dict[str, str]:
    said = {f"supplier:{index}": others for index in range(1, peers + 1)}
    return {**said, _SUBJECT: word, "supplier:60": winner} | {
        f"supplier:{name[1:]}": word for name, word in more.items()
    }


CASES = (
    SweepCase("hit: fifteen quotes, all lost to one", _rows(15), _said("hit"),
              evidence={_SUBJECT: {"bid_count": 15, "win_count": 0, "winner_id": 60, "lost_count": 15,
                                   "limit_basis_points": 500, "peer_count": 10, "amount_fen": 150_000,
                                   "region_code": 410100}},
              documents={_SUBJECT: [f"X-{index:02}" for index in range(15)]}),
    SweepCase("clear: half won", _rows(8, 0, 8), _said("clear", winner="not_computable", s61="not_computable")),
    SweepCase("boundary: 60 of a hundred lost to one", _rows(12, 8), _said("hit")),
    SweepCase("boundary: a little less", _rows(11, 8), _said("clear")),
    SweepCase("boundary: as often as a quarter of all", _rows(12), _said("hit")),
    SweepCase("boundary: less often", _rows(11), _said("clear")),
    SweepCase("boundary: he wins one in twenty", _rows(19, 0, 1), _said("hit", s61="not_computable"),
              evidence={_SUBJECT: {"win_basis_points": 500, "win_count": 1}}),
    SweepCase("boundary: he wins one in eighteen", _rows(17, 0, 1), _said("clear", s61="not_computable")),
    SweepCase("boundary: nine quotes", _rows(9), _said("not_computable", winner="not_computable")),
    SweepCase("exclusion: priced by the framework", _rows(15, is_priced_by_framework=1),
              {f"supplier:{index}": "clear" for index in range(1, 9)}),
    SweepCase("exclusion: nobody was chosen", _rows(15, is_winner=0),
              {f"supplier:{index}": "clear" for index in range(1, 9)}),
    SweepCase("exclusion: quotes that are not valid leave a single one", {"quote": [
              {**quote, "is_valid": int(quote["supplier_id"] != 50)} for quote in _rows(15)["quote"]]},
              {f"supplier:{index}": "clear" for index in range(1, 9)}),
    SweepCase("not_computable: too few suppliers", _rows(15, peers=4),
              _said("not_computable", winner="not_computable", others="not_computable", peers=4)),
)  # fmt: skip
