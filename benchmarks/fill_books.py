"""Books of any size, made fast: orders of every stage over many lines, written by the superuser with the guards off.

What is written is what posting would have written: the entries come from the posting templates, sequences and running
balances from one pass over them. `ledger.checks` must find nothing in them afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import psycopg

from ledger import movements
from ledger.chart_of_accounts import Account
from ledger.posting import Entry

YEAR = 2026
REGIONS = tuple(410100 + 100 * number for number in range(10))
LINES_OF_UNIT = 20
ORDERS_OF_LINE = 27

_LINE, _FEN, _DOCUMENT = 1, 1, "order:X"
_ONE = {_LINE: _FEN}
_PLAN = {_LINE: {1: _FEN}}
_FUNDING = (("appropriation", movements.appropriate(_ONE)), ("plan", movements.plan_months(_PLAN)))
_STEPS: tuple[tuple[str, list[Entry]], ...] = (
    ("submit", movements.reserve(_ONE, document=_DOCUMENT)),
    ("approve", movements.commit(_ONE, document=_DOCUMENT)),
    ("accept", movements.accrue(_ONE, document=_DOCUMENT, cost=Account.EXPENSE)),
    ("request", movements.request_payment(_ONE, document=_DOCUMENT, plan=_PLAN)),
    ("send", movements.send(_ONE, document=_DOCUMENT)),
    ("confirm", movements.confirm(_ONE, document=_DOCUMENT)),
)
_CANCEL = ("cancel", movements.release_reservation(_ONE, document=_DOCUMENT))
# Of twenty orders fourteen are paid; one each stands at every earlier step, and one was cancelled.
_PATHS = (*[_STEPS] * 14, *(_STEPS[:count] for count in (5, 4, 3, 2, 1)), (_STEPS[0], _CANCEL))


class Filled(NamedTuple):
    """What was written."""

    lines: int
    orders: int
    txns: int
    entries: int


def fill_books(url: str, *, entries: int) -> Filled:
    """Write about so many entries into an empty, installed ledger; `url` is the superuser's."""
    of_twenty = sum(len(written) for path in _PATHS for _, written in path)
    # Every line has entries of its own.
    lines = max(
        len(REGIONS),
        round(entries / (ORDERS_OF_LINE * of_twenty / len(_PATHS) + sum(len(written) for _, written in _FUNDING))),
    )
    with psycopg.connect(url) as connection:
        connection.execute("set work_mem = '512MB'; set maintenance_work_mem = '512MB'; set synchronous_commit = off")
        _write_templates(connection)
        built = [(table, _drop_indexes(connection, table)) for table in ("entry", "txn", "account")]
        for table in ("entry", "txn", "account"):
            connection.execute(f"alter table ledger.{table} disable trigger all")
        facts = {"lines": lines, "orders": lines * ORDERS_OF_LINE, "year": YEAR, "regions": list(REGIONS)}
        for statement in _WRITE:
            connection.execute(statement, facts)
        for table, statements in built:
            for statement in statements:
                connection.execute(statement)
            for name, sleeps in connection.execute(_TRIGGERS, {"table": f"ledger.{table}"}).fetchall():
                if not sleeps:
                    connection.execute(f"alter table ledger.{table} enable always trigger {name}")
        for sequence, table in (("txn", "ledger.txn"), ("budget_line", "ledger.budget_line")):
            connection.execute(
                f"select setval(pg_get_serial_sequence('ledger.{sequence}', 'id'), (select max(id) from {table}))"
            )
        txns, written = connection.execute(
            "select (select count(*) from ledger.txn), (select count(*) from ledger.entry)"
        ).fetchone()
        connection.execute("drop table filled_txn, filled_step, filled_entry")
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum analyze")
    return Filled(lines, lines * ORDERS_OF_LINE, txns, written)


def _write_templates(connection: psycopg.Connection) -> None:
    connection.execute("create unlogged table filled_step (path int, step int, event text)")
    connection.execute("create unlogged table filled_entry (event text, n int, coa smallint, sub text, sign int)")
    cursor = connection.cursor()
    # The path of an order is its number modulo twenty; the line's own money comes with path -1.
    cursor.executemany(
        "insert into filled_step values (%s, %s, %s)",
        [
            (path, step, event)
            for path, steps in ((-1, _FUNDING), *enumerate(_PATHS))
            for step, (event, _) in enumerate(steps, 1)
        ],
    )
    cursor.executemany("insert into filled_entry values (%s, %s, %s, %s, %s)", _rows([*_FUNDING, *_STEPS, _CANCEL]))


def _rows(steps: Iterable[tuple[str, list[Entry]]]) -> list[tuple[object, ...]]:
    return [
        (event, n, int(entry.account), None if entry.sub == _DOCUMENT else entry.sub, entry.amount_fen)
        for event, entries in steps
        for n, entry in enumerate(entries, 1)
    ]


