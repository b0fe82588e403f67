"""Recorded quotes are read whole or not at all, and what identifies people never leaves the reader in clear."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mall.errors import Refusal
from mall.refusals import REFUSALS
from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.facts import TABLES, Facts
from supervision.keyed_digest import keyed_digest
from supervision.recorded_quotes import (
    COLUMNS,
    FILE_BYTES_MAX,
    RecordedQuotes,
    RecordedUnit,
    read_recorded_quotes,
    supplier_number,
)
from supervision.rule_shelf import rules
from supervision.values import default_values

_SECRET = b"sixteen bytes and more"
_UNIT = "12410100MB00000018"
#: valid codes of two suppliers of the mall and one it does not know
_FIRST, _SECOND, _STRANGER = "91110000600037341L", "91310000MA1FL8TN8K", "91330000142933363Q"
_ROW = {
    "sourcing_number": "BJ-2026-001", "unit_code": _UNIT, "category_code": "A02010105", "budget_fen": "12,000.00",
    "opened_day": "2026-03-02", "closed_day": "2026-03-05", "open_hours": "27", "supplier_code": _FIRST,
    "price_fen": "11800",
}  # fmt: skip
_PHONE, _ACCOUNT, _PERSON = "13800138000", "6222 0000 1111 2222", "410102198001011234"


def _file(*rows: Mapping[str, str], titles: str = "title", encoding: str = "utf-8") -> bytes:
    names = [column.name for column in COLUMNS if any(column.name in row for row in rows)]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.title if titles == "title" else column.name for column in COLUMNS if column.name in names])
    writer.writerows([[row.get(name, "") for name in names] for row in rows])
    return text.getvalue().encode(encoding)


def _read(content: bytes) -> RecordedQuotes:
    units = {_UNIT: RecordedUnit(unit_id=7, region_code=410100)}
    return read_recorded_quotes(content, secret=_SECRET, units=units, suppliers={_FIRST: 101, _SECOND: 102})


def _faults(*rows: Mapping[str, str]) -> list[tuple[int, str]]:
    found = _read(_file(*rows))
    assert not found.sourcing and not found.quote and not found.invitation
    return [(fault.row_number, fault.refusal.code) for fault in found.faults]


def _whole() -> list[dict[str, str]]:
    first = {**_ROW, "is_invited": "是", "phone_key": _PHONE, "bank_key": _ACCOUNT, "legal_key": _PERSON,
             "at_minute": "2026-03-04 09:15"}  # fmt: skip
    return [
        {**first, "is_winner": "是", "choice_reason": "报价最低"},
        {**first, "line_no": "1", "price_fen": "5900.50", "choice_reason": "报价最低"},
        {**_ROW, "supplier_code": _SECOND, "price_fen": "11900", "phone_key": " 138-0013-8000", "is_invalid": "否",
         "choice_reason": "报价最低"},
        {**_ROW, "supplier_code": _STRANGER, "price_fen": "", "is_invited": "是", "choice_reason": "报价最低"},
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("titles", ["title", "name"])
def test_a_file_becomes_whole_rows_of_the_three_tables(encoding: str, titles: str) -> None:
    found = _read(_file(*_whole(), titles=titles, encoding=encoding))

    assert found.faults == []
    for table in ("sourcing", "quote", "invitation"):
        for row in getattr(found, table):
            assert set(row) == set(TABLES[table])
            kinds = {name: "string" if isinstance(value, str) else "int64" for name, value in row.items()}
            assert kinds == dict(TABLES[table])
    (sourcing,) = found.sourcing
    assert (sourcing["unit_id"], sourcing["region_code"], sourcing["state"]) == (7, 410100, "awarded")
    assert (sourcing["budget_fen"], sourcing["opened_day"], sourcing["closed_day"]) == (1_200_000, 20_514, 20_517)
    prices = [
        tuple(row[name] for name in ("supplier_id", "line_no", "price_fen", "is_winner", "is_valid"))
        for row in found.quote
    ]
    assert prices == [(101, 0, 1_180_000, 1, 1), (101, 1, 590_050, 1, 1), (102, 0, 1_190_000, 0, 1)]
    assert [row["choice_reason"] for row in found.quote] == ["报价最低", "", ""]
    assert found.quote[0]["at_minute"] == 20_516 * 1_440 + 9 * 60 + 15
    stranger = supplier_number(_SECRET, _STRANGER)
    assert sorted(row["supplier_id"] for row in found.invitation) == sorted([101, stranger])
    assert stranger < 0 and {row["sourcing_id"] for row in found.invitation} == {1}


def test_keys_are_digests_that_are_equal_for_equal_things_only() -> None:
    found = _read(_file(*_whole()))
    first, line, second = found.quote

    assert first["phone_key"] == second["phone_key"] == line["phone_key"] == keyed_digest(_SECRET, "phone", _PHONE)
    assert second["bank_key"] == ""
    assert len({first["phone_key"], first["bank_key"], first["legal_key"]}) == 3
    assert keyed_digest(_SECRET, "phone", "1") != keyed_digest(_SECRET, "device", "1")
    assert keyed_digest(_SECRET, "phone", "1") != keyed_digest(b"another secret of length", "phone", "1")
    with pytest.raises(ValueError, match="secret"):
        keyed_digest(b"short", "phone", "1")


def test_nothing_that_identifies_stands_in_clear_anywhere() -> None:
    wrong = [{**row, "legal_key": _PERSON, "phone_key": _PHONE, "budget_fen": "viel"} for row in _whole()]
    other = {**_whole()[1], "phone_key": "13900139000"}

    for found in (_read(_file(*_whole())), _read(_file(*wrong)), _read(_file(_whole()[0], other))):
        said = repr(found) + "".join(str(fault.refusal) for fault in found.faults)
        assert not [one for one in (_PHONE, _ACCOUNT, _PERSON, "13900139000", "0013-8000") if one in said]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"category_code": ""}, "recorded.cell_needed"),
        ({"budget_fen": "1e9"}, "recorded.cell_wrong"),
        ({"budget_fen": "12.345"}, "recorded.cell_wrong"),
        ({"budget_fen": "1,20"}, "recorded.cell_wrong"),
        ({"budget_fen": "-5"}, "recorded.cell_wrong"),
        ({"budget_fen": "9999999999999"}, "recorded.cell_wrong"),
        ({"price_fen": "0"}, "recorded.cell_wrong"),
        ({"opened_day": "2026-02-30"}, "recorded.cell_wrong"),
        ({"opened_day": "02.03.2026"}, "recorded.cell_wrong"),
        ({"closed_day": "2026-03-01"}, "recorded.closed_before_opened"),
        ({"open_hours": "1.5"}, "recorded.cell_wrong"),
        ({"supplier_code": "91110000600037341X"}, "recorded.cell_wrong"),
        ({"unit_code": _FIRST}, "recorded.unit_unknown"),
        ({"is_winner": "也许"}, "recorded.cell_wrong"),
        ({"at_minute": "09:15"}, "recorded.cell_wrong"),
        ({"line_no": "3"}, "recorded.total_needed"),
        ({"is_winner": "是", "price_fen": ""}, "recorded.winner_without_quote"),
        ({"is_winner": "是", "is_invalid": "是"}, "recorded.winner_without_quote"),
    ],
)
def test_a_wrong_row_is_refused_with_its_number(changed: dict[str, str], code: str) -> None:
    good = {**_ROW, "sourcing_number": "BJ-2026-000"}

    assert _faults(good, {**_ROW, **changed}) == [(3, code)]
    assert code in REFUSALS


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"supplier_code": _SECOND, "closed_day": "2026-03-06"}, "recorded.rows_disagree"),
        ({"line_no": "1", "phone_key": "2"}, "recorded.rows_disagree"),
        ({}, "recorded.twice"),
        ({"supplier_code": _SECOND, "is_winner": "是"}, "recorded.two_winners"),
    ],
)
def test_a_row_that_contradicts_an_earlier_one_is_refused(changed: dict[str, str], code: str) -> None:
    first = {**_ROW, "is_winner": "是", "phone_key": "1"}

    assert _faults(first, {**_ROW, **changed}) == [(3, code)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xff\xff", "recorded.not_readable"),
        (b"a\x00b", "recorded.not_readable"),
        (b'"a', "recorded.not_readable"),
        (b"", "workbook.empty"),
        ("项目编号,报价（元）\r\n".encode(), "workbook.columns_missing"),
        (_file(_ROW).splitlines()[0], "workbook.empty"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        _read(content)

    assert refused.value.code == code


def test_a_row_wider_than_the_header_is_refused() -> None:
    content = _file(_ROW).replace(b'"12,000.00"', b"12,000.00")

    assert [(fault.row_number, fault.refusal.code) for fault in _read(content).faults] == [(2, "recorded.too_wide")]


def test_files_that_are_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refusal, match=r"recorded\.too_big"):
        _read(b"x" * (FILE_BYTES_MAX + 1))
    monkeypatch.setattr("supervision.recorded_quotes.ROWS_MAX", 2)
    rows = [{**_ROW, "line_no": str(line_no)} for line_no in range(3)]
    with pytest.raises(Refusal, match=r"recorded\.too_many_rows"):
        _read(_file(*rows))
    assert len(_read(_file(*rows[:2])).quote) == 2


def test_faults_are_cut_off_and_in_the_order_of_rows() -> None:
    found = _faults(*[{**_ROW, "budget_fen": "x"}] * 1_200)

    assert found == [(row_number, "recorded.cell_wrong") for row_number in range(2, 1_002)]


def test_rules_of_competition_run_on_what_was_read() -> None:
    """Two quotes with one phone: the rule of the same origin sees it in the digests."""
    found = _read(_file(*_whole()))
    rule = rules()["competition.same_origin"]
    assert rule.find is not None
    with DuckdbEngine(memory="256MB") as engine:
        engine.fill("quote", _numbered("quote_id", found.quote))
        engine.fill("supplier", ())
        swept = engine.sweep(rule.find(Facts(20_600), default_values(rule)))

    assert [(hit["subject"], hit["shared_kind"]) for hit in swept.hits] == [("sourcing:BJ-2026-001", "phone")]


def _numbered(key: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, key: index} for index, row in enumerate(rows, start=1)]
