"""Who may write: the application only through the functions, and nobody may rewrite what was posted."""

import pytest
from ledger_scenes import NOON, ORDER, REGION, YEAR, new_line, write
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger import fiscal_year, movements
from ledger.posting_schema import replace_posting
from ledger.seal_guards import verify_guards

TABLES = ("chart_of_accounts", "period", "budget_line", "account", "txn", "entry")
INSERTS = {
    "chart_of_accounts": "insert into ledger.chart_of_accounts select * from ledger.chart_of_accounts limit 1",
    "period": "insert into ledger.period select * from ledger.period limit 1",
    "account": "insert into ledger.account select * from ledger.account limit 1",
    "txn": "insert into ledger.txn overriding system value select * from ledger.txn limit 1",
    "entry": "insert into ledger.entry select * from ledger.entry limit 1",
}
CHANGES = {
    "chart_of_accounts": "update ledger.chart_of_accounts set guarded = false",
    "period": "update ledger.period set state = 'open'",
    "budget_line": "update ledger.budget_line set name = 'x'",
    "account": "update ledger.account set balance_fen = 0",
    "txn": "update ledger.txn set memo = 'x'",
    "entry": "update ledger.entry set amount_fen = amount_fen + 1",
}


@pytest.mark.parametrize(
    "statement",
    [
        *INSERTS.values(),
        *CHANGES.values(),
        *(f"delete from ledger.{table}" for table in TABLES),
        *(f"truncate ledger.{table}" for table in TABLES),
        "alter table ledger.entry disable trigger all",
        "drop table ledger.entry",
        "create table ledger.mine (x int)",
        "select ledger.refuse_insufficient(1, 2026, 1, 1100::smallint, '', 1)",
        "set session_replication_role = replica",
    ],
)
def test_the_application_cannot_write_past_the_functions(session, statement):
    with pytest.raises(DBAPIError) as refused:
        session.execute(text(statement))

    assert isinstance(refused.value.orig, errors.InsufficientPrivilege)


@pytest.mark.parametrize("table", TABLES)
def test_the_application_reads_everything(session, table):
    session.execute(text(f"select * from ledger.{table} limit 1")).all()

    allowed = session.execute(text("select has_table_privilege(:name, 'SELECT')"), {"name": f"ledger.{table}"})
    assert allowed.scalar_one() is True


@pytest.mark.parametrize("table", ["entry", "txn", "budget_line"])
@pytest.mark.parametrize("deed", ["change", "delete", "truncate"])
@pytest.mark.parametrize("replication_role", ["origin", "replica"])
def test_even_the_owner_cannot_rewrite_what_was_posted(owner_session, table, deed, replication_role):
    new_line(owner_session, amount_fen=10)
    owner_session.execute(text(f"set local session_replication_role = {replication_role}"))
    statements = {
        "change": CHANGES[table],
        "delete": f"delete from ledger.{table}",
        "truncate": f"truncate ledger.{table}",
    }

    with pytest.raises(DBAPIError) as refused:
        owner_session.execute(text(statements[deed]))

    assert refused.value.orig.sqlstate == "LG007"


@pytest.mark.parametrize("table", ["account", "period"])
@pytest.mark.parametrize("deed", ["delete from", "truncate"])
def test_even_the_owner_cannot_remove_accounts_and_periods(owner_session, table, deed):
    new_line(owner_session, amount_fen=10)

    with pytest.raises(DBAPIError) as refused:
        owner_session.execute(text(f"{deed} ledger.{table}"))

    assert refused.value.orig.sqlstate == "LG007"


def test_even_the_owner_cannot_insert_an_unbalanced_txn(owner_session):
    line_id = new_line(owner_session, amount_fen=10)
    posted = write(owner_session, "submit", movements.reserve({line_id: 3}, document=ORDER))
    owner_session.execute(text("set local session_replication_role = replica"))

    with pytest.raises(DBAPIError) as refused:
        owner_session.execute(
            text(
                "insert into ledger.entry (region, year, txn_id, n, line_id, coa, sub, amount_fen)"
                " values (:region, :year, :txn_id, 3, :line_id, 2010, 'order:x', 5)"
            ),
            {"region": REGION, "year": YEAR, "txn_id": posted.txn_id, "line_id": line_id},
        )

    assert refused.value.orig.sqlstate == "LG006"


def test_every_definer_function_sets_its_search_path(owner_session):
    names = owner_session.execute(
        text(
            "select proname from pg_proc where pronamespace = 'ledger'::regnamespace and prosecdef"
            " and not exists (select from unnest(proconfig) c where c = 'search_path=pg_catalog, pg_temp')"
        )
    ).all()

    definers = owner_session.execute(
        text("select proname from pg_proc where pronamespace = 'ledger'::regnamespace and prosecdef order by 1")
    ).scalars()
    assert names == []
    assert list(definers) == ["append_seal", "close_period", "open_period", "post"]


def test_the_public_may_execute_nothing(owner_session):
    open_to_all = owner_session.execute(
        text(
            "select p.proname from pg_proc p, lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
            " where p.pronamespace = 'ledger'::regnamespace and a.grantee = 0"
        )
    ).all()

    assert open_to_all == []


def test_the_application_opens_and_closes_periods_through_the_functions(session):
    fiscal_year.open_period(session, region_code=410122, year=YEAR, month=5, opened_at=NOON, actor="财政局")
    fiscal_year.close_period(session, region_code=410122, year=YEAR, month=5, closed_at=NOON, actor="财政局")

    assert [p.state for p in fiscal_year.periods(session, region_code=410122, year=YEAR)] == ["closed"]


def test_older_functions_and_constraints_are_brought_to_what_is_shipped(owner_session):
    for statement in (
        "do $$ begin execute replace(pg_get_functiondef("
        "(select oid from pg_proc where proname = 'post' and pronamespace = 'ledger'::regnamespace)), '>= 0', '>= -9');"
        " end $$",
        "drop function ledger.account_traits(smallint)",
        "alter table ledger.txn add constraint txn_actor_check check (actor <> '')",
    ):
        owner_session.execute(text(statement))
    assert {finding.kind for finding in verify_guards(owner_session.connection())} >= {
        "function.changed",
        "function.missing",
    }

    replace_posting(owner_session.connection())

    assert list(verify_guards(owner_session.connection())) == []
    write(owner_session, "submit", movements.reserve({new_line(owner_session, amount_fen=3): 3}, document=ORDER))
    left = text("select count(*) from pg_constraint where conname = 'txn_actor_check'")
    assert owner_session.execute(left).scalar_one() == 0
