"""`sunmall ledger`: check, seal, verify and export from the console, also as the auditor who may do nothing else."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from ledger.seal_anchor import anchor_text
from mall import clock
from mall.console import EXIT_DONE, EXIT_FINDINGS, EXIT_REFUSED
from mall.database import close_reading
from mall.installation.database_roles import with_database
from mall.ledger_commands import ledger
from mall.open_data.daily_anchor import anchor_folder, present_anchor
from tests.conftest import Clone, Template
from tests.world import COUNTY_REGION, SCHOOL_REGION, World

YEAR = clock.today().year
SCHOOL_CODE = "12410100MB00000018"


@pytest.fixture
def run(own_database: Clone, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("SUNMALL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUNMALL_APP_DATABASE_URL", own_database.app)

    def command(*words: str) -> Result:
        return CliRunner().invoke(ledger, [*words])

    return command


@pytest.fixture
def sealed(run: Callable[..., Result], own_database: Clone) -> int:
    """All postings of the world are sealed; how many there are."""
    gives_up_at = time.monotonic() + 80
    while time.monotonic() < gives_up_at:
        assert run("seal").exit_code == EXIT_DONE
        with psycopg.connect(own_database.admin) as connection:
            posted, done = connection.execute(
                "select (select count(*) from ledger.txn), (select count(*) from ledger.sealed_txn)"
            ).fetchone()
        if posted == done:
            return int(done)
        time.sleep(0.05)
    raise AssertionError("strangers on the server kept the postings from settling")


@pytest.fixture
def auditor_url(template: Template, own_database: Clone) -> str:
    return with_database(template.urls.auditor, database=own_database.name)


def as_superuser(own_database: Clone, *statements: str) -> None:
    """What a superuser does who puts the guards back afterwards."""
    with psycopg.connect(own_database.admin) as connection:
        connection.execute("alter table ledger.txn disable trigger append_only")
        for statement in statements:
            connection.execute(statement)
        connection.execute("alter table ledger.txn enable always trigger append_only")


def test_sealing_says_what_it_made_and_then_finds_nothing_to_do(run: Callable[..., Result], sealed: int) -> None:
    again = run("seal")

    assert sealed > 0
    assert (again.exit_code, again.output) == (EXIT_DONE, "新增封存 0 个\n")


def test_an_unknown_hash_is_refused(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNMALL_SEAL_ALGORITHM", "md5")

    result = run("seal")

    assert result.exit_code == EXIT_REFUSED
    assert "md5" in result.output


def test_sound_books_verify_with_zero(run: Callable[..., Result], sealed: int) -> None:
    result = run("verify")

    assert result.exit_code == EXIT_DONE, result.output
    assert "发现 0 处" in result.output
    assert f"{SCHOOL_REGION}\t{YEAR}\t封存 1 个" in result.output


def test_a_deed_of_a_superuser_verifies_with_one_and_its_place(
    run: Callable[..., Result], sealed: int, own_database: Clone
) -> None:
    as_superuser(own_database, "update ledger.txn set memo = 'x' where id = 2")

    checked, verified = run("check"), run("verify")

    assert checked.exit_code == EXIT_DONE
    assert verified.exit_code == EXIT_FINDINGS
    assert f"txn.edited {SCHOOL_REGION}/{YEAR} txn_id=2" in verified.output


def test_an_anchor_that_was_carried_away_shows_seals_that_are_gone(
    run: Callable[..., Result], sealed: int, own_database: Clone, tmp_path: Path
) -> None:
    kept = tmp_path / "carried-away.json"
    kept.write_text(anchor_text(present_anchor(anchor_folder(tmp_path))), encoding="utf-8")
    close_reading()
    with psycopg.connect(own_database.admin) as connection:
        for table in ("seal", "sealed_txn"):
            connection.execute(f"alter table ledger.{table} disable trigger append_only")
            connection.execute(f"delete from ledger.{table}")
            connection.execute(f"alter table ledger.{table} enable always trigger append_only")

    alone, held_against = run("verify"), run("verify", "--anchor", str(kept))

    assert alone.exit_code == EXIT_DONE
    assert held_against.exit_code == EXIT_FINDINGS
    assert held_against.output.count("anchor.cut_off") == 3


def test_a_file_that_is_no_anchor_is_a_finding(run: Callable[..., Result], sealed: int, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")

    result = run("verify", "--anchor", str(other))

    assert result.exit_code == EXIT_FINDINGS
    assert "anchor.unreadable anchor=other.json" in result.output


def test_the_auditor_checks_verifies_and_exports(
    run: Callable[..., Result], sealed: int, auditor_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUNMALL_AUDITOR_DATABASE_URL", auditor_url)
    monkeypatch.setenv("SUNMALL_APP_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

    results = [run("check"), run("verify"), run("export", "--year", str(YEAR), "--unit", SCHOOL_CODE)]

    assert [result.exit_code for result in results] == [EXIT_DONE] * 3, results[0].output


def test_the_auditor_reads_the_ledger_and_nothing_about_people(world: World, auditor_url: str) -> None:
    with psycopg.connect(auditor_url, autocommit=True) as connection:
        readable = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('public', 'ledger') and has_table_privilege("
            "   quote_ident(table_schema) || '.' || quote_ident(table_name), 'SELECT')"
        ).fetchall()
        columns = connection.execute(
            "select column_name from information_schema.column_privileges"
            " where table_schema = 'public' and table_name = 'organisation' and grantee = current_user"
        ).fetchall()
        for statement in (
            "select name from user_account",
            "select address from organisation",
            "update ledger.txn set memo = 'x'",
            "create temporary table mine (id int)",
        ):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
                connection.execute(statement)

    assert {schema for schema, _ in readable} == {"ledger"}
    assert {name for _, name in readable} >= {"txn", "entry", "account", "seal", "sealed_txn", "budget_line"}
    assert {name for (name,) in columns} == {"id", "kind", "region_code", "parent_id", "name", "name_en", "credit_code"}


def test_the_auditor_cannot_write_even_where_he_lifts_his_own_limit(world: World, auditor_url: str) -> None:
    with psycopg.connect(auditor_url, autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        for statement in ("insert into ledger.period select * from ledger.period", "update ledger.txn set memo = 'x'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_all_books_of_a_year_are_exported_as_a_table(run: Callable[..., Result], sealed: int) -> None:
    result = run("export", "--format", "csv", "--year", str(YEAR))

    rows = list(csv.DictReader(io.StringIO(result.output.removeprefix("\ufeff"))))
    assert result.exit_code == EXIT_DONE
    assert result.output.startswith("\ufeff")
    assert {row["region"] for row in rows} == {str(SCHOOL_REGION), str(COUNTY_REGION)}
    assert all(len(row["leaf"]) == 64 for row in rows)


def test_one_region_is_exported_for_beancount(run: Callable[..., Result], sealed: int) -> None:
    result = run("export", "--year", str(YEAR), "--region", str(COUNTY_REGION))

    assert result.exit_code == EXIT_DONE
    assert f"R{COUNTY_REGION}" in result.output and f"R{SCHOOL_REGION}" not in result.output


def test_an_export_of_nothing_is_refused(run: Callable[..., Result]) -> None:
    for words in (("--year", "2001"), ("--year", str(YEAR), "--region", "1"), ("--unit", "no such code")):
        assert run("export", *words).exit_code == EXIT_REFUSED


def test_a_line_is_explained(run: Callable[..., Result], world: World) -> None:
    result = run("explain", str(world.office_line))

    assert result.exit_code == EXIT_DONE
    assert "可用指标" in result.output


def test_where_the_auditors_address_is_not_known_it_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNMALL_APP_DATABASE_URL", "postgresql://app@127.0.0.1:1/nothing")

    result = CliRunner().invoke(ledger, ["auditor-url"])

    assert result.exit_code == EXIT_REFUSED
    assert "postgresql://" not in result.output
