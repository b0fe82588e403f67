"""Pages of budget lines: where the money of a unit stands, and a line explained to the last fen."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from ledger.budget_lines import balance_of_standings, balances, explain_line, find_line, lines_of_unit
from ledger.plan_months import plan_years
from mall import clock
from mall.access.actor import UNIT_ROLES
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.database import session
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument, documents_of_line
from mall.finance.unit_budgets import UnitBudget, units_in_sight
from mall.finance.visible_budget_documents import visible_to
from mall.ordering.order import Order
from mall.people.organisation import organisation, organisation_names
from mall.plans import visible_fund_use_plans
from mall.plans.check_fund_use_plan import turnover_fen
from mall.plans.fund_use_plan import FundUsePlan, plans_of_line

pages = Blueprint("budget", __name__)


@pages.get("/budget")
@needs("budget.read")
def index() -> str:
    """The lines of one unit and year; a regulator without a choice sees her units instead."""
    actor = current_actor()
    year = request.args.get("year", default=clock.today().year, type=int)
    unit_id = request.args.get("unit", type=int) or next(iter(actor.organisations_as(*UNIT_ROLES)), None)
    if unit_id is None:
        return render_template("finance/units.html", rows=units_in_sight(actor, year=year), year=year)
    unit = organisation(unit_id)
    # Foreign and missing look the same.
    if unit is None or not may(actor, "budget.read", UnitBudget(unit_id=unit.id, region_code=unit.region_code)):
        raise Refusal("page.not_found")
    lines = lines_of_unit(session(), region_code=unit.region_code, year=year, unit_id=unit.id)
    return render_template(
        "finance/budget.html",
        unit=unit,
        unit_budget=UnitBudget(unit_id=unit.id, region_code=unit.region_code),
        units=organisation_names(set(actor.organisations_as(*UNIT_ROLES))),
        year=year,
        lines=lines,
        balances=balances(session(), [line.id for line in lines]),
        plan_years=plan_years(session(), [line.id for line in lines]),
        this_month=clock.today().month if year == clock.today().year else None,
    )


@pages.get("/budget/<int:line_id>")
@needs("budget.read")
def explain(line_id: int) -> str:
    """Every fen of one line: per document where it stands and what put it there, now or at the end of a past day."""
    line = find_line(session(), line_id)
    if line is None or not may(current_actor(), "budget.read", line):
        raise Refusal("page.not_found")
    wanted = request.args.get("on", "").strip()
    day, fault = _past_day(wanted)
    standings = explain_line(session(), line_id, at=clock.end_of_day(day) if day is not None else None)
    numbers = [one.document.partition(":")[2] for one in standings if one.document.startswith("order:")]
    orders = {order.reference: order for order in session().scalars(select(Order).where(Order.number.in_(numbers)))}
    documents = _documents_in_sight(line_id)
    plans = _plans_in_sight(line_id)
    return render_template(
        "finance/explain.html",
        line=line,
        unit=organisation(line.unit_id),
        balance=balance_of_standings(line_id, standings),
        standings=standings,
        day=day,
        wanted=wanted,
        fault=fault,
        orders=orders,
        suppliers=organisation_names({order.supplier_id for order in orders.values()}),
        documents=documents,
        plans=plans,
        plan_year=plan_years(session(), [line_id], at=clock.end_of_day(day) if day is not None else None)[line_id],
        this_month=_month_in(line.year, day or clock.today()),
        numbers_in_sight={document.reference for document, _amount_fen in documents},
    )


def _documents_in_sight(line_id: int) -> list[tuple[BudgetDocument, int]]:
    """(document, its amount on the line) of the budget documents that touch the line and that this reader may see."""
    touching = {document.id: document for document in documents_of_line(line_id)}
    query = select(BudgetDocument.id).where(BudgetDocument.id.in_(touching)).order_by(BudgetDocument.id)
    return [
        (touching[document_id], line.amount_fen)
        for document_id in session().scalars(visible_to(current_actor(), query))
        for line in touching[document_id].lines
        if line.budget_line_id == line_id
    ]


def _plans_in_sight(line_id: int) -> list[tuple[FundUsePlan, int]]:
    """(plan, its amount on the line) of the fund-use plans that touch the line and that this reader may see."""
    touching = {plan.id: plan for plan in plans_of_line(line_id)}
    query = select(FundUsePlan.id).where(FundUsePlan.id.in_(touching)).order_by(FundUsePlan.id)
    return [
        (touching[plan_id], turnover_fen(line.amount_fen for line in touching[plan_id].lines_on(line_id)))
        for plan_id in session().scalars(visible_fund_use_plans.visible_to(current_actor(), query))
    ]


def _month_in(year: int, day: date) -> int | None:
    return day.month if day.year == year else None


def _past_day(text: str) -> tuple[date | None, str]:
    """(the day asked for, what is wrong with it); no day means now, and so does today."""
    if not text:
        return None, ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, _("“%(day)s”不是日期，下面是现在的情况。请按 2026-08-31 的样子填写。", day=text[:20])
    if day > clock.today():
        return None, _("%(day)s 还没有到，下面是现在的情况。", day=day.isoformat())
    return (day if day < clock.today() else None), ""
