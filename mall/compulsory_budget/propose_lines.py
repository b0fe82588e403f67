"""What next year's procurement lines should be, out of the purchases of the last years and the unit's needs.

A category's amount is the largest of last year's purchases, the mean of the last years, and what the unit says it
needs, rounded up. It is held against the procurement lines of the year: narrow lines first, wide ones with what is
left of them, so that no yuan of a line is counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import distinct, func, select

from ledger.budget_lines import BudgetLine, balances, lines_of_region
from mall.compulsory_budget.category_need import PROPOSED_LEVEL, CategoryNeed, needs_of
from mall.database import session
from mall.finance.procurement_scope import ProcurementScope, procurement_scope
from mall.ordering.order import Order, OrderLine
from mall.payment_watch.other_payment import OtherPayment
from mall.people.organisation import Organisation
from mall.regions.regional_rule import RuleValue, rule

MEAN_YEARS, ROUND = "compulsory_budget.mean_years", "compulsory_budget.round_fen"
STATUSES = ("not_budgeted", "in_part", "budgeted")
_NOT_BOUGHT = ("draft", "submitted", "endorsed", "returned", "cancelled", "declined")


@dataclass(frozen=True)
class YearSpent:
    """What a unit spent on a category in a year: through the mall, and outside it without an order."""

    year: int
    orders: int = 0
    orders_fen: int = 0
    payments: int = 0
    payments_fen: int = 0

    @property
    def total_fen(self) -> int:
        return self.orders_fen + self.payments_fen


@dataclass(frozen=True)
class Proposal:
    """One category of one unit for one year, with how its amount came about. `lines`: those that cover it."""

    unit_id: int
    year: int
    category_code: str
    category_name: str
    spent: tuple[YearSpent, ...]  # last year first
    mean_fen: int
    need: CategoryNeed | None
    proposed_fen: int
    budgeted_fen: int
    lines: tuple[BudgetLine, ...]

    @property
    def last_fen(self) -> int:
        return self.spent[0].total_fen

    @property
    def gap_fen(self) -> int:
        return max(0, self.proposed_fen - self.budgeted_fen)

    @property
    def status(self) -> str:
        if self.gap_fen == 0:
            return "budgeted"
        return "in_part" if self.budgeted_fen else "not_budgeted"

    @property
    def scope(self) -> str:
        return scope_of(self.category_code)


@dataclass(frozen=True)
class ProposalRules:
    """The dated parameters of a region."""

    mean_years: RuleValue
    round_fen: RuleValue


def rules_for(region_code: int, *, year: int) -> ProposalRules:
    """As they are in force on the first day of the budget's year."""
    first = date(year, 1, 1)
    return ProposalRules(
        mean_years=rule(MEAN_YEARS, region_code=region_code, on=first),
        round_fen=rule(ROUND, region_code=region_code, on=first),
    )


def propose_lines(units: Sequence[Organisation], *, year: int) -> dict[int, list[Proposal]]:
    """{unit: proposals in category order}; a few queries for however many units."""
    scope = procurement_scope()
    rules = {region_code: rules_for(region_code, year=year) for region_code in {unit.region_code for unit in units}}
    most = max((one.mean_years.value for one in rules.values()), default=1)
    years = range(year - max(most, 1), year)
    spent = _spent([unit.id for unit in units], years=years, scope=scope)
    needs = needs_of([unit.id for unit in units], year=year)
    lines = _procurement_lines(rules, units=units, year=year)
    amounts = balances(session(), [line.id for several in lines.values() for line in several])
    codes_of: dict[int, set[str]] = defaultdict(set)
    for unit_id, code in (*(key[:2] for key in spent), *needs):
        codes_of[unit_id].add(code)
    found: dict[int, list[Proposal]] = {}
    for unit in units:
        asked = [
            _proposal(unit, code, year=year, spent=spent, need=needs.get((unit.id, code)),
                      rules=rules[unit.region_code], scope=scope)
            for code in sorted(codes_of[unit.id])
        ]  # fmt: skip
        free = {line.id: amounts[line.id].appropriation_fen for line in lines[unit.id]}
        found[unit.id] = _held_against(asked, lines[unit.id], free=free)
    return found


def scope_of(category_code: str) -> str:
    """The prefix by which a budget line's scope names a category and all below it: A05040000 is A0504."""
    code = category_code
    while len(code) > 3 and code.endswith("00"):
        code = code[:-2]
    return code


