"""Makes the database and its five roles - owner, migrations, application, auditor, watch - on any PostgreSQL server."""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from mall.installation.keep_secrets import changing_secrets, read_secrets
from mall.installation.refusal import InstallationRefused

DATABASE_NAME = "sunmall"
PASSWORDS = "database_passwords"
NOT_OURS = ("postgres", "template0", "template1")
APPLICATION_LIMITS = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}
MIGRATION_LIMITS = {"lock_timeout": "5s"}
# Proving a year's books takes as long as it takes; changing anything is not what this role is for.
AUDITOR_LIMITS = {
    "default_transaction_read_only": "on",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "10min",
}
LOGINS = ("migrate", "app", "auditor")
WATCH = "watch"


Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class DatabaseUrls:
    """`postgresql://` addresses of one database, for its four kinds of user.

    `admin` may make roles and databases; `migrate` changes the schema and acts as the owner of everything it
    makes; `app` has only the rights the migrations grant to the role `<database>_app`; `auditor` reads the ledger
    and is empty where the addresses were handed down without it.
    """

    admin: str
    migrate: str
    app: str
    auditor: str = ""


def make_database_and_roles(admin_url: str, *, data_dir: Path, database: str | None = None) -> DatabaseUrls:
    """Bring the database and roles into being, or find them as they are; cheap when nothing is missing.

    The database is the one the URL names, unless that is one of PostgreSQL's own: then "sunmall". Passwords are
    random, kept in the data directory, sent to the server only as SCRAM verifiers. Idempotent. Raises
    InstallationRefused when the server cannot be reached or the given user may not create roles.
    """
    name = _database_name(admin_url, wanted=database)
    with _administrator(admin_url, fallback_for=name) as connection:
        _refuse_without_rights(connection)
        with changing_secrets(data_dir) as contents:
            kept = contents.setdefault(PASSWORDS, {})
            assert isinstance(kept, dict)
            passwords = kept.setdefault(_place_key(connection, database=name), {})
            _make_roles(connection, database=name, passwords=passwords)
        _make_database(connection, database=name)
    urls = _urls(admin_url, database=name, passwords=passwords)
    _prepare_schema(urls.admin, database=name)
    return urls


def known_urls(admin_url: str, *, data_dir: Path, database: str | None = None) -> DatabaseUrls | None:
    """The addresses as an earlier `make_database_and_roles` left them, without changing anything; None before it."""
    name = _database_name(admin_url, wanted=database)
    with _administrator(admin_url, fallback_for=name) as connection:
        kept = read_secrets(data_dir).get(PASSWORDS, {})
        assert isinstance(kept, dict)
        passwords = kept.get(_place_key(connection, database=name))
    # An installation from before the auditor's role has fewer passwords, until the next start makes the rest.
    return _urls(admin_url, database=name, passwords=passwords) if passwords else None


def drop_database_and_roles(admin_url: str, *, data_dir: Path, database: str) -> None:
    """Remove the database, whoever is connected, with its roles and their kept passwords. For tests."""
    _refuse_name(database)
    with _administrator(admin_url, fallback_for=database) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        for suffix in (*LOGINS, WATCH, "owner"):
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{database}_{suffix}")))
        with changing_secrets(data_dir) as contents:
            kept = contents.get(PASSWORDS, {})
            assert isinstance(kept, dict)
            kept.pop(_place_key(connection, database=database), None)


def with_database(url: str, *, database: str) -> str:
    """The same address with another database."""
    head, question, query = url.partition("?")
    match = re.fullmatch(r"(postgres(?:ql)?(?:\+\w+)?://[^/]*)(?:/[^/]*)?", head)
    if not match:
        raise InstallationRefused(
            "SUNMALL_DATABASE_URL 应写成 postgresql://用户:密码@主机:端口/数据库",
            english="SUNMALL_DATABASE_URL should look like postgresql://user:password@host:port/database",
        )
    return f"{match.group(1)}/{quote(database, safe='')}{question}{query}"


def _plain(url: str) -> str:
    """What libpq understands of a URL that may name SQLAlchemy's driver."""
    return re.sub(r"^postgres(?:ql)?(?:\+\w+)?://", "postgresql://", url.strip())


def _database_name(admin_url: str, *, wanted: str | None) -> str:
    name = wanted
    if name is None:
        try:
            named = conninfo_to_dict(_plain(admin_url)).get("dbname")
        except psycopg.ProgrammingError:
            with_database(admin_url, database=DATABASE_NAME)
            raise
        name = str(named) if named and named not in NOT_OURS else DATABASE_NAME
    _refuse_name(name)
    return name


def _refuse_name(name: str) -> None:
    """Names that need no quoting anywhere, short enough for the roles' suffixes, and none of PostgreSQL's own."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,50}", name) or name in NOT_OURS:
        raise InstallationRefused(
            f"数据库名 {name!r} 不可用：只用小写字母、数字和下划线，不超过 51 个字符。",
            english=f"The database name {name!r} cannot be used: lower-case letters, digits and _, at most 51 of them.",
        )


def _administrator(admin_url: str, *, fallback_for: str) -> Connection:
    """A connection that can create databases: to a maintenance database, or to the target where only that is open."""
    failures = []
    for database in ("postgres", fallback_for, "template1"):
        try:
            return psycopg.connect(
                _plain(with_database(admin_url, database=database)), autocommit=True, connect_timeout=10
            )
        except psycopg.OperationalError as failure:
            failures.append(str(failure).strip())
    raise InstallationRefused(
        f"连不上数据库服务器：{failures[0]}",
        english="The database server cannot be reached; its words are above. See SUNMALL_DATABASE_URL.",
    )


def _refuse_without_rights(connection: Connection) -> None:
    row = connection.execute(
        "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row is not None
    name, is_superuser, may_create_roles, may_create_databases = row
    if not (is_superuser or (may_create_roles and may_create_databases)):
        raise InstallationRefused(
            f"SUNMALL_DATABASE_URL 里的用户 {name} 不能建立角色和数据库。请用有 CREATEROLE 和 CREATEDB 权限的用户，"
            f"或由管理员执行 ALTER ROLE {name} CREATEROLE CREATEDB。",
            english=f"The user {name} of SUNMALL_DATABASE_URL may not create roles and databases. Use one with "
            f"CREATEROLE and CREATEDB, or have an administrator run ALTER ROLE {name} CREATEROLE CREATEDB.",
        )


def _place_key(connection: Connection, *, database: str) -> str:
    """Names the database by its server's own identifier, so that an address may change and the passwords stay."""
    try:
        row = connection.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
        server = str(row[0]) if row else ""
    except psycopg.errors.InsufficientPrivilege:
        server = f"{connection.info.host}:{connection.info.port}"
    return f"{server}/{database}"


