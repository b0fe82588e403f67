"""Receiving a statement of the treasury or of the budget system: read whole, kept as it came, or refused and kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import select, text

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.place import Place
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.exchange.file_purpose import STATEMENT_PATH
from mall.exchange.receive_return import check_file, keep_refused, read_bounded, signature_beside
from mall.exchange.statement_file import Statement, StatementFile, read_statement
from mall.regions.region import Region


def receive_statement_file(*, actor: Actor, path: Path, data_dir: Path) -> StatementFile:
    """Take a statement in from a file; the treasury's is signed where it has a key. Raises as `take_statement`."""
    return receive_statement(
        actor=actor, file_name=path.name, content=read_bounded(path), signature=signature_beside(path),
        data_dir=data_dir, came_by="file",
    )  # fmt: skip


def receive_statement(
    *, actor: Actor, file_name: str, content: bytes, signature: str, data_dir: Path, came_by: str
) -> StatementFile:
    """Take a statement in, however it came. The budget system's is not signed: whoever brings it answers for it.

    Raises Refusal "treasury.bad_file", "exchange.unsigned_file", "exchange.bad_signature", "statement.unknown_region".
    """
    try:
        statement = read_statement(file_name, content)
        key_id = ""
        if statement.kind == "treasury":
            key_id = check_file(content, signature, data_dir=data_dir, path=STATEMENT_PATH, file_name=file_name)
        return keep_statement(
            actor=actor, file_name=file_name, content=content, statement=statement, came_by=came_by, key_id=key_id
        )
    except Refusal as refusal:
        if refusal.code.startswith(("treasury.", "exchange.")):
            keep_refused(actor=actor, file_name=file_name, content=content, signature=signature, refusal=refusal)
        raise


@atomic
def keep_statement(
    *, actor: Actor, file_name: str, content: bytes, statement: Statement, came_by: str, key_id: str
) -> StatementFile:
    """Keep a statement that was read and whose signature was looked at; the same bytes are kept once.

    Raises Refusal "statement.unknown_region", "access.denied" (a person who keeps no finances of the region).
    """
    if session().get(Region, statement.region_code) is None:
        raise Refusal("statement.unknown_region", region_code=statement.region_code)
    if came_by == "page":
        authorize(actor, "reconciliation.handle", Place(statement.region_code))
    session().execute(text("select pg_advisory_xact_lock(hashtext('statement_file'))"))
    sha256 = hashlib.sha256(content).hexdigest()
    known = session().scalar(select(StatementFile).where(StatementFile.sha256 == sha256))
    if known is not None:
        return known
    file = StatementFile(
        kind=statement.kind,
        region_code=statement.region_code,
        year=statement.year,
        number=statement.number,
        first_on=statement.first_on,
        last_on=statement.last_on,
        opening_fen=statement.opening_fen,
        closing_fen=statement.closing_fen,
        row_count=statement.row_count,
        file_name=file_name[:200],
        sha256=sha256,
        content=content.decode(),
        came_by=came_by,
        key_id=key_id,
        at=clock.now(),
    )
    session().add(file)
    session().flush()
    record(
        actor=actor,
        action="reconciliation.statement",
        subject=f"statement:{statement.region_code}:{statement.number}"[:200],
        facts={"kind": statement.kind, "sha256": sha256, "rows": statement.row_count},
    )
    return file
