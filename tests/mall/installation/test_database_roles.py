"""What the four roles of a database may and may not do, and what is said where they cannot be made."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mall.installation.database_roles import (
    DatabaseUrls,
    drop_database_and_roles,
    known_urls,
    make_database_and_roles,
    with_database,
)
from mall.installation.keep_secrets import changing_secrets, read_secrets
from mall.installation.refusal import InstallationRefused
from mall.installation.run_tests import throwaway_server


@pytest.fixture(scope="module")
def admin_url() -> Iterator[str]:
    with throwaway_server() as url:
        yield url


@pytest.fixture
def name(admin_url: str, tmp_path: Path) -> Iterator[str]:
    chosen = f"roles_{secrets.token_hex(4)}"
    yield chosen
    drop_database_and_roles(admin_url, data_dir=tmp_path, database=chosen)


@pytest.fixture
def urls(admin_url: str, name: str, tmp_path: Path) -> DatabaseUrls:
    return make_database_and_roles(admin_url, data_dir=tmp_path, database=name)


def test_what_migrations_make_belongs_to_the_owner(urls: DatabaseUrls, name: str) -> None:
    with psycopg.connect(urls.migrate) as connection:
        connection.execute("CREATE TABLE made (id bigint)")
        row = connection.execute("SELECT tableowner, session_user FROM pg_tables WHERE tablename = 'made'").fetchone()

    assert row == (f"{name}_owner", f"{name}_migrate")


def test_application_has_no_right_that_was_not_granted(urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.migrate) as connection:
        connection.execute("CREATE TABLE book (amount_fen bigint)")

    with psycopg.connect(urls.app, autocommit=True) as connection:
        for statement in (
            "SELECT * FROM book",
            "DELETE FROM book",
            "DROP TABLE book",
            "CREATE TABLE own (id bigint)",
            "CREATE DATABASE another",
            "CREATE ROLE another",
            "SELECT pg_read_file('/etc/passwd')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_application_waits_only_so_long(urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.app) as connection:
        limits = connection.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        ).fetchone()

    assert limits == ("15s", "5s", "30s")


def test_auditor_begins_reading_and_has_no_right_that_was_not_granted(urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.migrate) as connection:
        connection.execute("CREATE TABLE book (amount_fen bigint)")

    with psycopg.connect(urls.auditor, autocommit=True) as connection:
        limits = connection.execute(
            "SELECT current_setting('default_transaction_read_only'), current_setting('statement_timeout')"
        ).fetchone()
        connection.execute("SET default_transaction_read_only = off")
        for statement in ("SELECT * FROM book", "CREATE TABLE own (id bigint)", "CREATE ROLE another"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)

    assert limits == ("on", "0")


def test_an_installation_from_before_the_auditor_gets_one(
    urls: DatabaseUrls, admin_url: str, name: str, tmp_path: Path
) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f"REVOKE ALL ON DATABASE {name} FROM {name}_auditor")
        connection.execute(f"DROP ROLE {name}_auditor")
    with changing_secrets(tmp_path) as contents:
        for kept in contents["database_passwords"].values():
            del kept["auditor"]
    before = known_urls(admin_url, data_dir=tmp_path, database=name)

    after = make_database_and_roles(admin_url, data_dir=tmp_path, database=name)

    assert before is not None and (before.auditor, before.app) == ("", urls.app)
    assert (after.app, after.migrate) == (urls.app, urls.migrate)
    psycopg.connect(after.auditor).close()


def test_role_of_another_database_cannot_connect(urls: DatabaseUrls, admin_url: str, tmp_path: Path) -> None:
    neighbour = f"roles_{secrets.token_hex(4)}"
    other = make_database_and_roles(admin_url, data_dir=tmp_path, database=neighbour)
    try:
        stranger_here = with_database(other.app, database=urls.app.split("/")[-1].split("?")[0])

        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(stranger_here)
    finally:
        drop_database_and_roles(admin_url, data_dir=tmp_path, database=neighbour)


def test_second_call_finds_everything_and_changes_nothing(
    urls: DatabaseUrls, admin_url: str, name: str, tmp_path: Path
) -> None:
    before = read_secrets(tmp_path)

    again = make_database_and_roles(admin_url, data_dir=tmp_path, database=name)

    assert again == urls
    assert known_urls(admin_url, data_dir=tmp_path, database=name) == urls
    assert read_secrets(tmp_path) == before


def test_lost_passwords_are_made_anew(urls: DatabaseUrls, admin_url: str, name: str, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"

    renewed = make_database_and_roles(admin_url, data_dir=elsewhere, database=name)

    assert renewed.app != urls.app
    psycopg.connect(renewed.app).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(urls.app)


def test_user_who_may_not_create_roles_is_refused_by_name(urls: DatabaseUrls, tmp_path: Path) -> None:
    with pytest.raises(InstallationRefused, match=r"_app .*CREATEROLE"):
        make_database_and_roles(urls.app, data_dir=tmp_path)


def test_user_who_may_create_roles_but_is_no_superuser_is_enough(admin_url: str, tmp_path: Path) -> None:
    helper, database = f"helper_{secrets.token_hex(4)}", f"roles_{secrets.token_hex(4)}"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {helper} LOGIN CREATEROLE CREATEDB PASSWORD 'helper'")
    head, tail = admin_url.split("://")[0], admin_url.split("@")[1]
    helper_url = with_database(f"{head}://{helper}:helper@{tail}", database=database)
    try:
        urls = make_database_and_roles(helper_url, data_dir=tmp_path)

        psycopg.connect(urls.app).close()
        psycopg.connect(urls.migrate).close()
        assert make_database_and_roles(helper_url, data_dir=tmp_path) == urls
    finally:
        drop_database_and_roles(admin_url, data_dir=tmp_path, database=database)
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(f"DROP ROLE {helper}")


@pytest.mark.parametrize("bad", ["postgres", "Upper", 'a"b', "a" * 60, "1st", ""])
def test_names_that_are_not_ours_to_use_are_refused(bad: str, admin_url: str, tmp_path: Path) -> None:
    with pytest.raises(InstallationRefused, match="数据库名"):
        make_database_and_roles(admin_url, data_dir=tmp_path, database=bad)


def test_unreachable_server_is_refused_with_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(InstallationRefused, match="连不上数据库服务器"):
        make_database_and_roles(f"postgresql://nobody@/x?host={tmp_path}", data_dir=tmp_path)