def _make_roles(connection: Connection, *, database: str, passwords: dict[str, str]) -> None:
    owner, migrate = (sql.Identifier(f"{database}_{suffix}") for suffix in ("owner", "migrate"))
    if not _exists(connection, role=f"{database}_owner"):
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(owner))
        # Whoever is no superuser must belong to a role before giving it a database.
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    for suffix in LOGINS:
        _make_login(connection, role=f"{database}_{suffix}", passwords=passwords, suffix=suffix)
    # What the application becomes while it answers a regulator: it reads everything and writes only the watch's own.
    app, watch = (sql.Identifier(f"{database}_{suffix}") for suffix in ("app", WATCH))
    if not _exists(connection, role=f"{database}_{WATCH}"):
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(watch))
    if not _is_member(connection, role=f"{database}_app", of=f"{database}_{WATCH}"):
        connection.execute(sql.SQL("GRANT {} TO {}").format(watch, app))
    if not _is_member(connection, role=f"{database}_migrate", of=f"{database}_owner"):
        connection.execute(sql.SQL("GRANT {} TO {}").format(owner, migrate))
    # Migrations act as the owner from their first statement, so that everything they make belongs to it.
    _set_on_role(connection, role=f"{database}_migrate", settings={"role": f"{database}_owner", **MIGRATION_LIMITS})
    _set_on_role(connection, role=f"{database}_app", settings=APPLICATION_LIMITS)
    _set_on_role(connection, role=f"{database}_auditor", settings=AUDITOR_LIMITS)


def _make_login(connection: Connection, *, role: str, passwords: dict[str, str], suffix: str) -> None:
    identifier = sql.Identifier(role)
    exists = _exists(connection, role=role)
    if not exists:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION").format(identifier)
        )
    if not exists or suffix not in passwords:
        passwords[suffix] = _new_password()
        verifier = connection.pgconn.encrypt_password(
            passwords[suffix].encode(), role.encode(), b"scram-sha-256"
        ).decode()
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(identifier, sql.Literal(verifier)))


def _new_password() -> str:
    return secrets.token_urlsafe(32)


def _exists(connection: Connection, *, role: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def _is_member(connection: Connection, *, role: str, of: str) -> bool:
    row = connection.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [role, of]).fetchone()
    return bool(row and row[0])


def _set_on_role(connection: Connection, *, role: str, settings: dict[str, str]) -> None:
    row = connection.execute("SELECT coalesce(rolconfig, '{}') FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    present = set(row[0]) if row and isinstance(row[0], list) else set()
    for name, value in settings.items():
        if f"{name}={value}" not in present:
            connection.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), sql.SQL(name), sql.Literal(value))
            )


def _make_database(connection: Connection, *, database: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    if not found:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                sql.Identifier(database), sql.Identifier(f"{database}_owner")
            )
        )


def _prepare_schema(admin_url: str, *, database: str) -> None:
    """Nobody but our roles connects, and nobody but the owner creates anything in it."""
    owner, app = (sql.Identifier(f"{database}_{suffix}") for suffix in ("owner", "app"))
    logins = [sql.Identifier(f"{database}_{suffix}") for suffix in LOGINS]
    with psycopg.connect(admin_url, autocommit=True, connect_timeout=10) as connection:
        row = connection.execute(
            "SELECT has_database_privilege('public', current_database(), 'CONNECT')"
            " OR has_schema_privilege('public', 'public', 'CREATE')"
            " OR NOT has_database_privilege(%s, current_database(), 'CONNECT')"
            " OR NOT has_schema_privilege(%s, 'public', 'CREATE')"
            " OR NOT has_schema_privilege(%s, 'public', 'USAGE')"
            " OR NOT has_database_privilege(%s, current_database(), 'CONNECT')",
            [f"{database}_app", f"{database}_owner", f"{database}_app", f"{database}_auditor"],
        ).fetchone()
        if row is None or not row[0]:
            return
        place = sql.Identifier(database)
        for statement in (
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(place),
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(place, sql.SQL(", ").join(logins)),
            sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app),
            sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(owner),
        ):
            connection.execute(statement)


def _urls(admin_url: str, *, database: str, passwords: dict[str, str]) -> DatabaseUrls:
    admin = _plain(with_database(admin_url, database=database))

    def address(suffix: str) -> str:
        if suffix == "auditor" and suffix not in passwords:
            return ""
        rest = re.sub(r"^postgresql://(?:[^@/]*@)?", "", admin)
        return f"postgresql://{database}_{suffix}:{quote(passwords[suffix], safe='')}@{rest}"

    return DatabaseUrls(admin=admin, migrate=address("migrate"), app=address("app"), auditor=address("auditor"))