def _proposal(
    unit: Organisation,
    code: str,
    *,
    year: int,
    spent: Mapping[tuple[int, str, int], YearSpent],
    need: CategoryNeed | None,
    rules: ProposalRules,
    scope: ProcurementScope,
) -> Proposal:
    count = max(rules.mean_years.value, 1)
    years = tuple(spent.get((unit.id, code, one), YearSpent(one)) for one in range(year - 1, year - 1 - count, -1))
    mean_fen = -(-sum(one.total_fen for one in years) // count)
    wanted_fen = max(years[0].total_fen, mean_fen, need.amount_fen if need is not None else 0)
    step_fen = max(rules.round_fen.value, 1)
    return Proposal(
        unit_id=unit.id,
        year=year,
        category_code=code,
        category_name=scope.categories[code].name,
        spent=years,
        mean_fen=mean_fen,
        need=need,
        proposed_fen=-(-wanted_fen // step_fen) * step_fen,
        budgeted_fen=0,
        lines=(),
    )


def _held_against(asked: Sequence[Proposal], lines: Sequence[BudgetLine], *, free: dict[int, int]) -> list[Proposal]:
    """Give each proposal what the lines have for it, from the narrowest line to the widest."""
    given: dict[str, int] = defaultdict(int)
    for line in sorted(lines, key=lambda one: (-_width(one), one.code)):
        # The smallest gaps first: so a line settles as many categories as it can.
        for proposal in sorted(asked, key=lambda one: (one.proposed_fen - given[one.category_code], one.category_code)):
            if _concerns(line, proposal):
                part_fen = min(free[line.id], max(0, proposal.proposed_fen - given[proposal.category_code]))
                given[proposal.category_code] += part_fen
                free[line.id] -= part_fen
    return [
        Proposal(
            **{
                **{name: getattr(one, name) for name in one.__dataclass_fields__},
                "budgeted_fen": given[one.category_code],
                "lines": tuple(line for line in lines if _concerns(line, one)),
            }
        )
        for one in asked
    ]


def _width(line: BudgetLine) -> int:
    return max((len(prefix) for prefix in line.category_scope), default=0)


def _concerns(line: BudgetLine, proposal: Proposal) -> bool:
    """The line covers the category, or a part of it."""
    if not line.category_scope:
        return True
    return any(proposal.scope.startswith(prefix) or prefix.startswith(proposal.scope) for prefix in line.category_scope)


def _procurement_lines(
    regions: Iterable[int], *, units: Sequence[Organisation], year: int
) -> dict[int, list[BudgetLine]]:
    found: dict[int, list[BudgetLine]] = {unit.id: [] for unit in units}
    for region_code in regions:
        for line in lines_of_region(session(), region_code=region_code, year=year):
            if line.is_procurement and line.unit_id in found:
                found[line.unit_id].append(line)
    return found


def _spent(unit_ids: list[int], *, years: range, scope: ProcurementScope) -> dict[tuple[int, str, int], YearSpent]:
    """{(unit, category of the proposed level, year): spent}."""
    found: dict[tuple[int, str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    amount = func.sum((OrderLine.quantity - OrderLine.released) * OrderLine.contract_price_fen)
    orders = (
        select(Order.unit_id, Order.year, OrderLine.category_code, func.count(distinct(Order.id)), amount)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.unit_id.in_(unit_ids), Order.year.in_(years), Order.state.not_in(_NOT_BOUGHT))
        .group_by(Order.unit_id, Order.year, OrderLine.category_code)
    )
    payments = (
        select(
            OtherPayment.unit_id, OtherPayment.year, OtherPayment.category_code, func.count(),
            func.sum(OtherPayment.amount_fen),
        )
        .where(
            OtherPayment.unit_id.in_(unit_ids), OtherPayment.year.in_(years), OtherPayment.category_code.is_not(None),
            # What an order speaks for is counted with the order.
            OtherPayment.order_id.is_(None), OtherPayment.outcome.in_(("hit", "clear")),
        )
        .group_by(OtherPayment.unit_id, OtherPayment.year, OtherPayment.category_code)
    )  # fmt: skip
    for place, query in ((0, orders), (2, payments)):
        for unit_id, year, code, count, amount_fen in session().execute(query):
            above = _proposed_above(code, scope=scope)
            if above is not None and amount_fen > 0:
                found[unit_id, above, year][place] += int(count)
                found[unit_id, above, year][place + 1] += int(amount_fen)
    return {key: YearSpent(key[2], *sums) for key, sums in found.items()}


def _proposed_above(code: str, *, scope: ProcurementScope) -> str | None:
    """The category of the proposed level that holds this one, when it is inside the catalogue."""
    for each in scope.lineage(code):
        if scope.categories[each].level == PROPOSED_LEVEL:
            return each if scope.in_catalogue(code) else None
    return None
