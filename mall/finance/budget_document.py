"""Budget documents: the numbered papers that give a line money, take it back, move it or set it aside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.finance.budget_document_kinds import KINDS
from mall.finance.budget_document_states import BUDGET_DOCUMENT_STATES

_KINDS_SQL = ", ".join(f"'{kind}'" for kind in KINDS)


class BudgetDocument(Base):
    """One document of one region and year.

    `unit_ids`: the units whose lines it touches; `unit_id` the only one, None for a whole region's.
    `side`: who drew it up, "unit" or "finance". `maker_ids`: everybody who drew it up, changed or submitted it; none
    of them decides it. `edition` counts its versions; `lines` are those of the present one.
    """

    __tablename__ = "budget_document"
    # `lines` is no column.
    __allow_unmapped__ = True
    __table_args__ = (
        CheckConstraint(BUDGET_DOCUMENT_STATES.check_sql(), name="state"),
        CheckConstraint(f"kind in ({_KINDS_SQL})", name="kind"),
        CheckConstraint("side in ('unit', 'finance')", name="side"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("reason <> '' and basis <> ''", name="grounds"),
        CheckConstraint("cardinality(unit_ids) > 0 and maker_id = any (maker_ids)", name="parties"),
        CheckConstraint("not decider_id = any (maker_ids)", name="maker_never_decides"),
        CheckConstraint("state <> 'approved' or decider_id is not null", name="decided_by_somebody"),
        Index("ix_budget_document_region", "region_code", "year", "id"),
        Index("ix_budget_document_units", "unit_ids", postgresql_using="gin"),
        Index("ix_budget_document_waiting", "due_at", postgresql_where=text("state in ('submitted', 'returned')")),
        # The same workbook is the same document, however often it is sent.
        Index(
            "uq_budget_document_source",
            "region_code",
            "year",
            "source_sha256",
            unique=True,
            postgresql_where=text("source_sha256 is not null and state <> 'withdrawn'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str]
    region_code: Mapped[int]
    year: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    unit_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    side: Mapped[str]
    reason: Mapped[str]
    basis: Mapped[str]
    edition: Mapped[int]
    amount_fen: Mapped[int]
    maker_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    maker_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    source_sha256: Mapped[str | None]

    #: of the present edition; filled by `load_lines`
    lines: tuple[BudgetDocumentLine, ...]

    @property
    def reference(self) -> str:
        return f"budget_document:{self.number}"

    @property
    def states(self) -> StateTable:
        return BUDGET_DOCUMENT_STATES

    @property
    def opens_a_line(self) -> bool:
        """Whether the approval creates a budget line; what it is called is not edited on a page."""
        return any(line.budget_line_id is None for line in self.lines)

    def joined_by(self, user_id: int | None) -> None:
        """Whoever has a hand in a document does not decide it any more."""
        if user_id is not None and user_id not in self.maker_ids:
            self.maker_ids = [*self.maker_ids, user_id]


class BudgetDocumentLine(Base):
    """One line of one edition; append-only. `new_line` describes a budget line that the approval will create."""

    __tablename__ = "budget_document_line"
    __table_args__ = (
        UniqueConstraint("document_id", "edition", "line_no"),
        CheckConstraint("amount_fen <> 0", name="amount"),
        CheckConstraint("budget_line_id is not null or new_line is not null", name="names_a_line"),
        Index("ix_budget_document_line_budget_line", "budget_line_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("budget_document.id"))
    edition: Mapped[int]
    line_no: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    budget_line_id: Mapped[int | None]
    new_line: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    amount_fen: Mapped[int]
    #: of a workbook, which states what a line shall have: what it had when the difference was taken
    before_fen: Mapped[int | None]


def load_lines(documents: Iterable[BudgetDocument]) -> None:
    """Fill `lines` of these documents with their present edition, in one query."""
    by_id = {document.id: document for document in documents}
    found: dict[int, list[BudgetDocumentLine]] = {document_id: [] for document_id in by_id}
    query = select(BudgetDocumentLine).where(BudgetDocumentLine.document_id.in_(by_id))
    for line in session().scalars(query.order_by(BudgetDocumentLine.document_id, BudgetDocumentLine.line_no)):
        if line.edition == by_id[line.document_id].edition:
            found[line.document_id].append(line)
    for document_id, lines in found.items():
        by_id[document_id].lines = tuple(lines)


def budget_document_numbered(number: str) -> BudgetDocument:
    """The document with its lines, whoever asks. Raises Refusal("budget.unknown_document")."""
    document = session().scalar(select(BudgetDocument).where(BudgetDocument.number == number))
    if document is None:
        raise Refusal("budget.unknown_document", number=number)
    load_lines([document])
    return document


def documents_of_line(budget_line_id: int) -> list[BudgetDocument]:
    """Every document whose present edition touches the budget line, oldest first, with lines."""
    query = (
        select(BudgetDocument)
        .join(BudgetDocumentLine, BudgetDocumentLine.document_id == BudgetDocument.id)
        .where(
            BudgetDocumentLine.budget_line_id == budget_line_id,
            BudgetDocumentLine.edition == BudgetDocument.edition,
        )
    )
    documents = list(session().scalars(query.order_by(BudgetDocument.id)))
    load_lines(documents)
    return documents
