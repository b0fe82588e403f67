"""Are the guards of the books in place as shipped? Tables, triggers, functions, keys, owners and rights, each named.

What is expected is read from the SQL files beside this one, so that it cannot grow old. Needs no right but SELECT on
PostgreSQL's own catalogue.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

_FOLDER = Path(__file__).parent

#: keys and checks by which the books refuse; (name, table, definition as PostgreSQL prints it)
CONSTRAINTS = (
    ("account_pkey", "account", "PRIMARY KEY (region, year, line_id, coa, sub)"),
    ("account_never_leaves_its_side", "account", "CHECK (((balance_fen * normal) >= 0))"),
    ("txn_pkey", "txn", "PRIMARY KEY (region, year, id)"),
    ("txn_identity", "txn", "UNIQUE (region, year, source_type, source_id, event)"),
    ("entry_pkey", "entry", "PRIMARY KEY (region, year, txn_id, n)"),
    ("entry_amount_fen_check", "entry", "CHECK ((amount_fen <> 0))"),
    ("seal_pkey", "seal", "PRIMARY KEY (region, year, no)"),
    ("seal_begins_once", "seal", "UNIQUE (region, year, first_seq)"),
    ("sealed_txn_pkey", "sealed_txn", "PRIMARY KEY (region, year, seq)"),
    ("sealed_txn_once", "sealed_txn", "UNIQUE (region, year, txn_id)"),
)
UNIQUE_INDEXES = (
    (
        "txn_reversed_once",
        "CREATE UNIQUE INDEX txn_reversed_once ON ledger.txn USING btree (region, year, reverses)"
        " WHERE (reverses IS NOT NULL)",
    ),
    (
        "entry_of_guarded_account",
        "CREATE UNIQUE INDEX entry_of_guarded_account ON ledger.entry USING btree"
        " (region, year, sub, line_id, coa, seq) WHERE (seq IS NOT NULL)",
    ),
)
#: rights that change rows, and the one that somebody else than the owner holds
CHANGING = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
_ALLOWED = ("budget_line", "INSERT")

# Bits of pg_trigger.tgtype.
_ROW, _BEFORE, _EVENTS = 1, 2, {"insert": 4, "delete": 8, "update": 16, "truncate": 32}


@dataclass(frozen=True, slots=True)
class SealFinding:
    """One thing that is not as it was: what kind, in which books (None: the schema), and where exactly."""

    kind: str
    region_code: int | None
    year: int | None
    facts: dict[str, Any]

    def __str__(self) -> str:
        place = f" {self.region_code}/{self.year}" if self.region_code is not None else ""
        return f"{self.kind}{place} " + " ".join(f"{name}={value}" for name, value in self.facts.items())


def verify_guards(connection: Connection) -> Iterator[SealFinding]:
    """Every guard that is missing, switched off, changed, or that nobody shipped."""
    yield from _tables(connection)
    yield from _triggers(connection)
    yield from _functions(connection)
    yield from _constraints(connection)
    yield from _rights(connection)


def _found(kind: str, **facts: Any) -> SealFinding:
    return SealFinding(kind, None, None, facts)


# -- what was shipped -------------------------------------------------------------------------------------------


@cache
def _shipped_sql() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.sql")))


@cache
def shipped_tables() -> frozenset[str]:
    """Names of the tables."""
    return frozenset(re.findall(r"create table ledger\.(\w+)", _shipped_sql()))


@cache
def shipped_triggers() -> dict[tuple[str, str], tuple[str, int]]:
    """(table, trigger) to (function, pg_trigger.tgtype)."""
    found = {}
    pattern = (
        r"create trigger (\w+) (before|after) ([a-z ]+?) on ledger\.(\w+) (?:referencing new table as \w+ )?"
        r"for each (statement|row) execute function ledger\.(\w+)\(\)"
    )
    for name, when, events, table, grain, function in re.findall(pattern, " ".join(_shipped_sql().split())):
        kind = sum(_EVENTS[event] for event in events.split(" or "))
        kind += (_BEFORE if when == "before" else 0) + (_ROW if grain == "row" else 0)
        found[table, name] = (function, kind)
    return found


@dataclass(frozen=True, slots=True)
class ShippedFunction:
    """A function's body, comparable with the catalogue's, and two of its attributes."""

    body: str
    is_definer: bool
    sets_path: bool


@cache
def shipped_functions() -> dict[str, ShippedFunction]:
    """Functions by name; none is overloaded."""
    pattern = r"create function ledger\.(\w+)\((.*?)(?:as \$\$(.*?)\$\$|\n(return .*?);)"
    return {
        name: ShippedFunction(
            body if body else _bare(expression), "security definer" in head, "set search_path" in head
        )
        for name, head, body, expression in re.findall(pattern, _shipped_sql(), flags=re.DOTALL)
    }


def _bare(expression: str) -> str:
    # PostgreSQL prints an expression with brackets of its own.
    return re.sub(r"[\s()]", "", expression).lower()


# -- what is there ----------------------------------------------------------------------------------------------


def _tables(connection: Connection) -> Iterator[SealFinding]:
    there = {row.relname: row for row in connection.execute(_TABLES)}
    for name in sorted(shipped_tables()):
        row = there.get(name)
        if row is None:
            yield _found("table.missing", table=name)
        elif row.relrowsecurity or row.rules:
            yield _found("table.rewritten", table=name, row_security=row.relrowsecurity, rules=row.rules)
        elif row.relpersistence != "p":
            yield _found("table.not_durable", table=name)
    owners = {row.owner for row in there.values() if row.relname in shipped_tables()}
    if len(owners) > 1:
        yield _found("owner.differs", owners=sorted(owners))


def _triggers(connection: Connection) -> Iterator[SealFinding]:
    there = {(row.relname, row.tgname): row for row in connection.execute(_TRIGGERS)}
    for (table, name), (function, kind) in sorted(shipped_triggers().items()):
        row = there.pop((table, name), None)
        if row is None:
            yield _found("trigger.missing", table=table, trigger=name)
        elif row.tgenabled != "A":
            yield _found("trigger.disabled", table=table, trigger=name, enabled=row.tgenabled)
        elif (row.function, row.tgtype, row.has_condition) != (f"ledger.{function}", kind, False):
            yield _found("trigger.changed", table=table, trigger=name)
    for table, name in sorted(there):
        yield _found("trigger.unknown", table=table, trigger=name)


def _functions(connection: Connection) -> Iterator[SealFinding]:
    missing = dict(shipped_functions())
    for row in connection.execute(_FUNCTIONS):
        shipped = missing.pop(row.proname, None)
        if shipped is None:
            yield _found("function.unknown", function=row.proname, arguments=row.arguments)
            continue
        body = _bare(row.expression) if row.expression else row.prosrc
        if body != shipped.body:
            yield _found(
                "function.changed",
                function=row.proname,
                found_sha256=_sha256(body),
                shipped_sha256=_sha256(shipped.body),
            )
        path = ["search_path=pg_catalog, pg_temp"] if shipped.sets_path else []
        if (row.prosecdef, list(row.proconfig or [])) != (shipped.is_definer, path) or row.owner != row.schema_owner:
            yield _found("function.attributes_changed", function=row.proname, owner=row.owner)
        if row.for_all:
            yield _found("grant.too_much", role="public", function=row.proname, right="EXECUTE")
    for name in sorted(missing):
        yield _found("function.missing", function=name)


def _constraints(connection: Connection) -> Iterator[SealFinding]:
    there = {(row.conname, row.relname): row for row in connection.execute(_CONSTRAINTS)}
    for name, table, definition in CONSTRAINTS:
        row = there.get((name, table))
        if row is None:
            yield _found("constraint.missing", table=table, constraint=name)
        elif row.definition != definition or not row.convalidated:
            yield _found("constraint.changed", table=table, constraint=name, definition=row.definition)
    indexes = {row.relname: row for row in connection.execute(_INDEXES)}
    for name, definition in UNIQUE_INDEXES:
        row = indexes.get(name)
        if row is None or row.definition != definition or not row.indisvalid:
            yield _found("index.changed" if row else "index.missing", index=name)


def _rights(connection: Connection) -> Iterator[SealFinding]:
    tables = sorted(shipped_tables())
    # The application is whoever may post; there is one.
    posters = list(connection.execute(_POSTERS).scalars())
    if len(posters) > 1:
        yield _found("grant.too_much", role=", ".join(posters), function="post", right="EXECUTE")
    for row in connection.execute(_RIGHTS, {"tables": tables, "rights": list(CHANGING)}):
        if (row.relname, row.privilege) != _ALLOWED or row.rolname not in posters:
            yield _found("grant.too_much", role=row.rolname, table=row.relname, right=row.privilege)
    for row in connection.execute(_MEMBERS):
        yield _found("grant.member_of_owner", role=row.rolname, owner=row.owner)
    for name in connection.execute(_STRONG_POSTERS).scalars():
        yield _found("grant.too_strong", role=name)


def _sha256(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


_SCHEMA = "(select oid from pg_namespace where nspname = 'ledger')"
_TABLES = text(
    "select c.relname, c.relrowsecurity, c.relpersistence, pg_get_userbyid(c.relowner) as owner,"
    " (select count(*) from pg_rewrite w where w.ev_class = c.oid) as rules"
    f" from pg_class c where c.relnamespace = {_SCHEMA} and c.relkind in ('r', 'p')"
)
_TRIGGERS = text(
    "select c.relname, t.tgname, t.tgtype, t.tgenabled::text as tgenabled, t.tgqual is not null as has_condition,"
    " n.nspname || '.' || p.proname as function"
    " from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid"
    " join pg_namespace n on n.oid = p.pronamespace"
    f" where c.relnamespace = {_SCHEMA} and not t.tgisinternal"
)
_FUNCTIONS = text(
    "select p.proname, p.prosrc, p.prosecdef, p.proconfig, pg_get_function_sqlbody(p.oid) as expression,"
    " pg_get_function_identity_arguments(p.oid) as arguments, p.proowner::regrole::text as owner,"
    " (select nspowner::regrole::text from pg_namespace where oid = p.pronamespace) as schema_owner,"
    " exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0) as for_all"
    f" from pg_proc p where p.pronamespace = {_SCHEMA} order by p.proname, p.oid"
)
_CONSTRAINTS = text(
    "select c.conname, r.relname, c.convalidated, pg_get_constraintdef(c.oid) as definition"
    f" from pg_constraint c join pg_class r on r.oid = c.conrelid where c.connamespace = {_SCHEMA}"
)
_INDEXES = text(
    "select c.relname, i.indisvalid, pg_get_indexdef(c.oid) as definition"
    f" from pg_index i join pg_class c on c.oid = i.indexrelid where c.relnamespace = {_SCHEMA}"
)
# Whatever way a right came: granted to the role, to everybody, on a column, or through another role.
_RIGHTS = text(
    "select r.rolname, c.relname, p.privilege from pg_class c cross join pg_roles r"
    " cross join unnest(cast(:rights as text[])) as p(privilege)"
    f" where c.relnamespace = {_SCHEMA} and c.relname = any(:tables) and c.relkind in ('r', 'p')"
    " and not r.rolsuper and r.rolname !~ '^pg_' and not pg_has_role(r.oid, c.relowner, 'MEMBER')"
    " and (has_table_privilege(r.oid, c.oid, p.privilege)"
    "      or p.privilege in ('INSERT', 'UPDATE') and has_any_column_privilege(r.oid, c.oid, p.privilege))"
    " order by r.rolname, c.relname, p.privilege"
)
_MAY_POST = (
    "(select r.* from pg_proc p cross join lateral aclexplode(p.proacl) a join pg_roles r on r.oid = a.grantee"
    f" where p.pronamespace = {_SCHEMA} and p.proname = 'post' and a.grantee <> p.proowner)"
)
_POSTERS = text(f"select distinct rolname from {_MAY_POST} w order by 1")
_STRONG_POSTERS = text(
    f"select distinct rolname from {_MAY_POST} w where rolsuper or rolbypassrls or rolcreaterole order by 1"
)
# Migrations act as the owner; whoever administers the server may have made the owner.
_MEMBERS = text(
    "select r.rolname, o.rolname as owner from pg_namespace n join pg_roles o on o.oid = n.nspowner"
    " join pg_roles r on r.oid <> o.oid and pg_has_role(r.oid, o.oid, 'MEMBER')"
    " where n.nspname = 'ledger' and not r.rolsuper and not r.rolcreaterole"
    " and r.rolname <> regexp_replace(o.rolname, '_owner$', '_migrate') order by 1"
)
