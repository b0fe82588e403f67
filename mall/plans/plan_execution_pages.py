"""How fund-use plans are executed: planned and paid per unit and month, as a page and as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from ledger.plan_months import ExecutedMonth, plan_execution
from mall import clock
from mall.access.actor import UNIT_ROLES, Actor
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.database import session
from mall.errors import Refusal
from mall.finance.book_files import XLSX, Column, SheetRow, workbook
from mall.finance.unit_budgets import UnitBudget
from mall.people.organisation import Organisation, organisation, organisation_names
from mall.regions.region import code_bounds

pages = Blueprint("plan_execution", __name__, url_prefix="/budget/plan-execution")


@dataclass(frozen=True)
class UnitExecution:
    """One unit's months, with the sums up to a month, in fen."""

    unit_id: int
    name: str
    months: tuple[ExecutedMonth, ...]

    def planned_until_fen(self, month: int) -> int:
        return sum(one.planned_fen for one in self.months if one.month <= month)

    def paid_until_fen(self, month: int) -> int:
        return sum(one.paid_fen for one in self.months if one.month <= month)

    def rate_bp(self, month: int) -> int:
        """Paid of what was planned until the month, in basis points."""
        planned_fen = self.planned_until_fen(month)
        return self.paid_until_fen(month) * 10_000 // planned_fen if planned_fen else 0


@pages.get("")
@needs("fund_use_plan.read")
def index() -> str:
    """A unit's twelve months; for an office without a choice all units of its regions."""
    actor = current_actor()
    year, unit = _asked(actor)
    today = clock.today()
    return render_template(
        "plans/execution.html",
        unit=unit,
        year=year,
        until=today.month if year == today.year else 12,
        rows=_executions(actor, year=year, unit=unit),
        years=[today.year - 1, today.year, today.year + 1],
    )


@pages.get("/months.xlsx")
@needs("fund_use_plan.read")
def file() -> Response:
    """The same as a workbook, a row per unit and month."""
    actor = current_actor()
    year, unit = _asked(actor)
    rows = _executions(actor, year=year, unit=unit)
    response = Response(_sheet(rows, unit=unit, year=year), mimetype=XLSX)
    name = quote(f"plan-execution-{year}.xlsx")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _asked(actor: Actor) -> tuple[int, Organisation | None]:
    """(year, unit or None for all in sight). Raises Refusal("page.not_found"): foreign and missing look the same."""
    year = request.args.get("year", default=clock.today().year, type=int)
    unit_id = request.args.get("unit", type=int) or next(iter(actor.organisations_as(*UNIT_ROLES)), None)
    if not 2000 <= year <= 2127:
        raise Refusal("page.not_found")
    if unit_id is None:
        return year, None
    unit = organisation(unit_id)
    if unit is None or not may(actor, "fund_use_plan.read", UnitBudget(unit_id=unit.id, region_code=unit.region_code)):
        raise Refusal("page.not_found")
    return year, unit


def _executions(actor: Actor, *, year: int, unit: Organisation | None) -> list[UnitExecution]:
    found: dict[int, tuple[ExecutedMonth, ...]] = {}
    if unit is not None:
        found = plan_execution(session(), lowest=unit.region_code, highest=unit.region_code, year=year, unit_id=unit.id)
    else:
        for region_code in {*actor.regions_as("regulator"), *actor.regions_as("budget")}:
            lowest, highest = code_bounds(region_code)
            found |= plan_execution(session(), lowest=lowest, highest=highest, year=year)
    names = organisation_names(set(found))
    rows = [UnitExecution(unit_id, names.get(unit_id, ""), months) for unit_id, months in found.items()]
    return sorted(rows, key=lambda row: (row.name, row.unit_id))


def _sheet(rows: Sequence[UnitExecution], *, unit: Organisation | None, year: int) -> bytes:
    columns = [
        Column(_("单位"), width=30), Column(_("月份"), "number", 8),
        Column(_("计划（元）"), "amount"), Column(_("当月支付（元）"), "amount"),
        Column(_("累计计划（元）"), "amount"), Column(_("累计支付（元）"), "amount"), Column(_("执行率"), "rate", 12),
    ]  # fmt: skip
    lines = []
    for row in rows:
        for one in row.months:
            sums = (row.planned_until_fen(one.month), row.paid_until_fen(one.month), row.rate_bp(one.month))
            lines.append(SheetRow((row.name, one.month, one.planned_fen, one.paid_fen, *sums)))
    planned_fen = sum(row.planned_until_fen(12) for row in rows)
    paid_fen = sum(row.paid_until_fen(12) for row in rows)
    rate_bp = paid_fen * 10_000 // planned_fen if planned_fen else 0
    lines.append(SheetRow((_("合计"), None, planned_fen, paid_fen, planned_fen, paid_fen, rate_bp), is_sum=True))
    heading = [
        (_("单位"), unit.name if unit else _("全部单位")),
        (_("预算年度"), str(year)),
        (_("制表时间"), clock.local(clock.now()).strftime("%Y-%m-%d %H:%M:%S")),
    ]
    return workbook(name=_("用款计划执行情况"), heading=heading, columns=columns, rows=lines)
