"""Year-end worksheets: the numbered paper that says of every open commitment of a unit's year what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.finance.budget_line_carry import BudgetLineCarry
from mall.year_end.worksheet_states import WORKSHEET_STATES

TREATMENTS = ("carry", "lapse", "pay")
#: where money or goods of a line may stand open; "planned" is plan money, which goes the way of its budget
STANDINGS = (
    "reserved",
    "committed",
    "accrued",
    "in_payment",
    "accepted_assets",
    "refunds_due",
    "available",
    "frozen",
    "planned",
)


class YearEndWorksheet(Base):
    """One worksheet of one unit and year; a later one for the same year takes up what came back after the first.

    `maker_ids`: everybody who drew it up, changed it or handed it in; none of them signs or approves it. `edition`
    counts its versions; `rows` are those of the present one.
    """

    __tablename__ = "year_end_worksheet"
    # `rows` is no column.
    __allow_unmapped__ = True
    __table_args__ = (
        CheckConstraint(WORKSHEET_STATES.check_sql(), name="state"),
        CheckConstraint("maker_id = any (maker_ids)", name="maker"),
        CheckConstraint("not signer_id = any (maker_ids)", name="maker_never_signs"),
        CheckConstraint("not decider_id = any (maker_ids) and decider_id <> signer_id", name="maker_never_decides"),
        CheckConstraint(
            "state not in ('signed', 'approved', 'executed') or signer_id is not null", name="signed_by_somebody"
        ),
        CheckConstraint("state not in ('approved', 'executed') or decider_id is not null", name="approved_by_somebody"),
        Index("ix_year_end_worksheet_region", "region_code", "year", "id"),
        Index("ix_year_end_worksheet_unit", "unit_id", "year"),
        # Only one is open at a time: no commitment stands on two papers.
        Index(
            "uq_year_end_worksheet_open",
            "unit_id",
            "year",
            unique=True,
            postgresql_where=text("state not in ('executed', 'withdrawn')"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    region_code: Mapped[int]
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    edition: Mapped[int]
    note: Mapped[str] = mapped_column(server_default="")
    #: sums of the present edition
    carry_fen: Mapped[int]
    lapse_fen: Mapped[int]
    pay_fen: Mapped[int]
    maker_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    maker_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    executed_at: Mapped[datetime | None] = mapped_column(Instant)

    #: of the present edition; filled by `load_rows`
    rows: tuple[YearEndRow, ...]

    @property
    def reference(self) -> str:
        return f"year_end:{self.number}"

    @property
    def states(self) -> StateTable:
        return WORKSHEET_STATES

    def joined_by(self, user_id: int | None) -> None:
        """Whoever has a hand in a worksheet neither signs nor approves it any more."""
        if user_id is not None and user_id not in self.maker_ids:
            self.maker_ids = [*self.maker_ids, user_id]


class YearEndRow(Base):
    """One open commitment in one edition; append-only.

    `document` is the order's reference, "" for money of the line itself. `costs` says for an open refund claim which
    cost accounts it took from: {account name: fen}.
    """

    __tablename__ = "year_end_row"
    __table_args__ = (
        UniqueConstraint("worksheet_id", "edition", "row_no"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint(f"standing in {STANDINGS}", name="standing"),
        CheckConstraint(f"treatment in {TREATMENTS}", name="treatment"),
        Index("ix_year_end_row_document", "document", postgresql_where=text("document <> ''")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    worksheet_id: Mapped[int] = mapped_column(ForeignKey("year_end_worksheet.id"))
    edition: Mapped[int]
    row_no: Mapped[int]
    budget_line_id: Mapped[int]
    standing: Mapped[str]
    document: Mapped[str] = mapped_column(server_default="")
    amount_fen: Mapped[int]
    treatment: Mapped[str]
    costs: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")

    @property
    def key(self) -> tuple[int, str, str]:
        """What it is about, in whatever edition: (budget line, standing, document)."""
        return self.budget_line_id, self.standing, self.document

    @property
    def is_order(self) -> bool:
        """Whether it is money of an order that has not been paid."""
        return self.standing in ("reserved", "committed", "accrued", "in_payment")

    @property
    def order_number(self) -> str:
        return self.document.removeprefix("order:")


def load_rows(worksheets: Iterable[YearEndWorksheet]) -> None:
    """Fill `rows` of these worksheets with their present edition, in one query."""
    by_id = {worksheet.id: worksheet for worksheet in worksheets}
    found: dict[int, list[YearEndRow]] = {worksheet_id: [] for worksheet_id in by_id}
    query = select(YearEndRow).where(YearEndRow.worksheet_id.in_(by_id))
    for row in session().scalars(query.order_by(YearEndRow.worksheet_id, YearEndRow.row_no)):
        if row.edition == by_id[row.worksheet_id].edition:
            found[row.worksheet_id].append(row)
    for worksheet_id, rows in found.items():
        by_id[worksheet_id].rows = tuple(rows)


def lines_over_years(line_ids: Iterable[int]) -> set[int]:
    """The lines with those that they continue and those that continue them, over all years."""
    known: set[int] = set()
    asked = set(line_ids)
    while asked - known:
        known |= asked
        pairs = select(BudgetLineCarry.from_line_id, BudgetLineCarry.to_line_id).where(
            or_(BudgetLineCarry.from_line_id.in_(known), BudgetLineCarry.to_line_id.in_(known))
        )
        asked = {line_id for pair in session().execute(pairs) for line_id in pair}
    return known
