"""Books of their own for the tests of seals: committed, because only what is committed settles."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from ledger_scenes import NOON, REGION, YEAR, new_line
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from ledger import fiscal_year, movements, schema
from ledger.posting import post
from ledger.seal import Seal, seal_next
from ledger.seal_schema import install_sealing
from ledger.verify_seals import Verified, verify

PLACE = {"region_code": REGION, "year": YEAR}
PATIENCE_SECONDS = 80


@contextmanager
def books_apart(server: str, *, name: str) -> Iterator[tuple]:
    """A database with an installed ledger, (owner's engine, application's role); dropped at the end."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    administrator = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    role = f"{name}_app"
    with administrator.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
        connection.execute(text(f'create role "{role}"'))
    owner = create_engine(url.set(database=name), poolclass=NullPool)
    try:
        with owner.begin() as connection:
            schema.install(connection, app_role=role)
            install_sealing(connection, app_role=role)
            fiscal_year.open_year(connection, **PLACE, opened_at=NOON, actor="财政局")
        yield owner, role
    finally:
        owner.dispose()
        with administrator.connect() as connection:
            connection.execute(text(f'drop database "{name}" with (force)'))
            connection.execute(text(f'drop role "{role}"'))


def order(connection: Connection, line_id: int, number: int, *, amount_fen: int = 10) -> int:
    """One small reservation; returns its txn id."""
    document = f"order:{number}"
    return post(
        connection,
        **PLACE,
        source_type="order",
        source_id=str(number),
        event="submit",
        effective_on=NOON.date(),
        posted_at=NOON + timedelta(minutes=number),
        actor="经办人",
        memo="办公用品",
        entries=movements.reserve({line_id: amount_fen}, document=document),
    ).txn_id


def line_with_orders(owner, *, orders: int, first: int = 1) -> list[int]:
    """A line with money and so many orders, each committed by itself; returns all txn ids, appropriation first."""
    with owner.begin() as connection:
        line_id = new_line(connection, amount_fen=1_000_000)
        ids = [connection.execute(text("select max(id) from ledger.txn")).scalar_one()]
    for number in range(first, first + orders):
        with owner.begin() as connection:
            ids.append(order(connection, line_id, number))
    return ids


def wait_until_settled(owner, *, txns: int) -> None:
    """Strangers' transactions on the same server may keep the last ones from settling for a while."""
    gives_up_at = time.monotonic() + PATIENCE_SECONDS
    ready = text(f"select cardinality(ledger.txns_to_seal({REGION}, {YEAR}, {int(txns)}))")
    while time.monotonic() < gives_up_at:
        with owner.connect() as connection:
            if connection.execute(ready).scalar_one() >= txns:
                return
        time.sleep(0.05)
    raise AssertionError(f"{txns} txns did not settle")


def seal_all(owner, role: str | None = None, *, txns: int, most_txns: int = 4, algorithm: str = "sha256") -> list[Seal]:
    """Seal until so many txns in all are sealed; waits for strangers' transactions on the same server to end."""
    made: list[Seal] = []
    gives_up_at = time.monotonic() + PATIENCE_SECONDS
    sealed = -1
    while sealed < txns:
        assert time.monotonic() < gives_up_at, f"only {sealed} of {txns} txns settled"
        seal = seal_once(owner, role, most_txns=most_txns, algorithm=algorithm)
        if seal is None:
            time.sleep(0.05)
        else:
            made.append(seal)
        sealed = sealed_count(owner)
    return made


def seal_once(owner, role: str | None = None, *, most_txns: int = 4, algorithm: str = "sha256", at: datetime = NOON):
    """One seal in its own transaction, as the application when a role is given."""
    with owner.begin() as connection:
        if role:
            connection.execute(text(f'set local role "{role}"'))
        return seal_next(connection, **PLACE, sealed_at=at, most_txns=most_txns, algorithm=algorithm)


def sealed_count(owner) -> int:
    with owner.connect() as connection:
        return connection.execute(text("select count(*) from ledger.sealed_txn")).scalar_one()


def findings(connection: Connection, **options) -> list[tuple[str, dict]]:
    """What is found, as (kind, facts)."""
    return [(finding.kind, finding.facts) for finding in verify(connection, **options)]


def looked_at(connection: Connection) -> list[Verified]:
    """What was looked at, region by region; nothing may be found."""
    seen: list[Verified] = []
    assert list(verify(connection, on_books=seen.append)) == []
    return seen
