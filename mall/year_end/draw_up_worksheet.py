"""Drawing up a worksheet, changing it, proposing it anew and handing it in: the unit's accountant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import select, text

from ledger.budget_lines import find_lines
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.unit_budgets import UnitBudget
from mall.people.organisation import Organisation, organisation
from mall.regions.regional_rule import rule
from mall.year_end.commitments import Commitment, open_commitments
from mall.year_end.propose_rows import Key, allowed_treatments, proposed_rows
from mall.year_end.visible_worksheets import visible_worksheet
from mall.year_end.worksheet import YearEndRow, YearEndWorksheet, load_rows
from mall.year_end.worksheet_action import worksheet_action
from mall.year_end.worksheet_states import OPEN_STATES

NOTE_MAX = 500
_QUEUE = text("select pg_advisory_xact_lock(hashtext('year_end_worksheet'), :unit_id)")


@atomic
def draw_up_worksheet(
    *, actor: Actor, unit_id: int, year: int, is_submitted: bool = False, request_key: str | None = None
) -> YearEndWorksheet:
    """Draw up the unit's worksheet of a year with a treatment proposed for everything open; with `is_submitted` it is
    handed in as proposed.

    Raises Refusal "worksheet.unknown_unit" (foreign and missing look the same), "worksheet.too_early",
    "worksheet.exists" while another one of this unit and year is open.
    """
    given = {"unit_id": unit_id, "year": year, "is_submitted": is_submitted}
    claimed = claim(actor=actor, action="year_end.draw_up", request_key=request_key, body=given)
    if claimed.replayed:
        return visible_worksheet(actor, claimed.answer["number"])
    unit = unit_for(actor, unit_id)
    require_open_season(region_code=unit.region_code, year=year)
    session().execute(_QUEUE, {"unit_id": unit.id % 2**31})
    there = open_worksheet_of(unit.id, year=year)
    if there is not None:
        raise Refusal("worksheet.exists", number=there.number, year=year)
    worksheet = YearEndWorksheet(
        number=next_number("year_end", region_code=unit.region_code, year=year),
        state="draft",
        region_code=unit.region_code,
        year=year,
        unit_id=unit.id,
        edition=0,
        note="",
        carry_fen=0,
        lapse_fen=0,
        pay_fen=0,
        maker_id=actor.user_id or 0,
        maker_ids=[actor.user_id or 0],
        created_at=clock.now(),
    )
    session().add(worksheet)
    session().flush()
    _propose(worksheet, chosen={})
    facts = {"unit_id": unit.id, "year": year, "rows": len(worksheet.rows)}
    record(actor=actor, action="year_end.draw_up", subject=worksheet.reference, facts=facts)
    if is_submitted:
        _submit(worksheet, actor=actor)
    settle(claimed, {"number": worksheet.number, "state": worksheet.state})
    return worksheet


@worksheet_action("edit")
def edit_worksheet(
    worksheet: YearEndWorksheet,
    *,
    actor: Actor,
    treatments: Mapping[str, str],
    note: str = "",
    is_submitted: bool = False,
) -> None:
    """Choose other treatments for rows of a draft: {row number as text: treatment}; rows not named stay.

    Raises Refusal "worksheet.unknown_row", "worksheet.treatment_not_allowed".
    """
    step = worksheet.states.step("edit", worksheet.state)
    authorize(actor, step.permission, worksheet)
    by_number = {str(row.row_no): row for row in worksheet.rows}
    unknown = next((row_no for row_no in treatments if row_no not in by_number), None)
    if unknown is not None:
        raise Refusal("worksheet.unknown_row", row_no=unknown[:20])
    _require_allowed(by_number, treatments)
    chosen = {row.key: treatments.get(row_no, row.treatment) for row_no, row in by_number.items()}
    before = {row.row_no: row.treatment for row in worksheet.rows}
    _write_rows(worksheet, [(_as_commitment(row), chosen[row.key]) for row in worksheet.rows])
    worksheet.note = note.replace("\x00", "").strip()[:NOTE_MAX]
    worksheet.joined_by(actor.user_id)
    changed = {str(row.row_no): row.treatment for row in worksheet.rows if before.get(row.row_no) != row.treatment}
    advance(worksheet, "edit", actor, facts={"edition": worksheet.edition, "changed": changed})
    if is_submitted:
        _submit(worksheet, actor=actor)


@worksheet_action("propose")
def propose_again(worksheet: YearEndWorksheet, *, actor: Actor) -> None:
    """Read the books anew; treatments chosen before are kept where they still fit. What was signed or approved is so
    no longer: the new edition is signed and approved again."""
    step = worksheet.states.step("propose", worksheet.state)
    authorize(actor, step.permission, worksheet)
    _propose(worksheet, chosen={row.key: row.treatment for row in worksheet.rows})
    worksheet.joined_by(actor.user_id)
    unsign(worksheet)
    advance(worksheet, "propose", actor, facts={"edition": worksheet.edition, "rows": len(worksheet.rows)})


@worksheet_action("submit")
def submit_worksheet(worksheet: YearEndWorksheet, *, actor: Actor) -> None:
    """Hand it to the unit's finance person."""
    worksheet.states.step("submit", worksheet.state)
    _submit(worksheet, actor=actor)


