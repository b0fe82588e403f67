"""Brings the suppliers' goods into the mall by their own files, through the importer it is handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mall import clock
from mall.catalogue.match_waiting import match_waiting
from mall.database import close_reading
from mall.demo.goods.write_supplier_files import write_files
from mall.demo.organisations import SUSPENDED_SUPPLIER, DemoProvince
from mall.demo.run_listing_life import keep_some_back, review_waiting
from mall.people.organisation import organisation_by_credit_code
from mall.people.user import actor_named
from mall.suppliers.supplier import supplier
from mall.suppliers.suspend_supplier import suspend_supplier

#: importer(path, credit_code, mode) -> {outcome: rows}
Importer = Callable[[Path, str, str], Mapping[str, int]]
#: settle(credit_code) -> {"settled"|"left": listings}
Settle = Callable[[str], Mapping[str, int]]
Say = Callable[[str], None]

UNSORTED_SUPPLIER = "s06"
#: more than the demo has; what would be left waits for the worker
MATCHED_MAX = 100_000
SUSPENSION_REASON = "投诉查实：所供商品与标称规格不一致，暂停交易资格"
_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class GoodsFile:
    """A supplier's file and when it arrives at the mall."""

    arrives_at: datetime
    credit_code: str
    path: Path


def write_goods_files(folder: Path, *, seed: int, starts_at: datetime) -> list[GoodsFile]:
    """Write every supplier's files into `folder`; the first catalogues arrive at the start, price updates later."""
    return [
        GoodsFile(arrives_at=starts_at + _MONTH * file.month_offset, credit_code=file.credit_code, path=file.path)
        for file in write_files(folder, seed=seed)
    ]


def load_catalogues(
    files: list[GoodsFile], *, province: DemoProvince, starts_at: datetime, importer: Importer, settle: Settle, say: Say
) -> dict[str, int]:
    """Import the first catalogues with the clock at the start of the demo. Returns {outcome: rows}.

    May be repeated: the importer knows a file that it has taken in before.
    """
    totals: dict[str, int] = {}
    first = [file for file in files if file.arrives_at == starts_at]
    with clock.frozen(starts_at):
        for number, file in enumerate(first, start=1):
            _add(totals, importer(file.path, file.credit_code, "partial"))
            if number % 7 == 0 or number == len(first):
                say(f"  商品目录 {number}/{len(first)}：{sum(totals.values())} 行")
        sellers = {seller.key: seller.credit_code for seller in province.suppliers}
        _add(totals, settle(sellers[UNSORTED_SUPPLIER]))
        say(f"  同款比对：{match_waiting(limit=MATCHED_MAX)} 个报价")
        keep_some_back()
        say(f"  双人审核：{review_waiting()} 个商品上架")
        _suspend(sellers[SUSPENDED_SUPPLIER])
    return totals


def import_price_update(file: GoodsFile, *, importer: Importer) -> None:
    """Import a later file, and review what it raises; the caller has set the clock to its arrival."""
    importer(file.path, file.credit_code, "partial")
    review_waiting()


def _suspend(credit_code: str) -> None:
    place = organisation_by_credit_code(credit_code, kind="supplier")
    found = supplier(place.id) if place is not None else None
    if found is not None and found.state == "active":
        suspend_supplier(actor=actor_named("centre"), supplier_id=found.id, reason=SUSPENSION_REASON)
    close_reading()


def _add(totals: dict[str, int], counts: Mapping[str, int]) -> None:
    for outcome, count in counts.items():
        totals[outcome] = totals.get(outcome, 0) + count
