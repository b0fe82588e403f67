"""Taking in a file of an asset system: kept as it came, its rows taken one by one, the refused ones explained."""

from __future__ import annotations

import hashlib
from typing import Any

from mall import clock
from mall.access.actor import Actor
from mall.assets.asset_card import DISPOSALS
from mall.assets.asset_exchange import AssetFile
from mall.assets.card_columns import INCOMING
from mall.assets.register_asset import KEEPER_MAX, PLACE_MAX
from mall.assets.take_card_reports import ROWS_MAX, CardReport, ReportOutcome, counted, take_card_reports
from mall.assets.visible_asset_cards import own_unit
from mall.database import atomic, session
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.read_budget_file import BudgetFileRow, read_budget_file
from mall.ordering.money_forms import date_of

#: what a row may call its matter, beside our own word
KIND_WORDS = {"回执": "acknowledge", "退回": "reject", "变动": "change", "处置": "dispose"}
DISPOSAL_WORDS = dict(zip(("无偿划转", "对外捐赠", "转让", "置换", "报废", "损失核销"), DISPOSALS, strict=True))
_LENGTHS = {"number": 60, "system_number": 60, "place": PLACE_MAX, "keeper": KEEPER_MAX, "value_note": 200}


@atomic
def take_card_file(
    *, actor: Actor, unit_id: int, content: bytes, file_name: str, request_key: str | None = None
) -> str:
    """Take the file in. Returns its number; how each row ended stands with it. The same file again changes nothing.

    Raises Refusal "asset.unknown_unit", "workbook.too_many_rows" and those of `read_budget_file`.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    claimed = claim(actor=actor, action="asset.report_file", request_key=request_key, body=[unit_id, sha256])
    if claimed.replayed:
        return str(claimed.answer)
    unit = own_unit(actor, unit_id)
    rows = [row for row in read_budget_file(content, columns=INCOMING) if _says_something(row)]
    if not rows:
        raise Refusal("workbook.empty")
    if len(rows) > ROWS_MAX:
        raise Refusal("workbook.too_many_rows", rows_max=ROWS_MAX)
    number = next_number("asset_file", region_code=unit.region_code, year=clock.today().year)
    reports = [report_of(row.cells) for row in rows]
    outcomes = take_card_reports(actor=actor, unit_id=unit_id, reports=reports, file_number=number)
    session().add(
        AssetFile(
            number=number,
            direction="in",
            unit_id=unit_id,
            region_code=unit.region_code,
            file_name="".join(letter for letter in file_name if letter.isprintable())[-120:] or "file",
            sha256=sha256,
            content=content,
            row_count=len(rows),
            outcomes=counted(outcomes),
            rows=[_told(row, outcome) for row, outcome in zip(rows, outcomes, strict=True)],
            user_id=actor.user_id or 0,
            created_at=clock.now(),
        )
    )
    return str(settle(claimed, number))


def report_of(cells: dict[str, str]) -> CardReport:
    """A row of text as a report; what cannot be read is left for the judgement of the row."""
    # A CSV of ours puts an apostrophe before what a spreadsheet would compute.
    text = {name: cells.get(name, "").removeprefix("'")[: _LENGTHS.get(name, 500)] for name in cells}
    kind = text.get("kind", "").casefold()
    if not kind and text.get("system_number"):
        kind = "acknowledge"
    disposal = text.get("disposal_kind", "")
    return CardReport(
        number=text.get("number", ""),
        kind=KIND_WORDS.get(kind, kind),
        system_number=text.get("system_number", "") if KIND_WORDS.get(kind, kind) == "acknowledge" else "",
        place=text.get("place", "") if KIND_WORDS.get(kind, kind) == "change" else "",
        keeper=text.get("keeper", "") if KIND_WORDS.get(kind, kind) == "change" else "",
        value_note=text.get("value_note", ""),
        disposal_kind=DISPOSAL_WORDS.get(disposal, disposal),
        happened_on=date_of(text.get("happened_on", "").removesuffix(" 00:00:00")),
        document=text.get("document", ""),
        reason=text.get("reason", ""),
    )


def _says_something(row: BudgetFileRow) -> bool:
    """A row of a file of ours that nobody has filled in yet says nothing."""
    return bool(row.cells.get("kind") or row.cells.get("system_number"))


def _told(row: BudgetFileRow, outcome: ReportOutcome) -> dict[str, Any]:
    told: dict[str, Any] = {"row": row.row_number, "card": outcome.number[:60], "outcome": outcome.outcome}
    if outcome.refusal is not None:
        facts = {
            name: value if isinstance(value, int | str) else str(value) for name, value in outcome.refusal.facts.items()
        }
        told |= {"code": outcome.refusal.code, "facts": facts, "cells": row.cells}
    return told