@worksheet_action("withdraw")
def withdraw_worksheet(worksheet: YearEndWorksheet, *, actor: Actor, note: str = "") -> None:
    """Give a draft up; the number stays used."""
    advance(worksheet, "withdraw", actor, note=note.strip())


def unsign(worksheet: YearEndWorksheet) -> None:
    """Back in the hands of the unit: nobody has signed or approved what will be handed in next."""
    worksheet.signer_id = worksheet.decider_id = None
    worksheet.signed_at = worksheet.decided_at = None


def open_worksheet_of(unit_id: int, *, year: int) -> YearEndWorksheet | None:
    """The unit's worksheet of the year that is neither executed nor withdrawn."""
    query = select(YearEndWorksheet).where(
        YearEndWorksheet.unit_id == unit_id, YearEndWorksheet.year == year, YearEndWorksheet.state.in_(OPEN_STATES)
    )
    return session().scalar(query)


def unit_for(actor: Actor, unit_id: int) -> Organisation:
    """The unit whose worksheet this actor may draw up. Raises Refusal("worksheet.unknown_unit")."""
    unit = organisation(unit_id)
    if unit is None or unit.kind != "unit":
        raise Refusal("worksheet.unknown_unit")
    if not may(actor, "year_end.draw_up", UnitBudget(unit_id=unit.id, region_code=unit.region_code)):
        raise Refusal("worksheet.unknown_unit")
    return unit


def opens_on(*, region_code: int, year: int) -> date:
    """The first day on which the worksheet of a year may be drawn up, by the region's rule."""
    last_day = date(year, 12, 31)
    days = rule("year_end.draw_up_days", region_code=region_code, on=last_day).value
    return last_day - timedelta(days=days - 1)


def require_open_season(*, region_code: int, year: int) -> None:
    """Raises Refusal "worksheet.too_early" before the season, "worksheet.too_late" when two years have passed."""
    today = clock.today()
    if year < today.year - 1:
        raise Refusal("worksheet.too_late", year=year)
    opens = opens_on(region_code=region_code, year=year)
    if today < opens:
        raise Refusal("worksheet.too_early", year=year, opens_on=opens.isoformat())


def _submit(worksheet: YearEndWorksheet, *, actor: Actor) -> None:
    authorize(actor, "year_end.draw_up", worksheet)
    worksheet.joined_by(actor.user_id)
    worksheet.submitted_at = clock.now()
    advance(worksheet, "submit", actor, facts={"edition": worksheet.edition, "carry_fen": worksheet.carry_fen})


def _propose(worksheet: YearEndWorksheet, *, chosen: Mapping[Key, str]) -> None:
    commitments = open_commitments(region_code=worksheet.region_code, year=worksheet.year, unit_id=worksheet.unit_id)
    _write_rows(worksheet, proposed_rows(commitments, chosen=chosen))


def _write_rows(worksheet: YearEndWorksheet, rows: list[tuple[Commitment, str]]) -> None:
    worksheet.edition += 1
    sums = {"carry": 0, "lapse": 0, "pay": 0}
    for row_no, (one, treatment) in enumerate(rows, start=1):
        session().add(
            YearEndRow(
                worksheet_id=worksheet.id,
                edition=worksheet.edition,
                row_no=row_no,
                budget_line_id=one.line_id,
                standing=one.standing,
                document=one.document,
                amount_fen=one.amount_fen,
                treatment=treatment,
                costs=one.costs,
            )
        )
        if one.standing not in NOT_MONEY:
            sums[treatment] += one.amount_fen
    worksheet.carry_fen, worksheet.lapse_fen, worksheet.pay_fen = sums["carry"], sums["lapse"], sums["pay"]
    session().flush()
    load_rows([worksheet])


#: rows that are no budget money of their own: plan money, goods and claims
NOT_MONEY = ("planned", "accepted_assets", "refunds_due")


def _as_commitment(row: YearEndRow) -> Commitment:
    return Commitment(row.budget_line_id, row.standing, row.document, row.amount_fen, dict(row.costs))


def _require_allowed(rows: Mapping[str, YearEndRow], treatments: Mapping[str, str]) -> None:
    lines = find_lines(session(), {row.budget_line_id for row in rows.values()})
    for row_no, treatment in treatments.items():
        row = rows[row_no]
        allowed = allowed_treatments(row.standing, lines[row.budget_line_id], on=clock.today())
        if treatment not in (*allowed, row.treatment):
            raise Refusal(
                "worksheet.treatment_not_allowed",
                row_no=row.row_no,
                budget_line=lines[row.budget_line_id].name,
                treatment=treatment[:20],
            )
