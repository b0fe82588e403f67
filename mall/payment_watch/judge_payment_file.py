"""What a payment file would bring: new payments, corrected ones, known ones, and rows that cannot be."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_

from mall.catalogue.category import Category
from mall.database import session
from mall.finance.read_budget_file import BudgetFileRow
from mall.ordering.money_forms import date_of, fen_of
from mall.payment_watch.other_payment import CHANNELS, OtherPayment
from mall.payment_watch.payment_file_columns import CHANNEL_WORDS
from mall.people.organisation import Organisation

ROW_OUTCOMES = ("new", "changed", "known", "faulty")
_AMOUNT_FEN_MAX = 10**14
_CLASS = re.compile(r"\d{3,9}", re.ASCII)
_NUMBER = re.compile(r"[\w\-./()（）〔〕#]{1,60}")
_ACCOUNT = re.compile(r"[0-9A-Za-z\- ]{4,40}", re.ASCII)
_TEXT_MAX = 200
#: facts of a payment that a later file may correct; the rest is what it is known by
_FACTS = ("paid_on", "amount_fen", "payee_name", "payee_account", "economic_code", "purpose", "given_category_code",
          "invoice_number")  # fmt: skip
_CHANNELS = {word: channel for channel, words in CHANNEL_WORDS.items() for word in words}
#: rows of one look-up; PostgreSQL takes no more than 65,535 parameters
_LOOKED_UP_AT_ONCE = 5_000


@dataclass(frozen=True)
class PaymentFault:
    """What is wrong with a row: a code and its facts, for the sentence."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class JudgedPayment:
    """One row: `facts` are a payment's columns when nothing is wrong; `before` what a corrected one says now."""

    row_number: int
    outcome: str
    unit_name: str
    facts: dict[str, Any]
    payment_id: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    faults: tuple[PaymentFault, ...] = ()


@dataclass(frozen=True)
class JudgedPaymentFile:
    """The whole file. `amount_fen`: the sum of what is new or corrected."""

    rows: tuple[JudgedPayment, ...]
    units: dict[int, Organisation]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in ROW_OUTCOMES}

    @property
    def changing(self) -> list[JudgedPayment]:
        return [row for row in self.rows if row.outcome in ("new", "changed")]

    @property
    def amount_fen(self) -> int:
        return sum(row.facts["amount_fen"] for row in self.changing)


def judge_payment_file(
    rows: Sequence[BudgetFileRow], *, may_load_for: Callable[[Organisation], bool], today: date
) -> JudgedPaymentFile:
    """Judge every row by itself and against what is known; nothing is written and nothing refused."""
    units = _units_named(rows)
    categories = set(session().scalars(select(Category.code)))
    read = [_read(row, units=units, may_load_for=may_load_for, categories=categories, today=today) for row in rows]
    seen = Counter(_key(facts) for _, facts, faults in read if not faults)
    known = _known([_key(facts) for _, facts, faults in read if not faults])
    judged = []
    for row, facts, faults in read:
        if not faults and seen[_key(facts)] > 1:
            faults.append(PaymentFault("voucher_twice", {"voucher_number": facts["voucher_number"]}))
        judged.append(_judged(row, facts, faults, known=known, units=units))
    concerned = {facts["unit_id"] for _, facts, faults in read if not faults}
    return JudgedPaymentFile(
        rows=tuple(judged), units={unit.id: unit for unit in units.values() if unit.id in concerned}
    )


def _judged(
    row: BudgetFileRow,
    facts: dict[str, Any],
    faults: list[PaymentFault],
    *,
    known: dict[tuple[Any, ...], OtherPayment],
    units: dict[str, Organisation],
) -> JudgedPayment:
    unit = units.get(row.cells.get("credit_code", "").upper())
    payment = known.get(_key(facts)) if not faults else None
    before = {name: getattr(payment, name) for name in _FACTS} if payment is not None else {}
    if faults:
        outcome = "faulty"
    elif payment is None:
        outcome = "new"
    else:
        outcome = "known" if before == {name: facts[name] for name in _FACTS} else "changed"
    return JudgedPayment(
        row_number=row.row_number,
        outcome=outcome,
        unit_name=unit.name if unit is not None else row.cells.get("unit_name", ""),
        facts=facts,
        payment_id=payment.id if payment is not None else None,
        before=before if outcome == "changed" else {},
        faults=tuple(faults),
    )


