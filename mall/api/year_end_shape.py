"""How year-end worksheets look in the API: shapes for the description, and the same as plain JSON values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from ledger.budget_lines import find_lines
from mall.database import session
from mall.documents.history import history_of
from mall.finance.budget_line_carry import successors_of
from mall.people.organisation import organisation_names
from mall.year_end.compare_books import differences
from mall.year_end.worksheet import YearEndWorksheet
from mall.year_end.worksheet_states import OPEN_STATES
from mall.year_end.worksheet_words import stage_name


class YearEndRowShape(BaseModel):
    """One worksheet in a list."""

    number: str
    state: str
    state_name: str
    region_code: int
    year: int
    unit_id: int
    unit: str
    edition: int
    carry_fen: int = Field(description="Budget money that goes into the next year")
    lapse_fen: int = Field(description="Budget money that goes back")
    pay_fen: int = Field(description="Budget money that must be paid before the execution")
    created_at: str
    submitted_at: str | None
    signed_at: str | None
    decided_at: str | None
    executed_at: str | None


class YearEndCommitmentShape(BaseModel):
    """One open commitment and what becomes of it."""

    row_no: int
    budget_line_id: int
    line_code: str
    standing: str = Field(
        description="reserved, committed, accrued, in_payment, accepted_assets, refunds_due, available, frozen, planned"
    )
    order: str | None = Field(description="The order's number; null for money of the line itself")
    amount_fen: int
    treatment: str = Field(description="carry, lapse or pay")
    successor_line_id: int | None = Field(description="The next year's line that continues the line, once there is one")


class YearEndDifferenceShape(BaseModel):
    """What stands in the way of the execution."""

    budget_line_id: int
    standing: str
    order: str | None
    signed_fen: int
    now_fen: int
    is_change: bool = Field(description="true: the worksheet must be proposed anew; false: it waits to be settled")


class YearEndStepShape(BaseModel):
    """One step of the worksheet's life."""

    action: str
    before: str
    after: str
    at: str
    by: str
    note: str


class YearEndWorksheetShape(YearEndRowShape):
    """One worksheet with its rows."""

    note: str
    rows: list[YearEndCommitmentShape]
    differences: list[YearEndDifferenceShape]
    history: list[YearEndStepShape]


class YearEndRowsShape(BaseModel):
    """A page of worksheets."""

    items: list[YearEndRowShape]
    next: str | None


def worksheet_rows(worksheets: list[YearEndWorksheet]) -> list[dict[str, Any]]:
    """Worksheets as a list shows them."""
    names = organisation_names({worksheet.unit_id for worksheet in worksheets})
    return [_row(worksheet, unit=names.get(worksheet.unit_id, "")) for worksheet in worksheets]


def whole_worksheet(worksheet: YearEndWorksheet) -> dict[str, Any]:
    """One worksheet whose rows are loaded."""
    line_ids = {row.budget_line_id for row in worksheet.rows}
    lines, successors = find_lines(session(), line_ids), successors_of(line_ids)
    open_now = differences(worksheet) if worksheet.state in OPEN_STATES else []
    return {
        **worksheet_rows([worksheet])[0],
        "note": worksheet.note,
        "rows": [
            {
                "row_no": row.row_no,
                "budget_line_id": row.budget_line_id,
                "line_code": lines[row.budget_line_id].code,
                "standing": row.standing,
                "order": row.order_number or None,
                "amount_fen": row.amount_fen,
                "treatment": row.treatment,
                "successor_line_id": successors.get(row.budget_line_id),
            }
            for row in worksheet.rows
        ],
        "differences": [
            {
                "budget_line_id": one.line_id,
                "standing": one.standing,
                "order": one.order_number or None,
                "signed_fen": one.signed_fen,
                "now_fen": one.now_fen,
                "is_change": one.is_change,
            }
            for one in open_now
        ],
        "history": [
            {
                "action": step.action,
                "before": step.before,
                "after": step.after,
                "at": step.at.isoformat(),
                "by": step.actor_name,
                "note": step.note,
            }
            for step in history_of(worksheet.reference)
        ],
    }


def _row(worksheet: YearEndWorksheet, *, unit: str) -> dict[str, Any]:
    return {
        "number": worksheet.number,
        "state": worksheet.state,
        "state_name": stage_name(worksheet.state),
        "region_code": worksheet.region_code,
        "year": worksheet.year,
        "unit_id": worksheet.unit_id,
        "unit": unit,
        "edition": worksheet.edition,
        "carry_fen": worksheet.carry_fen,
        "lapse_fen": worksheet.lapse_fen,
        "pay_fen": worksheet.pay_fen,
        "created_at": worksheet.created_at.isoformat(),
        "submitted_at": _at(worksheet.submitted_at),
        "signed_at": _at(worksheet.signed_at),
        "decided_at": _at(worksheet.decided_at),
        "executed_at": _at(worksheet.executed_at),
    }


def _at(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant is not None else None
