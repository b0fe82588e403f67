"""What the ledger's tests have in common: one region and year, lines with money, and a short way to post."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from ledger import budget_lines
from ledger.posting import Entry, Posted, post

REGION, YEAR = 410100, 2026
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
ORDER = "order:DD-410100-2026-000001"


@dataclass(frozen=True)
class Books:
    """An installed ledger: `owner` is the superuser's engine, `app_role` what the application may become."""

    owner: Engine
    app_role: str

    @contextmanager
    def connection(self, *, as_application: bool) -> Iterator[Connection]:
        """A transaction that is rolled back at the end."""
        with self.owner.connect() as connection:
            if as_application:
                connection.execute(text(f'set local role "{self.app_role}"'))
            yield connection
            connection.rollback()


_numbers = count(1)


def in_march(by_line: Mapping[int, int]) -> dict[int, dict[int, int]]:
    """The amounts as plan money of the tests' month."""
    return {line_id: {DAY.month: amount_fen} for line_id, amount_fen in by_line.items()}


def new_line(
    session: Session | Connection, *, amount_fen: int = 0, unit_id: int = 7, is_planned: bool = False, year: int = YEAR
) -> int:
    """A budget line of its own, with money, and that money planned for March where it is to be paid out."""
    code = f"T{os.getpid()}-{next(_numbers)}"
    line_id = budget_lines.create_line(
        session, region_code=REGION, year=year, unit_id=unit_id, code=code, name="办公设备购置", created_at=NOON
    )
    if amount_fen:
        budget_lines.appropriate(
            session,
            line_id,
            amount_fen=amount_fen,
            source_type="budget_document",
            source_id=code,
            effective_on=DAY,
            posted_at=NOON,
            actor="预算处",
        )
    if amount_fen and is_planned:
        budget_lines.plan_line(
            session,
            line_id,
            months={DAY.month: amount_fen},
            source_type="fund_plan",
            source_id=code,
            effective_on=DAY,
            posted_at=NOON,
            actor="国库处",
        )
    return line_id


def write(
    session: Session | Connection,
    event: str,
    entries: list[Entry],
    *,
    source: str = ORDER,
    on: date | None = None,
    posted_at: datetime = NOON,
    year: int = YEAR,
    **more,
) -> Posted:
    """Post an event of the order in the tests' region and year, on the second of March."""
    source_type, _, source_id = source.partition(":")
    return post(
        session,
        region_code=REGION,
        year=year,
        source_type=source_type,
        source_id=source_id,
        event=event,
        effective_on=on or DAY.replace(year=year),
        posted_at=posted_at,
        actor="经办人",
        entries=entries,
        **more,
    )


def standing(session: Session | Connection, line_id: int) -> dict[str, int]:
    """Where the line's money stands, without the zeros."""
    balance = budget_lines.balances(session, [line_id])[line_id]
    names = (name for name in balance.__slots__ if name != "line_id")
    return {name.removesuffix("_fen"): getattr(balance, name) for name in names if getattr(balance, name)}