def _read(
    row: BudgetFileRow,
    *,
    units: dict[str, Organisation],
    may_load_for: Callable[[Organisation], bool],
    categories: set[str],
    today: date,
) -> tuple[BudgetFileRow, dict[str, Any], list[PaymentFault]]:
    faults: list[PaymentFault] = []
    if row.is_too_wide:
        faults.append(PaymentFault("row_too_wide"))
    unit = units.get(row.cells.get("credit_code", "").upper())
    if unit is None or not may_load_for(unit):
        # A unit that is foreign and one that is not there look the same.
        faults.append(PaymentFault("unknown_unit", {"credit_code": row.cells.get("credit_code", "")[:30]}))
    paid_on = _day(row, faults=faults, today=today)
    channel = _CHANNELS.get(_folded(row.cells.get("channel", "")), "")
    if channel not in CHANNELS:
        faults.append(PaymentFault("bad_channel", {"text": row.cells.get("channel", "")[:40]}))
    facts = {
        "unit_id": unit.id if unit is not None else 0,
        "region_code": unit.region_code if unit is not None else 0,
        "year": paid_on.year if paid_on is not None else 0,
        "paid_on": paid_on,
        "amount_fen": _amount(row, faults=faults),
        "payee_name": _text(row, "payee_name", faults=faults, is_needed=True),
        "payee_account": _shaped(row, "payee_account", shape=_ACCOUNT, faults=faults).replace(" ", ""),
        "economic_code": _shaped(row, "economic_code", shape=_CLASS, faults=faults),
        "purpose": _text(row, "purpose", faults=faults),
        "channel": channel,
        "voucher_number": _shaped(row, "voucher_number", shape=_NUMBER, faults=faults, is_needed=True),
        "given_category_code": row.cells.get("category_code", "").upper(),
        "invoice_number": _shaped(row, "invoice_number", shape=_NUMBER, faults=faults),
    }
    if facts["given_category_code"] and facts["given_category_code"] not in categories:
        faults.append(PaymentFault("unknown_category", {"text": facts["given_category_code"][:30]}))
    return row, facts, faults


def _day(row: BudgetFileRow, *, faults: list[PaymentFault], today: date) -> date | None:
    text = row.cells.get("paid_on", "")
    # Workbooks give a day with its midnight, banks give it without any separator.
    plain = re.sub(r"[ T]00:00(:00(\.0+)?)?$", "", text)
    if re.fullmatch(r"\d{8}", plain, re.ASCII):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    found = date_of(plain)
    if found is None or found.year < 2000:
        faults.append(PaymentFault("bad_day", {"text": text[:30]}))
        return None
    if found > today:
        faults.append(PaymentFault("day_ahead", {"text": text[:30]}))
    return found


def _amount(row: BudgetFileRow, *, faults: list[PaymentFault]) -> int:
    text = unicodedata.normalize("NFKC", row.cells.get("amount", "")).strip()
    is_negative = text.startswith(("-", "−"))
    amount_fen = fen_of(text[1:] if is_negative else text)
    if not amount_fen or amount_fen > _AMOUNT_FEN_MAX:
        faults.append(PaymentFault("bad_amount", {"text": row.cells.get("amount", "")[:30]}))
        return 0
    return -amount_fen if is_negative else amount_fen


def _text(row: BudgetFileRow, name: str, *, faults: list[PaymentFault], is_needed: bool = False) -> str:
    text = row.cells.get(name, "")
    if is_needed and not text:
        faults.append(PaymentFault(f"no_{name}"))
    if len(text) > _TEXT_MAX:
        faults.append(PaymentFault("too_long", {"text": text[:30], "most": _TEXT_MAX}))
    return text[:_TEXT_MAX]


def _shaped(
    row: BudgetFileRow, name: str, *, shape: re.Pattern[str], faults: list[PaymentFault], is_needed: bool = False
) -> str:
    text = unicodedata.normalize("NFKC", row.cells.get(name, "")).strip()
    if is_needed and not text:
        faults.append(PaymentFault(f"no_{name}"))
    elif text and shape.fullmatch(text) is None:
        faults.append(PaymentFault(f"bad_{name}", {"text": text[:40]}))
    return text


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _key(facts: dict[str, Any]) -> tuple[Any, ...]:
    return facts["unit_id"], facts["channel"], facts["voucher_number"]


def _units_named(rows: Sequence[BudgetFileRow]) -> dict[str, Organisation]:
    codes = {row.cells.get("credit_code", "").upper() for row in rows}
    query = select(Organisation).where(Organisation.kind == "unit", Organisation.credit_code.in_(codes))
    return {unit.credit_code: unit for unit in session().scalars(query) if unit.credit_code}


def _known(keys: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], OtherPayment]:
    columns = tuple_(OtherPayment.unit_id, OtherPayment.channel, OtherPayment.voucher_number)
    found: dict[tuple[Any, ...], OtherPayment] = {}
    for start in range(0, len(keys), _LOOKED_UP_AT_ONCE):
        for payment in session().scalars(
            select(OtherPayment).where(columns.in_(keys[start : start + _LOOKED_UP_AT_ONCE]))
        ):
            found[payment.unit_id, payment.channel, payment.voucher_number] = payment
    return found
