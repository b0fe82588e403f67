"""Quotations held before the mall had any, read from a CSV file into rows of `sourcing`, `quote` and `invitation`.

One row of the file is one price: a supplier's total (the line number is empty or 0) or one of its lines. What belongs
to the quotation (unit, category, budget, days) stands in each of its rows and must be the same in all. A supplier with
an empty price was invited and did not quote. Flags are yes and no in either language; days are 2026-03-02, times
2026-03-02 09:15. The titles are those of `COLUMNS`, or our own names.

Phones, accounts, persons, devices, certificates and addresses are turned into keyed digests as they are read. They
stand in no row that is returned and in no fault. Nothing is stored here.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from stdnum.cn import uscc

from mall.errors import Refusal
from supervision.keyed_digest import keyed_digest

ROWS_MAX = 100_000
FILE_BYTES_MAX = 64 * 1024 * 1024
#: one wrong column makes a fault in every row: nobody reads more of them
FAULTS_MAX = 1_000
_CELL_MAX = 500
_PRICE_FEN_MAX = 10**13
_NUMBER_MAX = 10**6
_EPOCH = date(1970, 1, 1)

Row = dict[str, Any]


@dataclass(frozen=True)
class RecordedColumn:
    """A column: our name, its title in the file, how it is read, whether the file must have it.

    `kind`: text, code, money, number, day, minute, flag, or the kind of a key. `scope`: what it belongs to, "sourcing"
    (the same in all rows of the quotation), "supplier" (of one supplier there, given in any of his rows) or "price".
    """

    name: str
    title: str
    kind: str
    scope: str
    is_required: bool = False


COLUMNS: tuple[RecordedColumn, ...] = (
    RecordedColumn("sourcing_number", "项目编号", "text", "sourcing", True),
    RecordedColumn("unit_code", "单位统一社会信用代码", "code", "sourcing", True),
    RecordedColumn("category_code", "品目编码", "text", "sourcing", True),
    RecordedColumn("budget_fen", "预算金额（元）", "money", "sourcing"),
    RecordedColumn("opened_day", "发布日期", "day", "sourcing", True),
    RecordedColumn("closed_day", "截止日期", "day", "sourcing", True),
    RecordedColumn("open_hours", "报价工作小时", "number", "sourcing"),
    RecordedColumn("names_brand", "是否指定品牌", "flag", "sourcing"),
    RecordedColumn("matching_products", "满足要求的商品数", "number", "sourcing"),
    RecordedColumn("class_products", "该品类商品数", "number", "sourcing"),
    RecordedColumn("eligible_suppliers", "可邀请供应商数", "number", "sourcing"),
    RecordedColumn("is_priced_by_framework", "是否框架定价", "flag", "sourcing"),
    RecordedColumn("choice_reason", "选择理由", "text", "sourcing"),
    RecordedColumn("supplier_code", "供应商统一社会信用代码", "code", "supplier", True),
    RecordedColumn("is_invited", "是否邀请", "flag", "supplier"),
    RecordedColumn("is_winner", "是否成交", "flag", "supplier"),
    RecordedColumn("is_invalid", "是否无效", "flag", "supplier"),
    RecordedColumn("at_minute", "报价时间", "minute", "supplier"),
    RecordedColumn("legal_key", "法定代表人证件号码", "legal_person", "supplier"),
    RecordedColumn("bank_key", "银行账号", "bank_account", "supplier"),
    RecordedColumn("phone_key", "联系电话", "phone", "supplier"),
    RecordedColumn("device_key", "设备标识", "device", "supplier"),
    RecordedColumn("certificate_key", "数字证书序列号", "certificate", "supplier"),
    RecordedColumn("ip_key", "网络地址", "ip", "supplier"),
    RecordedColumn("line_no", "分项序号", "number", "price"),
    RecordedColumn("price_fen", "报价（元）", "money", "price", True),
)
_BY_NAME = {column.name: column for column in COLUMNS}
_KEYS = ("legal_person", "bank_account", "phone", "device", "certificate", "ip")
_TEXTS = ("text", "code", *_KEYS)
_MUST_BE_FILLED = tuple(column for column in COLUMNS if column.is_required and column.name != "price_fen")
_FLAGS = {"是": 1, "yes": 1, "1": 1, "true": 1, "否": 0, "no": 0, "0": 0, "false": 0}


@dataclass(frozen=True)
class RecordedUnit:
    """A unit that may stand in the file, by its credit code."""

    unit_id: int
    region_code: int


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row; `refusal` has the words, and never what stood in a cell with a key."""

    row_number: int
    refusal: Refusal


