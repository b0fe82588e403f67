"""Pages of compulsory budgeting: next year's proposals of a unit or a region, and lines not marked as procurement."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from ledger.budget_lines import find_line
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.category import Category
from mall.compulsory_budget.category_need import NOTE_MAX, PROPOSED_LEVEL, record_need
from mall.compulsory_budget.draw_up_procurement_lines import (
    documents_for_proposals,
    draw_up_proposal,
    move_to_procurement,
)
from mall.compulsory_budget.procurement_exemption import REASONS
from mall.compulsory_budget.proposal_sheets import import_sheet, proposal_sheet
from mall.compulsory_budget.proposal_words import REASON_WORDS, STATUS_WORDS
from mall.compulsory_budget.propose_lines import STATUSES, Proposal, propose_lines, rules_for
from mall.compulsory_budget.unflagged_lines import NOTE_MAX as EXEMPTION_NOTE_MAX
from mall.compulsory_budget.unflagged_lines import exempt_line, unflagged_lines
from mall.database import session
from mall.errors import Refusal
from mall.finance.book_files import XLSX
from mall.finance.unit_budgets import UnitBudget
from mall.ordering.money_forms import fen_of
from mall.payment_watch.visible_payments import READERS
from mall.people.organisation import Organisation, organisation, organisation_names
from mall.regions.region import code_bounds
from mall.web.words import status_of, words_for

pages = Blueprint("proposals", __name__, url_prefix="/budget")

LINES_SHOWN = 300


@pages.get("/proposals")
@needs("proposal.read")
def index() -> str:
    """One unit's categories; finance without a choice sees its units with their sums."""
    actor = current_actor()
    unit = _unit_asked(actor)
    return _regions_page(actor) if unit is None else _unit_page(actor, unit)


@pages.get("/proposals.xlsx")
@needs("proposal.read")
def sheet() -> Response:
    """The report of a unit, or of all units in sight."""
    actor, year = current_actor(), _year()
    unit = _unit_asked(actor)
    units = [unit] if unit is not None else _units_in_sight(actor)
    name = f"应编尽编测算-{year}.xlsx"
    return _workbook(proposal_sheet(units, propose_lines(units, year=year), year=year), name=name)


@pages.get("/proposals/import.xlsx")
@needs("proposal.read")
def import_workbook() -> Response:
    """What is not budgeted yet, as the budget import takes it."""
    unit = _unit_asked(current_actor())
    if unit is None:
        raise Refusal("page.not_found")
    year = _year()
    return _workbook(import_sheet(unit, propose_lines([unit], year=year)[unit.id]), name=f"应编尽编预算表-{year}.xlsx")


@pages.post("/proposals/needs")
@needs("category_need.record")
def need() -> AnyResponse:
    """Record what the unit will need of a category."""
    actor = current_actor()
    unit_id = request.form.get("unit", default=0, type=int)
    amount_fen = fen_of(request.form.get("amount", ""))
    try:
        record_need(
            actor=actor,
            unit_id=unit_id,
            year=request.form.get("year", default=0, type=int),
            category_code=request.form.get("category", ""),
            amount_fen=amount_fen if amount_fen is not None else -1,
            note=request.form.get("note", "").replace("\x00", ""),
        )
    except Refusal as refusal:
        unit = organisation(unit_id)
        if unit is None or refusal.code == "budget.unknown_unit":
            raise
        return make_response(_unit_page(actor, unit, refusal=refusal), status_of(refusal))
    return redirect(url_for("proposals.index", unit=unit_id, year=request.form.get("year"), done="need"))


@pages.post("/proposals/draw-up")
@needs("proposal.settle")
def draw_up() -> AnyResponse:
    """One click from a proposal to the draft of its line."""
    document = draw_up_proposal(
        actor=current_actor(),
        unit_id=request.form.get("unit", default=0, type=int),
        year=request.form.get("year", default=0, type=int),
        category_code=request.form.get("category", ""),
        request_key=request.form.get("request_key") or None,
    )
    return redirect(url_for("budget_documents.show", number=document.number, done="draw_up"))


@pages.get("/unflagged")
@needs("unflagged.read")
def unflagged() -> str:
    """Lines in the procurement catalogue that are not marked as procurement."""
    return _unflagged_page(current_actor())


@pages.post("/unflagged/<int:line_id>/draw-up")
@needs("proposal.settle")
def move(line_id: int) -> AnyResponse:
    """One click from an unmarked line to the draft that moves its money to a procurement line."""
    document = move_to_procurement(
        actor=current_actor(), line_id=line_id, request_key=request.form.get("request_key") or None
    )
    return redirect(url_for("budget_documents.show", number=document.number, done="draw_up"))


