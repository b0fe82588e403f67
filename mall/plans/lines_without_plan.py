"""Budget lines that owe more than their plans of this and the next month cover: somebody has to file a plan."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from ledger.chart_of_accounts import Account
from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.people.organisation import organisation_names
from mall.regions.region import code_bounds


@dataclass(frozen=True)
class LineWithoutPlan:
    """What is accepted and not yet in payment, and what the plans up to `month` have left for it, in fen."""

    line_id: int
    line_name: str
    unit_id: int
    unit_name: str
    month: int
    payable_fen: int
    due_fen: int

    @property
    def missing_fen(self) -> int:
        return self.payable_fen - self.due_fen


def lines_without_plan(actor: Actor, *, limit: int = 10) -> list[LineWithoutPlan]:
    """Those of the accountant's units and of the budget officer's regions, the greatest lack first."""
    units = list(actor.organisations_as("accountant"))
    places = [code_bounds(region_code) for region_code in actor.regions_as("budget")]
    if not units and not places:
        return []
    today = clock.today()
    # In December the next month belongs to another year's books.
    month = min(today.month + 1, 12)
    rows = (
        session()
        .execute(
            _LACKING,
            {
                "year": today.year,
                "month": month,
                "units": units,
                "lowest": [lowest for lowest, _highest in places],
                "highest": [highest for _lowest, highest in places],
                "limit": limit,
            },
        )
        .all()
    )
    names = organisation_names({row.unit_id for row in rows})
    return [
        LineWithoutPlan(
            line_id=row.line_id,
            line_name=row.name,
            unit_id=row.unit_id,
            unit_name=names.get(row.unit_id, ""),
            month=month,
            payable_fen=row.payable_fen,
            due_fen=row.due_fen,
        )
        for row in rows
    ]


_LACKING = text(
    "select * from (select l.id as line_id, l.name, l.unit_id,"
    f" coalesce(sum(a.balance_fen * a.normal) filter (where a.coa = {int(Account.ACCRUED)}), 0)::bigint as payable_fen,"
    f" coalesce(sum(a.balance_fen * a.normal) filter (where a.coa = {int(Account.PLAN_AVAILABLE)}"
    " and right(a.sub, 2)::int <= :month), 0)::bigint as due_fen"
    " from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    f" and a.coa in ({int(Account.ACCRUED)}, {int(Account.PLAN_AVAILABLE)}) and a.balance_fen <> 0"
    " where l.year = :year and (l.unit_id = any(cast(:units as bigint[])) or exists (select from"
    " unnest(cast(:lowest as bigint[]), cast(:highest as bigint[])) as place(lowest, highest)"
    " where l.region between place.lowest and place.highest))"
    " group by l.id, l.name, l.unit_id) as stand"
    " where payable_fen > due_fen order by payable_fen - due_fen desc, line_id limit :limit"
)