@dataclass(frozen=True)
class RecordedQuotes:
    """Whole rows of the three tables, without ids of their own (0): these are given when they are stored.

    `sourcing_id` of an invitation is the place of its quotation in `sourcing`, from 1. Where there is a fault there are
    no rows: a quotation without one of its quotes says something else.
    """

    sourcing: list[Row] = field(default_factory=list)
    quote: list[Row] = field(default_factory=list)
    invitation: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass
class _Supplier:
    code: str
    row_number: int
    cells: Row
    prices: dict[int, int] = field(default_factory=dict)


@dataclass
class _Sourcing:
    row_number: int
    cells: Row
    suppliers: dict[str, _Supplier] = field(default_factory=dict)


def read_recorded_quotes(
    content: bytes, *, secret: bytes, units: Mapping[str, RecordedUnit], suppliers: Mapping[str, int]
) -> RecordedQuotes:
    """The rows of a file (UTF-8 or GB18030), or its faults, with the numbers of the rows as a spreadsheet shows them.

    `units` and `suppliers` are found by their credit codes. A supplier the mall does not know has a negative number,
    made of his code: the same in every file. Raises Refusal "recorded.too_big", "recorded.not_readable",
    "workbook.columns_missing", "workbook.empty", "recorded.too_many_rows".
    """
    if len(content) > FILE_BYTES_MAX:
        raise Refusal("recorded.too_big", size_bytes=len(content), size_bytes_max=FILE_BYTES_MAX)
    faults: list[Fault] = []
    sourcings: dict[str, _Sourcing] = {}
    count = 0
    for row_number, row in _rows(_decoded(content)):
        count += 1
        if count > ROWS_MAX:
            raise Refusal("recorded.too_many_rows", rows_max=ROWS_MAX)
        try:
            if row is None:
                raise Refusal("recorded.too_wide")
            cells = _cells(row, secret)
            _require_known(cells, units, suppliers)
            _take(cells, row_number, sourcings)
        except Refusal as refusal:
            faults.append(Fault(row_number, refusal))
    if not count:
        raise Refusal("workbook.empty")
    if not faults:
        faults = list(_faults_of(sourcings))
    if faults:
        return RecordedQuotes(faults=sorted(faults, key=lambda fault: fault.row_number)[:FAULTS_MAX])
    return _tables(sourcings, secret, units, suppliers)


def supplier_number(secret: bytes, code: str) -> int:
    """The negative number of a supplier the mall does not know."""
    return -(int(keyed_digest(secret, "supplier", code)[:15], 16) + 1)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refusal("recorded.not_readable")


def _rows(text: str) -> Iterator[tuple[int, Row | None]]:
    """Filled rows with their numbers: cells by our names, None for one with more cells than the header has titles.

    Of a row that spans lines the number is that of the row.
    """
    places: dict[str, int] = {}
    width = 0
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row_number, cells in enumerate(reader, start=1):
            if not places:
                places, width = _header(cells), len(cells)
                continue
            clean = [_clean(cell) for cell in cells]
            if any(clean[width:]):
                yield row_number, None
            elif any(clean):
                yield row_number, {name: clean[place] if place < len(clean) else "" for name, place in places.items()}
    except csv.Error as error:
        raise Refusal("recorded.not_readable") from error
    if not places:
        raise Refusal("workbook.empty")


def _header(cells: list[str]) -> dict[str, int]:
    names = {_folded(title): column.name for column in COLUMNS for title in (column.title, column.name)}
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = names.get(_folded(cell))
        if name is not None:
            places.setdefault(name, place)
    missing = [column.title for column in COLUMNS if column.is_required and column.name not in places]
    if missing:
        raise Refusal("workbook.columns_missing", columns=missing)
    return places


