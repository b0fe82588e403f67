"""Cases: what regulators follow up, made of findings about the same matter; and what its parties said to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from supervision.cases.watch_case_states import WATCH_CASE_STATES
from supervision.finding import REVIEW_CODES, Finding

LEVELS = ("province", "city", "county")
#: who is asked: the unit, the supplier, or both
ASKED = ("unit", "supplier", "both")
STATEMENT_KINDS = ("explanation", "rectification", "appeal")
PARTIES = ("unit", "supplier")


class WatchCase(Base):
    """One case. It lies at the desk of `desk_region_code`: its own region, or the one above that took it over.

    `category_code` is a class (seven letters). `amount_fen`: the money at stake, `priority` in millionths, both as
    last reckoned. `asked_parties`: who was asked and so may see it and answer. `question`, `grounds` and `due_at` are
    of the last question, or of the rectification asked for; `overdue_at`: when that term passed without an answer.
    """

    __tablename__ = "watch_case"
    __table_args__ = (
        CheckConstraint(WATCH_CASE_STATES.check_sql(), name="state"),
        CheckConstraint(f"level in {LEVELS}", name="level"),
        CheckConstraint(f"asked_parties in {('', *ASKED)}", name="asked_parties"),
        CheckConstraint(f"awaited_parties in {('', *ASKED)}", name="awaited_parties"),
        CheckConstraint(f"review_code in {('', *REVIEW_CODES)}", name="review_code"),
        CheckConstraint("unit_id is not null or supplier_id is not null", name="party"),
        CheckConstraint("until_day >= from_day", name="days"),
        CheckConstraint("state = 'found' or assigned_to_id is not null", name="assigned"),
        CheckConstraint("state not in ('confirmed', 'dismissed') or decided_by_id is not null", name="decided"),
        CheckConstraint("appeal_decided_by_id is null or appeal_decided_by_id <> decided_by_id", name="two_people"),
        Index("ix_watch_case_desk", "desk_region_code", "state", "priority"),
        Index("ix_watch_case_region", "region_code", "id"),
        Index("ix_watch_case_unit", "unit_id", "id"),
        Index("ix_watch_case_supplier", "supplier_id", "id"),
        Index("ix_watch_case_waiting", "due_at", postgresql_where=text("state in ('asked', 'rectifying')")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    level: Mapped[str]
    desk_region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"))
    category_code: Mapped[str] = mapped_column(server_default="")
    from_day: Mapped[date]
    until_day: Mapped[date]
    amount_fen: Mapped[int]
    severity: Mapped[int]
    priority: Mapped[int]
    found_at: Mapped[datetime] = mapped_column(Instant)
    #: when somebody first took it up: that day counts against the alert budget of its week
    taken_up_at: Mapped[datetime | None] = mapped_column(Instant)
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    asked_parties: Mapped[str] = mapped_column(server_default="")
    #: which of them still owe an answer to the last question
    awaited_parties: Mapped[str] = mapped_column(server_default="")
    question: Mapped[str] = mapped_column(server_default="")
    grounds: Mapped[str] = mapped_column(server_default="")
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    overdue_at: Mapped[datetime | None] = mapped_column(Instant)
    review_code: Mapped[str] = mapped_column(server_default="")
    decision_note: Mapped[str] = mapped_column(server_default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    #: the last day on which the party may appeal, and who decided the appeal
    appeal_until: Mapped[date | None]
    appealed_at: Mapped[datetime | None] = mapped_column(Instant)
    appeal_decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"watch_case:{self.number}"

    @property
    def states(self) -> StateTable:
        return WATCH_CASE_STATES

    @property
    def asked(self) -> tuple[str, ...]:
        """Which parties were asked: only they see the case, and only against them it counts."""
        return parties_in(self.asked_parties)

    @property
    def awaited(self) -> tuple[str, ...]:
        """Which parties still owe an answer."""
        return parties_in(self.awaited_parties)


def parties_in(words: str) -> tuple[str, ...]:
    """The parties that "unit", "supplier", "both" or "" names."""
    return PARTIES if words == "both" else (words,) if words else ()


def in_words(parties: Iterable[str]) -> str:
    """The other way round."""
    named = set(parties)
    return "both" if len(named) == len(PARTIES) else next(iter(named), "")


class CaseStatement(Base):
    """What a party said: an explanation, what it put right, or an appeal; append-only."""

    __tablename__ = "case_statement"
    __table_args__ = (
        CheckConstraint(f"kind in {STATEMENT_KINDS}", name="kind"),
        CheckConstraint(f"party in {PARTIES}", name="party"),
        Index("ix_case_statement_case", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("watch_case.id"))
    kind: Mapped[str]
    party: Mapped[str]
    words: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class CaseAttachment(Base):
    """One file of one statement; append-only. The bytes lie in the data folder under their hash."""

    __tablename__ = "case_attachment"
    __table_args__ = (
        CheckConstraint("size_bytes > 0", name="size"),
        UniqueConstraint("statement_id", "sha256"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("case_statement.id"))
    sha256: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]


def findings_of(case: WatchCase) -> list[Finding]:
    """The findings of the case: those that opened it first, the gravest of them at the beginning."""
    query = select(Finding).where(Finding.case_id == case.id)
    found = list(session().scalars(query.order_by(Finding.severity.desc(), Finding.amount_fen.desc(), Finding.id)))
    return sorted(found, key=lambda finding: finding.standing not in OPENING)


#: standings whose findings open cases; weaker ones only support a case that is open already
OPENING = ("case", "hold", "block")
SUPPORTING = ("inform", "warn")


def statements_of(case: WatchCase) -> list[CaseStatement]:
    """What its parties said, oldest first."""
    query = select(CaseStatement).where(CaseStatement.case_id == case.id)
    return list(session().scalars(query.order_by(CaseStatement.id)))


def attachments_of(statement_ids: list[int]) -> dict[int, list[CaseAttachment]]:
    """{statement: its files, in the order in which they were attached}."""
    found: dict[int, list[CaseAttachment]] = {statement_id: [] for statement_id in statement_ids}
    query = select(CaseAttachment).where(CaseAttachment.statement_id.in_(statement_ids))
    for file in session().scalars(query.order_by(CaseAttachment.id)):
        found[file.statement_id].append(file)
    return found