def _drop_indexes(connection: psycopg.Connection, table: str) -> list[str]:
    """Drop keys and indexes; returns the statements that make them again."""
    again = []
    for name, definition in connection.execute(_KEYS, {"table": f"ledger.{table}"}).fetchall():
        connection.execute(f'alter table ledger.{table} drop constraint "{name}"')
        again.append(f'alter table ledger.{table} add constraint "{name}" {definition}')
    for name, definition in connection.execute(_INDEXES, {"table": f"ledger.{table}"}).fetchall():
        connection.execute(f'drop index ledger."{name}"')
        again.append(definition)
    return again


_KEYS = (
    "select conname, pg_get_constraintdef(oid) from pg_constraint"
    " where conrelid = %(table)s::regclass and contype in ('p', 'u')"
)
_INDEXES = (
    "select relname, pg_get_indexdef(indexrelid) from pg_index join pg_class on oid = indexrelid"
    " where indrelid = %(table)s::regclass"
)
_TRIGGERS = "select tgname, tgisinternal from pg_trigger where tgrelid = %(table)s::regclass"

_WRITE = (
    "insert into ledger.period (region, year, month, state, opened_at, opened_by)"
    " select r, %(year)s, m, 'open', now(), 'bench' from unnest(%(regions)s::int[]) r, generate_series(1, 12) m",
    "insert into ledger.budget_line (id, region, year, unit_id, is_procurement, code, name, function_code,"
    " function_name, economic_code, economic_name, project, fund_source, category_scope, note, created_at)"
    " overriding system value select n, (%(regions)s::int[])[1 + n %% cardinality(%(regions)s::int[])], %(year)s,"
    f" 1 + n / ({LINES_OF_UNIT} * {len(REGIONS)}) * {len(REGIONS)} + n %% {len(REGIONS)}, true,"
    " 'B' || n, '办公设备购置', '205' || n %% 40, '教育支出', '302' || n %% 30, '办公费', '', '一般公共预算', '{}', '',"
    " make_date(%(year)s, 1, 1) from generate_series(1, %(lines)s) n",
    # The money of a line first, then its orders over the year; a step every few days.
    "create unlogged table filled_txn as"
    " select row_number() over (order by at, number, step) as id, d.* from ("
    "  select n as line_id, 0 as number, s.step, s.event, 1000000000::bigint as amount_fen,"
    "   make_timestamptz(%(year)s, 1, 2, 1, 0, 0, 'UTC') as at"
    "  from generate_series(1, %(lines)s) n join filled_step s on s.path = -1"
    "  union all"
    "  select 1 + (o::bigint * 7919) %% %(lines)s, o, s.step, s.event, 10000 + (o::bigint * 37) %% 90000,"
    "   make_timestamptz(%(year)s, 1, 5, 1, 0, 0, 'UTC')"
    "   + interval '300 days' * (o::float8 / %(orders)s) + interval '5 days' * (s.step - 1)"
    "  from generate_series(1, %(orders)s) o join filled_step s on s.path = o %% 20) d",
    "insert into ledger.txn (id, region, year, source_type, source_id, event, effective_on, posted_at, actor, memo,"
    " causation) overriding system value"
    " select d.id, l.region, l.year, case d.number when 0 then 'budget_document' else 'order' end,"
    " case d.number when 0 then l.code else 'DD-' || l.region || '-' || l.year || '-' || lpad(d.number::text, 8, '0')"
    " end, d.event, (d.at at time zone 'Asia/Shanghai')::date, d.at, '经办人 handler', '', null"
    " from filled_txn d join ledger.budget_line l on l.id = d.line_id order by d.id",
    "insert into ledger.entry (region, year, txn_id, n, line_id, coa, sub, amount_fen, seq, balance_after_fen)"
    " select region, year, id, n, line_id, coa, sub, amount_fen,"
    " case when guarded then row_number() over account end, case when guarded then sum(amount_fen) over account end"
    " from (select l.region, l.year, d.id, t.n, d.line_id, t.coa, c.guarded, d.amount_fen * t.sign as amount_fen,"
    "  coalesce(t.sub,"
    "   'order:DD-' || l.region || '-' || l.year || '-' || lpad(d.number::text, 8, '0'))"
    '  collate "C" as sub'
    "  from filled_txn d join filled_entry t on t.event = d.event join ledger.chart_of_accounts c on c.code = t.coa"
    "  join ledger.budget_line l on l.id = d.line_id) e"
    " window account as (partition by line_id, coa, sub order by id rows unbounded preceding) order by id, n",
    "insert into ledger.account (line_id, balance_fen, region, seq, year, coa, normal, sub)"
    " select e.line_id, sum(e.amount_fen), e.region, count(*), e.year, e.coa, c.normal, e.sub"
    " from ledger.entry e join ledger.chart_of_accounts c on c.code = e.coa and c.guarded"
    " group by e.line_id, e.region, e.year, e.coa, c.normal, e.sub",
)