def _folded(title: str) -> str:
    return unicodedata.normalize("NFKC", title).replace(" ", "").casefold()


def _clean(cell: str) -> str:
    text = unicodedata.normalize("NFC", cell)
    return "".join(letter for letter in text if letter.isprintable()).strip()[:_CELL_MAX]


def _cells(row: Row, secret: bytes) -> Row:
    """The cells as integers, texts and digests. Raises Refusal for the first that cannot be read."""
    for column in _MUST_BE_FILLED:
        if not row[column.name]:
            raise Refusal("recorded.cell_needed", column=column.title)
    read: Row = {"is_quoted": int(row["price_fen"] != "")}
    for column in COLUMNS:
        cell = row.get(column.name, "")
        if column.kind in _KEYS:
            read[column.name] = keyed_digest(secret, column.kind, cell)
        elif column.kind in _TEXTS:
            read[column.name] = cell
        else:
            value = _number(cell, column.kind) if cell else 0
            if value is None:
                raise Refusal("recorded.cell_wrong", column=column.title, cell=cell[:40])
            read[column.name] = value
    read["unit_code"], read["supplier_code"] = uscc.compact(read["unit_code"]), uscc.compact(read["supplier_code"])
    if read["closed_day"] < read["opened_day"]:
        raise Refusal("recorded.closed_before_opened")
    if read["is_quoted"] and not read["price_fen"]:
        raise Refusal("recorded.cell_wrong", column=_BY_NAME["price_fen"].title, cell=row["price_fen"][:40])
    return read


def _number(cell: str, kind: str) -> int | None:
    """The integer that a cell means, None where it means none."""
    text = unicodedata.normalize("NFKC", cell)
    if kind == "flag":
        return _FLAGS.get(text.casefold())
    if kind == "number":
        return int(text) if re.fullmatch(r"[0-9]{1,7}", text) and int(text) <= _NUMBER_MAX else None
    if kind == "money":
        return _fen(text)
    return _day(text) if kind == "day" else _minute(text)


def _fen(text: str) -> int | None:
    if not re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?|[0-9]{1,13}(\.[0-9]{1,2})?", text):
        return None
    try:
        amount_fen = int(Decimal(text.replace(",", "")) * 100)
    except InvalidOperation:
        return None
    return amount_fen if amount_fen <= _PRICE_FEN_MAX else None


def _day(text: str) -> int | None:
    parts = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", text)
    try:
        found = date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        return None
    return (found - _EPOCH).days if found is not None and found > _EPOCH else None


def _minute(text: str) -> int | None:
    """Minutes since 1970 by the clock on the wall, as days are days of the calendar there."""
    for shape in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S"):
        try:
            found = datetime.strptime(text, shape)
        except ValueError:
            continue
        days = (found.date() - _EPOCH).days
        return days * 1_440 + found.hour * 60 + found.minute if days > 0 else None
    return None


def _require_known(cells: Row, units: Mapping[str, RecordedUnit], suppliers: Mapping[str, int]) -> None:
    """The unit is known, and the supplier is, or has at least a code that can be one."""
    if cells["unit_code"] not in units:
        raise Refusal("recorded.unit_unknown", credit_code=cells["unit_code"][:40])
    code = cells["supplier_code"]
    if code not in suppliers and not uscc.is_valid(code):
        raise Refusal("recorded.cell_wrong", column=_BY_NAME["supplier_code"].title, cell=code[:40])