@pages.post("/unflagged/<int:line_id>/exempt")
@needs("proposal.settle")
def exempt(line_id: int) -> AnyResponse:
    """Keep a line out of procurement, with the reason."""
    actor = current_actor()
    try:
        exempt_line(
            actor=actor,
            line=find_line(session(), line_id),
            reason_code=request.form.get("reason_code", ""),
            note=request.form.get("note", "").replace("\x00", ""),
        )
    except Refusal as refusal:
        if refusal.code == "proposal.unknown_line":
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action="procurement_exemption.record", refusal=refusal)
        return make_response(_unflagged_page(actor, refused=line_id, refusal=refusal), status_of(refusal))
    return redirect(url_for("proposals.unflagged", year=request.form.get("year"), done="exempt"))


def _unit_page(actor: Actor, unit: Organisation, *, refusal: Refusal | None = None) -> str:
    year = _year()
    found = propose_lines([unit], year=year)[unit.id]
    query = select(Category).where(Category.level == PROPOSED_LEVEL, Category.in_mall).order_by(Category.code)
    return render_template(
        "compulsory_budget/unit.html",
        unit=unit,
        unit_budget=UnitBudget(unit_id=unit.id, region_code=unit.region_code),
        year=year,
        years=_years(),
        proposals=found,
        totals=_totals(found),
        documents=documents_for_proposals([unit.id], year=year),
        rules=rules_for(unit.region_code, year=year),
        categories=list(session().scalars(query)),
        statuses=STATUSES,
        status_words=STATUS_WORDS,
        note_max=NOTE_MAX,
        done=request.args.get("done", ""),
        refusal=words_for(refusal) if refusal is not None else None,
        typed=dict(request.form) if refusal is not None else {},
        several=len(_units_in_sight(actor)) > 1,
    )


def _regions_page(actor: Actor) -> str:
    year = _year()
    units = _units_in_sight(actor)
    found = propose_lines(units, year=year)
    return render_template(
        "compulsory_budget/units.html",
        units=units,
        totals={unit.id: _totals(found[unit.id]) for unit in units},
        year=year,
        years=_years(),
    )


def _unflagged_page(actor: Actor, *, refused: int = 0, refusal: Refusal | None = None) -> str:
    year = request.values.get("year", default=clock.today().year, type=int)
    year = year if 2000 <= year <= 2127 else clock.today().year
    regions = sorted({unit.region_code for unit in _units_in_sight(actor)})
    found = unflagged_lines(regions, year=year)
    return render_template(
        "compulsory_budget/unflagged.html",
        year=year,
        years=[clock.today().year, clock.today().year + 1],
        found=found[:LINES_SHOWN],
        count=len(found),
        names=organisation_names({one.line.unit_id for one in found[:LINES_SHOWN]}),
        reasons=REASONS,
        reason_words=REASON_WORDS,
        note_max=EXEMPTION_NOTE_MAX,
        done=request.args.get("done", ""),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        typed=dict(request.form) if refusal is not None else {},
    )


def _unit_asked(actor: Actor) -> Organisation | None:
    """The unit of the address, else the reader's own; None for finance without a choice.

    Raises Refusal("page.not_found"): foreign and missing look the same.
    """
    asked = request.args.get("unit", type=int)
    unit_id = asked or next(iter(actor.organisations_as(*READERS)), None)
    if unit_id is None:
        return None
    unit = organisation(unit_id)
    if unit is None or unit.kind != "unit":
        raise Refusal("page.not_found")
    if not may(actor, "proposal.read", UnitBudget(unit_id=unit.id, region_code=unit.region_code)):
        raise Refusal("page.not_found")
    return unit


def _units_in_sight(actor: Actor) -> list[Organisation]:
    found: dict[int, Organisation] = {}
    own = actor.organisations_as(*READERS)
    queries = [select(Organisation).where(Organisation.id.in_(own), Organisation.kind == "unit")] if own else []
    for region_code in {*actor.regions_as("regulator"), *actor.regions_as("budget")}:
        queries.append(
            select(Organisation).where(
                Organisation.kind == "unit",
                Organisation.state == "active",
                Organisation.region_code.between(*code_bounds(region_code)),
            )
        )
    for query in queries:
        found |= {unit.id: unit for unit in session().scalars(query)}
    return sorted(found.values(), key=lambda unit: (unit.region_code, unit.name))


def _totals(found: list[Proposal]) -> dict[str, Any]:
    return {
        "proposed_fen": sum(one.proposed_fen for one in found),
        "budgeted_fen": sum(one.budgeted_fen for one in found),
        "gap_fen": sum(one.gap_fen for one in found),
        **{status: sum(one.status == status for one in found) for status in STATUSES},
    }


def _years() -> list[int]:
    return [clock.today().year, clock.today().year + 1]


def _year() -> int:
    """Budget time is the autumn before: next year, unless another is asked for."""
    asked = request.values.get("year", type=int)
    return asked if asked in _years() else _years()[-1]


def _workbook(content: bytes, *, name: str) -> Response:
    response = Response(content, mimetype=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
