"""What stands between a worksheet and its execution: what must be settled first, and what changed meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from mall.year_end.commitments import Commitment, open_commitments
from mall.year_end.worksheet import YearEndRow, YearEndWorksheet

Key = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount of the worksheet beside the books. `is_change`: the worksheet no longer says what there is; else it
    still waits to be settled as the worksheet says."""

    line_id: int
    standing: str
    document: str
    signed_fen: int
    now_fen: int
    is_change: bool

    @property
    def order_number(self) -> str:
        return self.document.removeprefix("order:")


def differences(worksheet: YearEndWorksheet) -> list[Difference]:
    """Everything that stands in the way, by document and line; empty when the worksheet can be executed as it is."""
    commitments = open_commitments(region_code=worksheet.region_code, year=worksheet.year, unit_id=worksheet.unit_id)
    return compare(worksheet.rows, commitments)


def compare(rows: Iterable[YearEndRow], commitments: Iterable[Commitment]) -> list[Difference]:
    """Money to be paid must be gone, money to lapse must be free again, and all else must be as it was."""
    rows = [row for row in rows if row.standing != "planned"]
    now = {one.key: one.amount_fen for one in commitments if one.standing != "planned"}
    found = [*_to_be_paid(rows, now), *_to_be_released(rows, now)]
    settled = {row.key for row in rows if row.is_order and row.treatment != "carry"}
    settled |= {(one.line_id, one.standing, one.document) for one in found}
    signed = {row.key: row.amount_fen for row in rows if row.key not in settled}
    for key, freed_fen in _freed(rows, now).items():
        signed[key] = signed.get(key, 0) + freed_fen
    for key in sorted((signed.keys() | now.keys()) - settled):
        if signed.get(key, 0) != now.get(key, 0):
            found.append(Difference(*key, signed.get(key, 0), now.get(key, 0), is_change=True))
    return sorted(found, key=lambda one: (not one.is_change, one.document, one.line_id, one.standing))


def _to_be_paid(rows: list[YearEndRow], now: dict[Key, int]) -> list[Difference]:
    """Per order and line: what was to be paid may stand in payment or, refused by the treasury, be owed again."""
    wanted: dict[tuple[int, str], int] = defaultdict(int)
    carried = {row.key for row in rows if row.treatment == "carry"}
    for row in rows:
        if row.treatment == "pay":
            wanted[row.budget_line_id, row.document] += row.amount_fen
    found = []
    for (line_id, document), signed_fen in wanted.items():
        keys = [(line_id, standing, document) for standing in ("accrued", "in_payment")]
        for key in keys:
            if key not in carried and now.get(key, 0):
                is_change = sum(now.get(one, 0) for one in keys if one not in carried) > signed_fen
                found.append(Difference(*key, signed_fen, now[key], is_change=is_change))
    return found


def _to_be_released(rows: list[YearEndRow], now: dict[Key, int]) -> list[Difference]:
    return [
        Difference(*row.key, row.amount_fen, now[row.key], is_change=now[row.key] > row.amount_fen)
        for row in rows
        if row.is_order and row.treatment == "lapse" and now.get(row.key, 0)
    ]


def _freed(rows: list[YearEndRow], now: dict[Key, int]) -> dict[Key, int]:
    """What has become free on each line because an order was cancelled or cut as the worksheet said."""
    freed: dict[Key, int] = defaultdict(int)
    for row in rows:
        if row.is_order and row.treatment == "lapse":
            freed[row.budget_line_id, "available", ""] += max(0, row.amount_fen - now.get(row.key, 0))
    return freed
