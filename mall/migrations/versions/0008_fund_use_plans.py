"""The fifth book: fund-use plans, and the accounts that refunds, other channels, suspense and year end need.

Books that exist get their plan side in one posting a line: what the line was given is its ceiling, what is in payment
or paid is requested or paid plan money, and all the rest is planned for January, so that nobody's payment stops on the
day of the upgrade; from then on plans are filed and approved.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ledger.chart_of_accounts import Account
from ledger.posting import Entry, post
from ledger.posting_schema import replace_posting
from ledger.schema import write_chart
from mall import clock

revision = "0008"
down_revision = "0007"

BOOKS = "book in ('budget', 'cash_plan', 'financial', 'budgetary', 'treasury')"
GRAINS = "grain in ('line', 'month', 'document')"
JANUARY = "month:01"


def upgrade() -> None:
    chart = {"table_name": "chart_of_accounts", "schema": "ledger"}
    for name, condition in (("chart_of_accounts_book_check", BOOKS), ("chart_of_accounts_grain_check", GRAINS)):
        op.drop_constraint(op.f(name), type_="check", **chart)
        op.create_check_constraint(op.f(name), condition=condition, **chart)
    write_chart(op.get_bind())
    # It knows each account's traits by heart.
    replace_posting(op.get_bind())
    op.add_column(
        "payment_request",
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    for region, year, line_id in op.get_bind().execute(_LINES).all():
        _plan_line(region, year, line_id)
    op.execute(_PLANS_OF_PAYMENTS)


def _plan_line(region: int, year: int, line_id: int) -> None:
    connection = op.get_bind()
    rows = connection.execute(_STANDINGS, {"region": region, "year": year, "line_id": line_id}).all()
    given_fen = sum(row.amount_fen for row in rows if row.coa == Account.APPROPRIATION)
    entries = [Entry(Account.CEILING, line_id, "", given_fen)]
    for row in rows:
        if row.coa in _PLAN_SIDE:
            entries.append(Entry(_PLAN_SIDE[row.coa], line_id, row.sub, -row.amount_fen))
            given_fen -= row.amount_fen
    entries.append(Entry(Account.PLAN_AVAILABLE, line_id, JANUARY, -given_fen))
    post(
        connection,
        region_code=region,
        year=year,
        source_type="migration",
        source_id=f"{revision}:{line_id}",
        event="plan",
        effective_on=_open_day(region, year),
        posted_at=clock.now(),
        actor="system",
        entries=[entry for entry in entries if entry.amount_fen],
        memo="用款计划账启用",
    )


def _open_day(region: int, year: int) -> date:
    """Today, or the day of the year nearest to it, in a month that takes postings."""
    today = min(max(clock.today(), date(year, 1, 1)), date(year, 12, 31))
    months = list(op.get_bind().execute(_OPEN_MONTHS, {"region": region, "year": year}).scalars())
    if not months:
        raise RuntimeError(f"no month of {year} in {region} is open, and its lines need a posting")
    nearest = min(months, key=lambda month: abs(month - today.month))
    return today if nearest == today.month else date(year, nearest, 1)


_PLAN_SIDE = {
    Account.IN_PAYMENT: Account.PLAN_REQUESTED,
    Account.PAID: Account.PLAN_PAID,
    Account.LAPSED: Account.PLAN_CANCELLED,
}

_LINES = sa.text(
    "select region, year, line_id from ledger.account"
    f" group by region, year, line_id having bool_or(coa = {Account.APPROPRIATION:d} and balance_fen <> 0)"
    f" and not bool_or(coa = {Account.CEILING:d}) order by region, year, line_id"
)
_STANDINGS = sa.text(
    "select coa, sub, balance_fen * normal as amount_fen from ledger.account"
    " where region = :region and year = :year and line_id = :line_id and balance_fen <> 0 order by coa, sub"
)
_OPEN_MONTHS = sa.text(
    "select month from ledger.period where region = :region and year = :year and state = 'open' order by month"
)
# What is under way was drawn from January's plan by the posting above.
_PLANS_OF_PAYMENTS = sa.text(
    "update payment_request set plan = (select jsonb_object_agg(line.key, jsonb_build_object('1', line.value))"
    " from jsonb_each(amounts) as line) where state in ('approved', 'sent', 'paid')"
)
