"""The demo province's fund-use plans: each unit's year by quarters, and a few papers that are still on their way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, lines_of_region, lines_of_unit
from ledger.cash_plan import plan_balances
from mall import clock
from mall.access.actor import Actor
from mall.database import close_reading, session
from mall.demo.load_organisations import ids_by_key, year_start
from mall.demo.organisations import DemoProvince
from mall.people.organisation import organisation
from mall.people.user import actor_named
from mall.plans.check_fund_use_plan import PlannedMonth, first_month
from mall.plans.draw_up_fund_use_plan import draw_up_fund_use_plan
from mall.plans.fund_use_plan import FundUsePlan
from mall.plans.fund_use_plan_actions import perform

#: month -> parts of a hundred; the rest of the year stays unplanned
QUARTERS = {1: 45, 4: 30, 7: 15, 10: 5}
#: which officer decides for which region; all others turn to the province
OFFICERS = {410100: "budget-city", 410324: "budget2"}
PROVINCE_OFFICER = "budget"

PROCUREMENT_PURPOSE = "按采购预算分季使用"
OTHER_PURPOSE = "缴纳水费、电费"
AMOUNT_FEN = 60_000


def plan_year(*, province: DemoProvince, year: int) -> int:
    """File and approve every unit's plan of the year on its second day; inside the caller's transaction.

    Returns how many plans there are.
    """
    unit_ids = ids_by_key(province)
    accountants = _accountants(province)
    lines = _lines_by_unit(province, year=year)
    actors: dict[str, Actor] = {}
    count = 0
    for unit_key in sorted({line.unit_key for line in province.budget_lines}):
        unit_id = unit_ids[unit_key]
        region_code = lines[unit_id][0].region_code
        for username in (accountants[unit_key], officer := OFFICERS.get(region_code, PROVINCE_OFFICER)):
            actors.setdefault(username, actor_named(username))
        with clock.frozen(year_start(year) + timedelta(hours=10)):
            plan = draw_up_fund_use_plan(
                actor=actors[accountants[unit_key]],
                unit_id=unit_id,
                year=year,
                kind="plan",
                lines=[planned for line in lines[unit_id] for planned in _quarters(line)],
                reason=f"{year}年分季用款计划",
                is_submitted=True,
            )
        with clock.frozen(year_start(year) + timedelta(hours=34)):
            perform("approve", actor=actors[officer], number=plan.number, body={"note": "同意"})
        count += 1
    return count


@dataclass(frozen=True)
class DemoPlan:
    """Who files what for which unit, so many hours before the end, and what becomes of it (an action, or "")."""

    unit_key: str
    maker: str
    hours_before: int
    #: purposes of as many lines, a procurement line first and one that is not budgeted for it last
    purposes: tuple[str, ...]
    reason: str
    decider: str = ""
    action: str = ""
    words: str = ""


PLANS = (
    DemoPlan("z-school", "accountant", 70, ("补充打印纸和墨盒", "缴纳电费"), "年底追加用款", decider="budget-city",
             action="approve", words="同意"),
    DemoPlan("z-school", "accountant", 30, ("毕业年级试卷用纸", "购买办公用品"), "补报本月用款"),
    DemoPlan("lc-school", "accountant2", 50, ("教室维修",), "提前使用维修经费", decider="budget2", action="return",
             words="本季计划还没有用完，请先用上季剩余"),
    DemoPlan("lc-school", "accountant2", 15, ("开学用纸",), "补报本月用款"),
)  # fmt: skip


def run_fund_use_plans(*, province: DemoProvince, ends_at: datetime) -> int:
    """Live through the papers before `ends_at`. Run again after a kill, what stands there already is left alone.

    Returns how many were there to live through.
    """
    unit_ids = ids_by_key(province)
    count = 0
    for each in PLANS:
        with clock.frozen(ends_at - timedelta(hours=each.hours_before)):
            count += _live(each, unit_id=unit_ids[each.unit_key])
    close_reading()
    return count


def _live(each: DemoPlan, *, unit_id: int) -> bool:
    close_reading()
    known = select(FundUsePlan).where(
        FundUsePlan.unit_id == unit_id,
        FundUsePlan.reason == each.reason,
        FundUsePlan.created_at >= clock.now() - timedelta(days=1),
    )
    plan = session().scalar(known) or _filed(each, unit_id=unit_id)
    if plan is None:
        return False
    if each.action and plan.state == "submitted":
        body = {"reason": each.words} if each.action == "return" else {"note": each.words}
        perform(each.action, actor=actor_named(each.decider), number=plan.number, body=body)
    return True


def _filed(each: DemoPlan, *, unit_id: int) -> FundUsePlan | None:
    lines = _lines_with_money(unit_id)
    if len(lines) < len(each.purposes):
        return None
    # With two purposes, one stands on a line that is not budgeted for procurement, where the unit has one.
    chosen = [lines[0], lines[-1]][: len(each.purposes)]
    year = clock.today().year
    month = first_month(year, on=clock.today())
    return draw_up_fund_use_plan(
        actor=actor_named(each.maker),
        unit_id=unit_id,
        year=year,
        kind="plan",
        lines=[
            PlannedMonth(line.id, month, AMOUNT_FEN, purpose)
            for line, purpose in zip(chosen, each.purposes, strict=True)
        ],
        reason=each.reason,
        is_submitted=True,
    )


def _lines_with_money(unit_id: int) -> list[BudgetLine]:
    """The unit's lines of this year that have something to plan, those budgeted for procurement first."""
    unit = organisation(unit_id)
    if unit is None:
        return []
    lines = lines_of_unit(session(), region_code=unit.region_code, year=clock.today().year, unit_id=unit_id)
    stand = plan_balances(session(), [line.id for line in lines])
    enough = [line for line in lines if stand[line.id].unplanned_fen > 2 * AMOUNT_FEN]
    return sorted(enough, key=lambda line: (not line.is_procurement, line.code))


def _quarters(line: BudgetLine) -> list[PlannedMonth]:
    whole_fen = plan_balances(session(), [line.id])[line.id].unplanned_fen
    purpose = PROCUREMENT_PURPOSE if line.is_procurement else OTHER_PURPOSE
    return [PlannedMonth(line.id, month, whole_fen * parts // 100, purpose) for month, parts in QUARTERS.items()]


def _accountants(province: DemoProvince) -> dict[str, str]:
    """{unit key: the username of its accountant}."""
    return {
        post.organisation_key: person.username
        for person in province.people
        for post in person.posts
        if post.role == "accountant"
    }


def _lines_by_unit(province: DemoProvince, *, year: int) -> dict[int, list[BudgetLine]]:
    found: dict[int, list[BudgetLine]] = defaultdict(list)
    for region_code in sorted({line.region_code for line in province.budget_lines}):
        for line in lines_of_region(session(), region_code=region_code, year=year):
            found[line.unit_id].append(line)
    return found
