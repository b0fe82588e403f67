"""The whole dock: what becomes of files, sent once, twice, changed, broken, and killed half-way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from catalog_import import merge_rows, run_import
from catalog_import.run_import import run_batch
from mall.database import close_reading, session
from mall.errors import Refusal
from tests.catalog_import.conftest import Dock

HEADER = "商品编号,商品名称,类目,品牌,型号,计量单位,含税单价,库存,商品条码\n"
GOODS = (
    "A1,得力复印纸 A4 70g,复印纸,得力,7757,包,25.00,100,\n"
    "A2,佳能喷墨打印机,喷墨打印机,佳能,TS3380,台,499.00,5,\n"
    "A3,会议茶歇套餐,我的类目,,,份,30,,\n"
    "A4,坏价格,复印纸,,,包,面议,,\n"
)


def csv(rows: str) -> bytes:
    return (HEADER + rows).encode()


LISTINGS = "select sku, name, price_fen, unit, stock, state, version from listing order by supplier_id, sku"


def counts(summary: run_import.Summary) -> dict[str, int]:
    return {outcome: count for outcome, count in summary.counts.items() if count}


def test_good_rows_are_listed_faulty_ones_are_not_and_unknown_categories_wait(dock: Dock) -> None:
    summary = dock.bring(csv(GOODS))

    assert summary.stage == "merged"
    assert counts(summary) == {"new": 2, "needs_category": 1, "faulty": 1}
    assert dock.rows(LISTINGS) == [
        ("A1", "得力复印纸 A4 70g", 2500, "包", 100, "on_shelf", 1),
        ("A2", "佳能喷墨打印机", 49900, "台", 5, "on_shelf", 1),
        ("A3", "会议茶歇套餐", 3000, "份", None, "needs_category", 1),
    ]
    assert dock.rows("select old_price_fen, new_price_fen from price_change order by listing_id") == [
        (None, 2500), (None, 49900), (None, 3000),
    ]  # fmt: skip


def test_changed_listings_are_told_to_the_outbox_once(dock: Dock) -> None:
    dock.bring(csv(GOODS))

    events = dock.rows("select name, document, payload->'listing_ids' from outbox_event order by id")

    assert events == [
        ("listing.receive", "listing:3", [3]),
        ("listing.submit", "listing:1", [1, 2]),
        ("listing.shelve", "listing:1", [1, 2]),
        ("listing.changed", "import_batch:1", [1, 2, 3]),
    ]


def test_dry_run_says_what_would_happen_and_touches_nothing(dock: Dock) -> None:
    summary = dock.bring(csv(GOODS), mode="dry-run")

    assert summary.stage == "checked"
    assert counts(summary) == {"new": 2, "needs_category": 1, "faulty": 1}
    assert dock.rows(LISTINGS) == []


def test_decision_after_the_dry_run_merges_the_same_batch(dock: Dock) -> None:
    looked = dock.bring(csv(GOODS), mode="dry-run")

    decided = run_batch(actor=dock.actor(), batch_id=looked.batch_id, mode="partial")

    assert decided.batch_id == looked.batch_id
    assert decided.stage == "merged"
    assert len(dock.rows(LISTINGS)) == 3


def test_all_or_nothing_holds_a_batch_with_a_faulty_row_back(dock: Dock) -> None:
    summary = dock.bring(csv(GOODS), mode="all-or-nothing")

    assert summary.held_back
    assert dock.rows(LISTINGS) == []


def test_all_or_nothing_takes_a_whole_file(dock: Dock) -> None:
    summary = dock.bring(csv("A1,复印纸,复印纸,得力,7757,包,25.00,100,\n"), mode="all-or-nothing")

    assert summary.stage == "merged"
    assert len(dock.rows(LISTINGS)) == 1


def test_same_file_again_is_the_same_batch_and_touches_nothing(dock: Dock) -> None:
    dock.bring(csv(GOODS))
    before = dock.rows("select id, version, updated_at, xmin::text from listing order by id")

    received = dock.receive(csv(GOODS))
    again = run_batch(actor=dock.actor(), batch_id=received.batch_id, mode="partial")

    assert received.replayed
    assert again.batch_id == 1
    assert dock.rows("select id, version, updated_at, xmin::text from listing order by id") == before
    assert dock.rows("select count(*) from outbox_event where name = 'listing.changed'") == [(1,)]


def test_unchanged_rows_of_another_file_touch_no_listing(dock: Dock) -> None:
    dock.bring(csv(GOODS))
    before = dock.rows("select id, xmin::text from listing order by id")

    summary = dock.bring(csv(GOODS + "\n"))

    assert summary.batch_id == 2
    assert summary.listings_touched == 0
    assert counts(summary) == {"unchanged": 2, "needs_category": 1, "faulty": 1}
    assert dock.rows("select id, xmin::text from listing order by id") == before


def test_price_changes_are_counted_kept_and_raise_the_version(dock: Dock) -> None:
    dock.bring(csv(GOODS))

    summary = dock.bring(
        csv(
            "A1,得力复印纸 A4 70g,复印纸,得力,7757,包,27.50,100,\n"
            "A2,佳能喷墨打印机,喷墨打印机,佳能,TS3380,台,459.00,5,\n"
            "A5,签字笔,笔,晨光,K35,支,2.5,,\n"
        )
    )

    assert counts(summary) == {"price_rise": 1, "price_cut": 1, "new": 1}
    assert dock.rows("select sku, price_fen, version, state from listing where sku in ('A1', 'A2') order by sku") == [
        ("A1", 2750, 2, "on_shelf"),
        ("A2", 45900, 2, "on_shelf"),
    ]
    changes = "select old_price_fen, new_price_fen, user_id, reason from price_change where old_price_fen is not null"
    assert sorted(dock.rows(changes)) == [(2500, 2750, 7, "import_batch:2"), (49900, 45900, 7, "import_batch:2")]


def test_old_price_list_sent_again_after_a_newer_one_counts(dock: Dock) -> None:
    row = "A1,复印纸,复印纸,得力,7757,包,{},100,\n"
    dock.bring(csv(row.format("25")))
    dock.bring(csv(row.format("26")))

    third = dock.bring(csv(row.format("25")))

    assert third.batch_id == 3
    assert counts(third) == {"price_cut": 1}
    assert dock.rows("select price_fen, version from listing") == [(2500, 3)]


def test_column_the_file_does_not_have_leaves_the_listing_as_it_is(dock: Dock) -> None:
    dock.bring(csv("A1,复印纸,复印纸,得力,7757,包,25,100,\n"))

    summary = dock.bring("商品编号,商品名称,含税单价\nA1,复印纸,26\n".encode())

    assert counts(summary) == {"price_rise": 1}
    assert dock.rows(LISTINGS) == [("A1", "复印纸", 2600, "包", 100, "on_shelf", 2)]


def test_later_rows_of_one_sku_are_turned_away_even_when_the_first_is_faulty(dock: Dock) -> None:
    summary = dock.bring(
        csv("A1,复印纸,复印纸,,,包,面议,,\nA1,复印纸,复印纸,,,包,25,,\nA2,笔,笔,,,支,2,,\nA2,笔,笔,,,支,3,,\n")
    )

    assert counts(summary) == {"new": 1, "faulty": 3}
    assert dock.rows("select row_number, first_row from import_row where first_row is not null order by 1") == [
        (3, 2), (5, 4),
    ]  # fmt: skip
    assert dock.rows("select sku, price_fen from listing") == [("A2", 200)]


def test_several_suppliers_list_one_product(dock: Dock) -> None:
    dock.bring(csv("A1,得力复印纸 A4,复印纸,得力(deli),77-57,包,25,,\n"), supplier=0)
    dock.bring(csv("B9,Deli 7757 打印纸,复印纸,DELI,7757,包,26,,\n"), supplier=1)
    dock.bring(csv("C3,另一种纸,复印纸,得力,7758,包,20,,\n"), supplier=2)

    assert dock.rows("select product_id from listing order by id") == [(1,), (1,), (2,)]
    assert dock.rows("select count(*) from product") == [(2,)]


def test_gtin_says_more_than_the_model(dock: Dock) -> None:
    dock.bring(csv("A1,中性笔 黑,笔,晨光,K35,支,2,,6921734934239\n"), supplier=0)
    dock.bring(csv("B1,K-35 按动笔,笔,M&G晨光,其他写法,支,2,,6921734934239\n"), supplier=1)
    dock.bring(csv("C1,中性笔 蓝,笔,晨光,K35,支,2,,4006381333931\n"), supplier=2)

    assert dock.rows("select product_id from listing order by id") == [(1,), (1,), (2,)]


def test_category_of_a_known_gtin_needs_no_settling(dock: Dock) -> None:
    dock.bring(csv("A1,中性笔,笔,晨光,K35,支,2,,6921734934239\n"), supplier=0)

    summary = dock.bring(csv("B1,中性笔,文具区,晨光,K35,支,2,,6921734934239\n"), supplier=1)

    assert counts(summary) == {"new": 1}


def test_offers_in_different_base_units_are_different_products(dock: Dock) -> None:
    dock.bring(csv("A1,复印纸,复印纸,得力,7757,包,25,,\n"), supplier=0)
    dock.bring(csv("B1,复印纸,复印纸,得力,7757,箱,120,,\n"), supplier=1)

    assert dock.rows("select count(distinct product_id) from listing") == [(2,)]


def test_shelf_column_takes_off_and_puts_on(dock: Dock) -> None:
    file = "商品编号,商品名称,类目,单位,单价,是否上架\nA1,笔,笔,支,2,{}\n"
    states = []
    for word in ("否", "是", "0"):
        dock.bring(file.format(word).encode())
        states += dock.rows("select state from listing")

    assert states == [("draft",), ("on_shelf",), ("off_shelf",)]


def test_unreadable_file_ends_as_failed_with_its_reason(dock: Dock) -> None:
    summary = dock.bring("货号,名称\nA1,笔\n".encode())

    assert summary.stage == "failed"
    assert summary.refusal_code == "import.columns_missing"
    assert summary.refusal_facts["columns"] == "含税单价"


def test_row_with_shifted_cells_is_turned_away_and_a_short_one_is_taken(dock: Dock) -> None:
    summary = dock.bring(csv("A1,笔,笔,晨光,K35,支,2,,,多出,来的\nA2,本,本册,晨光,X1,本,3\n"))

    assert counts(summary) == {"new": 1, "faulty": 1}
    assert dock.rows("select row_number, codes from import_row order by 1") == [(2, ["row.long"]), (3, ["row.short"])]


def test_every_row_is_accounted_for(dock: Dock) -> None:
    rows = "".join(f"S{number},笔{number},笔,,,支,{number % 7},,\n" for number in range(1, 301))

    summary = dock.bring(csv(rows))

    assert summary.rows == 300
    assert sum(summary.counts.values()) == 300
    assert summary.counts["faulty"] == 42


def test_nul_in_a_cell_does_not_stop_the_file(dock: Dock) -> None:
    summary = dock.bring(csv("A1,复印\x00纸,复印纸,,,包,25,,\n"))

    assert counts(summary) == {"new": 1}
    assert dock.rows("select name from listing") != []


def test_foreign_supplier_is_refused(dock: Dock) -> None:
    received = dock.receive(csv(GOODS), supplier=0)

    with pytest.raises(Refusal) as refused:
        run_batch(actor=dock.actor(1), batch_id=received.batch_id, mode="partial")

    assert refused.value.code == "access.denied"


class Killed(BaseException):
    """Stands for SIGKILL: nobody catches it."""


STEPS = ["_note_decoded", "_stage", "_note_staged", "_check", "_merge_next"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_batch_killed_around_any_step_ends_like_an_uninterrupted_one(
    dock: Dock, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    dock.bring(csv(GOODS), supplier=1)
    shown = "select sku, name, price_fen, state, version from listing where supplier_id = {} order by sku"
    whole = dock.rows(shown.format(dock.supplier_ids[1]))
    real: Callable[..., object] = getattr(run_import, step)
    died: list[str] = []

    def die(**arguments: object) -> object:
        if died:
            return real(**arguments)
        if after:
            real(**arguments)
        died.append(step)
        raise Killed

    received = dock.receive(csv(GOODS), supplier=0)
    monkeypatch.setattr(run_import, step, die)

    with pytest.raises(Killed):
        run_batch(actor=dock.actor(), batch_id=received.batch_id, mode="partial")
    resumed = run_batch(actor=dock.actor(), batch_id=received.batch_id)

    assert died == [step]
    assert resumed.stage == "merged"
    assert counts(resumed) == {"new": 2, "needs_category": 1, "faulty": 1}
    assert whole == [
        ("A1", "得力复印纸 A4 70g", 2500, "on_shelf", 1),
        ("A2", "佳能喷墨打印机", 49900, "on_shelf", 1),
        ("A3", "会议茶歇套餐", 3000, "needs_category", 1),
    ]
    assert dock.rows(shown.format(dock.supplier_ids[0])) == whole
    assert dock.rows("select count(*) from price_change") == [(6,)]


def test_merge_killed_between_chunks_goes_on_where_it_stopped(dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge_rows, "CHUNK_ROWS", 10)
    rows = "".join(f"S{number},笔{number},笔,,,支,{number},,\n" for number in range(1, 36))
    received = dock.receive(csv(rows))
    real = run_import.merge_chunk
    chunks: list[int] = []

    def die_in_the_third(batch: object, **arguments: object) -> bool:
        chunks.append(1)
        if len(chunks) == 3:
            real(batch, **arguments)  # type: ignore[arg-type]
            raise Killed
        return real(batch, **arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(run_import, "merge_chunk", die_in_the_third)
    with pytest.raises(Killed):
        run_batch(actor=dock.actor(), batch_id=received.batch_id, mode="partial")
    assert dock.rows("select count(*) from listing") == [(20,)]
    assert dock.rows("select merged_to_row from import_batch") == [(21,)]

    resumed = run_batch(actor=dock.actor(), batch_id=received.batch_id)

    assert resumed.listings_touched == 35
    assert dock.rows("select count(*), count(distinct sku) from listing") == [(35, 35)]
    assert dock.rows("select count(*) from price_change") == [(35,)]


def test_two_runs_of_one_batch_at_once_do_it_once(dock: Dock) -> None:
    received = dock.receive(csv(GOODS))

    def run() -> str:
        try:
            return run_batch(actor=dock.actor(), batch_id=received.batch_id, mode="partial").stage
        finally:
            close_reading()

    with ThreadPoolExecutor(2) as pool:
        stages = [each.result() for each in [pool.submit(run), pool.submit(run)]]

    assert stages == ["merged", "merged"]
    assert dock.rows("select count(*) from listing") == [(3,)]
    assert dock.rows("select count(*) from import_row") == [(4,)]
    assert dock.rows("select count(*) from price_change") == [(3,)]


@pytest.mark.parametrize(("rows", "loops"), [(3, "on"), (4, "off")])
def test_large_batches_are_merged_without_loops_over_rows_nobody_counted_yet(
    dock: Dock, monkeypatch: pytest.MonkeyPatch, rows: int, loops: str
) -> None:
    """Five thousand rows looped over for each of five thousand took a minute; joined at once they take a second."""
    seen: list[object] = []
    settle = merge_rows._settle_known

    def look(*given: object, **named: object) -> set[int]:
        seen.append(session().scalar(text("show enable_nestloop")))
        return settle(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(merge_rows, "_LOOPED_ROWS_MAX", 3)
    monkeypatch.setattr(merge_rows, "_settle_known", look)

    dock.bring(csv("".join(f"B{number},得力订书机{number},订书机,得力,{number},个,9.9,5,\n" for number in range(rows))))

    assert seen == [loops]
    assert dock.rows("show enable_nestloop") == [("on",)]