def _take(cells: Row, row_number: int, sourcings: dict[str, _Sourcing]) -> None:
    """Put one row where it belongs. Raises Refusal where it contradicts an earlier one."""
    number = cells["sourcing_number"]
    sourcing = sourcings.setdefault(number, _Sourcing(row_number, cells))
    for column in COLUMNS:
        if column.scope == "sourcing" and cells[column.name] != sourcing.cells[column.name]:
            raise Refusal("recorded.rows_disagree", column=column.title, number=number, first=sourcing.row_number)
    code = cells["supplier_code"]
    supplier = sourcing.suppliers.get(code)
    if supplier is None:
        supplier = sourcing.suppliers[code] = _Supplier(code, row_number, dict(cells))
    for column in COLUMNS:
        if column.scope != "supplier" or not cells[column.name]:
            continue
        known = supplier.cells[column.name]
        if known and known != cells[column.name]:
            raise Refusal("recorded.rows_disagree", column=column.title, number=number, first=supplier.row_number)
        supplier.cells[column.name] = cells[column.name]
    if cells["is_quoted"]:
        if cells["line_no"] in supplier.prices:
            raise Refusal("recorded.twice", number=number, line_no=cells["line_no"])
        supplier.prices[cells["line_no"]] = cells["price_fen"]


def _faults_of(sourcings: Mapping[str, _Sourcing]) -> Iterator[Fault]:
    """What only a whole quotation can have wrong."""
    for number, sourcing in sourcings.items():
        winners = []
        for supplier in sourcing.suppliers.values():
            if supplier.prices and 0 not in supplier.prices:
                yield Fault(supplier.row_number, Refusal("recorded.total_needed", number=number))
            if supplier.cells["is_winner"]:
                winners.append(supplier)
                if not supplier.prices or supplier.cells["is_invalid"]:
                    yield Fault(supplier.row_number, Refusal("recorded.winner_without_quote", number=number))
        for second in winners[1:]:
            yield Fault(second.row_number, Refusal("recorded.two_winners", number=number, first=winners[0].row_number))


def _tables(
    sourcings: Mapping[str, _Sourcing], secret: bytes, units: Mapping[str, RecordedUnit], suppliers: Mapping[str, int]
) -> RecordedQuotes:
    tables = RecordedQuotes()
    for place, (number, sourcing) in enumerate(sourcings.items(), start=1):
        cells, unit = sourcing.cells, units[sourcing.cells["unit_code"]]
        shared = {
            "sourcing_number": number, "unit_id": unit.unit_id, "region_code": unit.region_code,
            **{name: cells[name] for name in ("category_code", "budget_fen", "opened_day", "closed_day", "open_hours")},
        }  # fmt: skip
        ids = {
            code: suppliers[code] if code in suppliers else supplier_number(secret, code)
            for code in sourcing.suppliers
        }  # fmt: skip
        invited = sorted(ids[code] for code, one in sourcing.suppliers.items() if one.cells["is_invited"])
        is_awarded = any(one.cells["is_winner"] for one in sourcing.suppliers.values())
        tables.sourcing.append({
            "sourcing_id": 0, **shared, "state": "awarded" if is_awarded else "failed",
            **{name: cells[name] for name in ("names_brand", "matching_products", "class_products",
                                              "eligible_suppliers")},
            "invited_key": keyed_digest(secret, "invited", ",".join(map(str, invited))),
        })  # fmt: skip
        for supplier_id in invited:
            tables.invitation.append({
                "invitation_id": 0, "sourcing_id": place, "supplier_id": supplier_id, "unit_id": unit.unit_id,
                "region_code": unit.region_code, "category_code": cells["category_code"],
                "opened_day": cells["opened_day"],
            })  # fmt: skip
        for code, supplier in sourcing.suppliers.items():
            own = supplier.cells
            for line_no, price_fen in sorted(supplier.prices.items()):
                is_chosen_total = own["is_winner"] and line_no == 0
                tables.quote.append({
                    "quote_id": 0, **shared, "line_no": line_no, "supplier_id": ids[code], "price_fen": price_fen,
                    "is_valid": 1 - own["is_invalid"], "is_winner": own["is_winner"],
                    "is_priced_by_framework": cells["is_priced_by_framework"],
                    **{name: own[name] for name in ("at_minute", "ip_key", "device_key", "certificate_key", "bank_key",
                                                    "legal_key", "phone_key")},
                    "choice_reason": cells["choice_reason"] if is_chosen_total else "",
                })  # fmt: skip
    return tables
