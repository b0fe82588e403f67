"""The books handed out: an independent program agrees on every balance, and a table of every fact harms no reader."""

import csv
import os
import subprocess
import sys
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data, inventory
from ledger_scenes import NOON, REGION, YEAR, in_march, new_line, write
from seal_scenes import books_apart, line_with_orders, seal_all
from sqlalchemy import text

from ledger import fiscal_year, movements
from ledger.chart_of_accounts import Account
from ledger.export import CSV_COLUMNS, books_of_year, csv_head, export_beancount, export_csv
from ledger.posting import reverse
from ledger.seal_digest import content_of, fields, hash_of, leaf_of

A = Account
PLACE = {"region_code": REGION, "year": YEAR}


def buy(session, by_line, *, document):
    for event, entries in (
        ("submit", movements.reserve(by_line, document=document)),
        ("approve", movements.commit(by_line, document=document)),
        ("accept", movements.accrue(by_line, document=document, cost=A.EXPENSE)),
        ("request", movements.request_payment(by_line, document=document, plan=in_march(by_line))),
        ("send", movements.send(by_line, document=document)),
    ):
        write(session, event, entries, source=document)
    write(session, "confirm", movements.confirm(by_line, document=document), source=document, on=date(2026, 4, 1))


@pytest.fixture
def two_units(session):
    """Two units with one purchase each, one of both, and one that was reversed."""
    lines = {unit: new_line(session, amount_fen=90_005, unit_id=unit, is_planned=True) for unit in (901, 902)}
    buy(session, {lines[901]: 60_001}, document="order:甲")
    buy(session, {lines[902]: 7}, document="order:乙")
    write(
        session, "submit", movements.reserve({lines[901]: 3, lines[902]: 4}, document="order:both"), source="order:both"
    )
    taken = write(session, "submit", movements.reserve({lines[901]: 50}, document="order:gone"), source="order:gone")
    reverse(session, taken.txn_id, **PLACE, effective_on=date(2026, 5, 4), posted_at=NOON, actor="会计")
    return lines


def beancount_balances(lines, folder):
    """Sum of every account as beancount itself adds it up, in fen; fails on any error it reports."""
    book = folder / "books.beancount"
    book.write_text("\n".join(lines) + "\n", encoding="utf-8")
    entries, errors, _ = loader.load_file(str(book))
    assert errors == []
    sums: dict[str, inventory.Inventory] = {}
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                sums.setdefault(posting.account, inventory.Inventory()).add_position(posting)
    return {account: _fen(held) for account, held in sums.items()}


def _fen(held):
    amounts = [position.units.number for position in held]
    assert len(amounts) <= 1
    return int(sum(amounts, Decimal(0)) * 100)


def our_balances(session, unit_ids=None):
    """(line, account code, sub) to the sum of its entries, in fen."""
    rows = session.execute(
        text(
            "select e.line_id, e.coa, e.sub, sum(e.amount_fen)::bigint as fen from ledger.entry e"
            " join ledger.budget_line l on l.id = e.line_id where cast(:units as bigint[]) is null"
            " or l.unit_id = any(:units) group by 1, 2, 3"
        ),
        {"units": unit_ids},
    )
    return {(row.line_id, row.coa, row.sub): row.fen for row in rows}


def test_beancount_adds_up_what_we_add_up(session, two_units, tmp_path):
    ours = our_balances(session)

    theirs = beancount_balances(export_beancount(session, **PLACE), tmp_path)

    assert sorted(theirs.values()) == sorted(ours.values())
    assert len(theirs) == len(ours)
    line_id = two_units[901]
    assert theirs[f"Liabilities:Budget:Paid:R410100:L{line_id}:D-order-x3a--x7532-"] == -60_001
    assert theirs[f"Liabilities:Budget:Available:R410100:L{line_id}"] == -30_001
    assert theirs[f"Assets:Budgetary:Expenditure:R410100:L{two_units[902]}:D-order-x3a--x4e59-"] == 7


def test_a_units_share_balances_by_itself(session, two_units, tmp_path):
    lines = list(export_beancount(session, **PLACE, unit_id=901))

    theirs = beancount_balances(lines, tmp_path)

    own = {account: fen for account, fen in theirs.items() if f":L{two_units[901]}" in account}
    assert sorted(own.values()) == sorted(our_balances(session, [901]).values())
    # The purchase both made is whole; nothing else of the other unit is there, and none of its balances is asserted.
    other = {account for account in theirs if f":L{two_units[902]}" in account}
    assert {account.split(":")[2] for account in other} == {"Available", "Reserved"}
    assert not [line for line in lines if " balance " in line and f":L{two_units[902]}" in line]


