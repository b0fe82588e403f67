"""What a region calls the accounts of the books: codes and names from a table with dates, else those of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import g, has_request_context
from sqlalchemy import ForeignKey, Identity, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from ledger.chart_of_accounts import CHART_BY_ACCOUNT, Account
from mall.database import Base, session
from mall.regions.region import chain


class ChartMapping(Base):
    """One account of one region from a day on; a row is only ever added, so that old statements keep their names."""

    __tablename__ = "chart_mapping"
    __table_args__ = (UniqueConstraint("region_code", "account", "valid_from"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    #: the ledger's own name of the account, such as "expense"
    account: Mapped[str]
    valid_from: Mapped[date]
    official_code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    legal_source: Mapped[str]
    is_confirmed: Mapped[bool]


@dataclass(frozen=True, slots=True)
class AccountTitle:
    """What an account is called in some books."""

    official_code: str
    name_zh: str
    name_en: str


def account_title(account: Account, *, region_code: int | None, on: date) -> AccountTitle:
    """The title in the books of a region on a day: the county's, else the city's, else the province's, else ours."""
    name = account.name.lower()
    for division in chain(region_code) if region_code is not None else ():
        rows = [row for row in _rows() if row.account == name and row.region_code == division and row.valid_from <= on]
        if rows:
            found = max(rows, key=lambda row: row.valid_from)
            return AccountTitle(found.official_code, found.name, found.name_en)
    line = CHART_BY_ACCOUNT[account]
    return AccountTitle(line.official_code, line.name_zh, line.name_en)


def _rows() -> list[ChartMapping]:
    """The whole table, which is small, read once a request."""
    if not has_request_context():
        return _read()
    if "chart_mapping" not in g:
        g.chart_mapping = _read()
    return g.chart_mapping


def _read() -> list[ChartMapping]:
    return list(session().scalars(select(ChartMapping)))
