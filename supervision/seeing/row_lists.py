"""The rows behind a figure: orders, late payments, findings and cases of a scope, a page at a time or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from mall.database import session
from mall.finance.payment_clock import PaymentClock
from mall.ordering.order import Order
from mall.people.organisation import organisation_names
from supervision.cases.watch_case import WatchCase
from supervision.finding import Finding
from supervision.seeing.case_facts import open_cases
from supervision.seeing.open_findings import open_findings
from supervision.seeing.sight import Scope
from supervision.seeing.watched_orders import OrderWish, late_clocks, watched_orders

PAGE_SIZE = 50
#: no file has more rows; whoever needs more narrows the question
FILE_ROWS = 20_000


@dataclass(frozen=True)
class Rows:
    """One page of rows, the names of the parties in them, and what all pages together come to."""

    rows: Sequence[Any]
    names: dict[int, str]
    total: int
    sum_fen: int
    page: int = 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def order_rows(wanted: OrderWish, *, page: int | None) -> Rows:
    """The newest first. `page` None: all of them, up to FILE_ROWS."""
    query = watched_orders(select(Order), wanted)
    return _rows(query.order_by(Order.submitted_at.desc(), Order.id.desc()), Order, Order.total_fen, page=page)


def finding_rows(scope: Scope, *, rule_id: str, page: int | None) -> Rows:
    """The most money first."""
    query = open_findings(select(Finding), scope)
    if rule_id:
        query = query.where(Finding.rule_id == rule_id)
    return _rows(query.order_by(Finding.amount_fen.desc(), Finding.id), Finding, Finding.amount_fen, page=page)


def case_rows(scope: Scope, *, page: int | None) -> Rows:
    """Open cases, the most worth while first."""
    query = open_cases(select(WatchCase), scope).order_by(WatchCase.priority.desc(), WatchCase.id)
    return _rows(query, WatchCase, WatchCase.amount_fen, page=page)


def rules_found(scope: Scope) -> list[str]:
    """The ids of the rules that the scope's open findings are of."""
    return sorted(session().scalars(open_findings(select(Finding.rule_id).distinct(), scope)))


def late_rows(wanted: OrderWish, *, page: int | None) -> Rows:
    """What is still owed first, the latest on top."""
    clocks: list[PaymentClock] = late_clocks(wanted)
    shown = clocks[:FILE_ROWS]
    at = 1
    if page is not None:
        at = _within(page, len(clocks))
        shown = clocks[(at - 1) * PAGE_SIZE : at * PAGE_SIZE]
    names = organisation_names({one.order.unit_id for one in shown} | {one.order.supplier_id for one in shown})
    return Rows(shown, names, len(clocks), sum(one.overdue_fen for one in clocks), at)


def _rows(query: Select[Any], of: Any, amount: Any, *, page: int | None) -> Rows:
    counted = query.with_only_columns(func.count(), func.coalesce(func.sum(amount), 0)).order_by(None)
    total, sum_fen = session().execute(counted).one()
    at = 1 if page is None else _within(page, total)
    query = query.limit(FILE_ROWS) if page is None else query.limit(PAGE_SIZE).offset((at - 1) * PAGE_SIZE)
    rows = list(session().scalars(query))
    names = organisation_names({row.unit_id for row in rows} | {row.supplier_id for row in rows} - {None})
    return Rows(rows, names, total, int(sum_fen), at)


def _within(page: int, total: int) -> int:
    return min(max(1, page), max(1, -(-total // PAGE_SIZE)))