def test_bean_check_itself_finds_it_sound(session, two_units, tmp_path):
    book = tmp_path / "books.beancount"
    book.write_text("\n".join(export_beancount(session, **PLACE)) + "\n", encoding="utf-8")

    checked = subprocess.run(
        [str(Path(sys.executable).with_name("bean-check")), "--no-cache", str(book)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (checked.returncode, checked.stderr) == (0, "")


def rows_of(lines):
    return list(csv.DictReader([csv_head().removeprefix("\ufeff"), *lines]))


def test_the_table_has_every_entry_with_its_facts(session, two_units):
    rows = rows_of(export_csv(session, **PLACE, unit_id=901))

    [paid] = [row for row in rows if row["event"] == "confirm" and row["account"] == "1600"]
    assert (
        len(rows)
        == session.execute(
            text("select count(*) from ledger.entry where line_id = :line"), {"line": two_units[901]}
        ).scalar_one()
    )
    assert {name: paid[name] for name in CSV_COLUMNS if name not in ("txn_id", "xid", "n", "line_code")} == {
        "region": "410100", "year": "2026", "effective_on": "2026-04-01",
        "posted_at": "2026-03-02T04:00:00.000000Z", "event": "confirm", "source_type": "order", "source_id": "甲",
        "actor": "经办人", "memo": "", "causation": "", "reverses": "", "line_id": str(two_units[901]),
        "unit_id": "901", "is_procurement": "True", "line_name": "办公设备购置", "function_code": "",
        "function_name": "", "economic_code": "", "economic_name": "", "project": "", "category_scope": "",
        "line_note": "",
        "fund_source": "", "account": "1600", "official_code": "B260", "account_name": "已支付", "book": "budget",
        "sub": "order:甲", "amount_fen": "-60001", "seq": "1", "balance_after_fen": "-60001", "seal_no": "",
        "seal_seq": "", "leaf": "",
    }  # fmt: skip


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "\n=1", "\r=1"])
def test_no_cell_is_a_formula(session, evil):
    line_id = new_line(session, amount_fen=100, unit_id=903)
    write(session, "submit", movements.reserve({line_id: 3}, document="order:9"), source="order:9", memo=evil)

    cells = {row["memo"] for row in rows_of(export_csv(session, **PLACE, unit_id=903)) if row["memo"]}

    assert cells == {f"'{evil}"}


def test_amounts_stay_numbers(session):
    line_id = new_line(session, amount_fen=100, unit_id=904)

    amounts = [row["amount_fen"] for row in rows_of(export_csv(session, **PLACE, unit_id=904))]

    assert line_id and sorted(amounts) == ["-100", "-100", "100", "100"]


def test_the_years_books_are_known_by_region(session):
    fiscal_year.open_year(session, region_code=410122, year=2031, opened_at=NOON, actor="财政局")

    assert books_of_year(session, year=2031) == [410122]
    assert books_of_year(session, year=2032) == []


def test_a_leaf_can_be_computed_again_from_the_table_alone(worker_name):
    with books_apart(os.environ["SUNMALL_DATABASE_URL"], name=f"export_{worker_name}") as (owner, role):
        line_with_orders(owner, orders=2)
        seal_all(owner, role, txns=3)
        with owner.connect() as connection:
            rows = rows_of(export_csv(connection, **PLACE))
    last = [row for row in rows if row["seal_seq"] == "3"]
    first = last[0]
    microseconds = (datetime.fromisoformat(first["posted_at"]) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )
    names = ("effective_on", "source_type", "source_id", "event", "actor", "memo")
    # In a table nothing and the empty text look alike; these two are never empty texts.
    never_empty = (first["causation"] or None, first["reverses"] or None)
    txn = (first["xid"], microseconds, *(first[name] for name in names), *never_empty)
    line = fields(
        *(first[name] for name in (
            "line_id", "unit_id", "is_procurement", "line_code", "line_name", "function_code", "function_name",
            "economic_code", "economic_name", "project", "fund_source", "category_scope", "line_note",
        ))
    )  # fmt: skip
    facts = ("account", "sub", "amount_fen", "seq", "balance_after_fen")
    entries = [(row["n"], int(row["line_id"]), *(row[name] for name in facts)) for row in last]
    content = content_of(txn, entries, lines={int(first["line_id"]): line})

    leaf = leaf_of(hash_of("sha256"), content, **PLACE, seq=3, txn_id=int(last[0]["txn_id"]))

    assert {row["leaf"] for row in last} == {leaf.hex()}


def test_memory_does_not_grow_with_the_books(worker_name):
    with books_apart(os.environ["SUNMALL_DATABASE_URL"], name=f"stream_{worker_name}") as (owner, _):
        with owner.begin() as connection:
            line_id = new_line(connection, amount_fen=100)
            # Only as many rows as a long list would be noticed; the books of this database are thrown away unsound.
            connection.execute(text("alter table ledger.entry disable trigger balanced"))
            connection.execute(
                text(
                    "insert into ledger.entry (region, year, txn_id, n, line_id, coa, sub, amount_fen)"
                    " select 410100, 2026, 1, i, :line, 3010, 'order:' || i, 1 from generate_series(10, 5000) i"
                ),
                {"line": line_id},
            )
        with owner.connect() as connection:
            peaks = [_peak(connection, export) for export in (export_csv, export_beancount)]

    # All rows at once would take more than 5 MB.
    assert max(peaks) < 2_500_000


def _peak(connection, export):
    tracemalloc.start()
    count = sum(1 for _ in export(connection, **PLACE))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count > 4_900
    return peak
