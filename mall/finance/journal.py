"""Manual journals: the only postings that people draw up by hand, and what they may do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.access.actor import UNIT_ROLES, Actor
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.finance.journal_states import JOURNAL_STATES
from mall.regions.region import code_bounds

KINDS = ("reclassify", "reversal")
#: cost accounts by the names the ledger has for them: what a journal may take from, and what it may give to
TAKEN_FROM = ("expense", "inventory", "accepted_assets")
GIVEN_TO = ("expense", "inventory")


class Journal(Base):
    """One journal about the costs of one document on one budget line. `reverses_id`: the journal it undoes.

    `debit` and `credit` are names of accounts; what an asset card stands for is not moved by hand.
    """

    __tablename__ = "journal"
    __table_args__ = (
        CheckConstraint(JOURNAL_STATES.check_sql(), name="state"),
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        CheckConstraint("reason <> ''", name="grounds"),
        CheckConstraint("(kind = 'reversal') = (reverses_id is not null)", name="reversal"),
        CheckConstraint("approver_id <> maker_id", name="four_eyes"),
        CheckConstraint("state <> 'approved' or approver_id is not null", name="approved_by_somebody"),
        Index("ix_journal_unit", "unit_id", "id"),
        Index("ix_journal_region", "region_code", "year", "id"),
        # Once: a journal is undone by one other, and not while another one asks for it.
        Index(
            "uq_journal_reverses",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id is not null and state in ('submitted', 'approved')"),
        ),
        Index("ix_journal_reverses", "reverses_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str]
    region_code: Mapped[int]
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    budget_line_id: Mapped[int]
    document: Mapped[str]
    debit: Mapped[str]
    credit: Mapped[str]
    amount_fen: Mapped[int]
    reason: Mapped[str]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("journal.id"))
    maker_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"journal:{self.number}"

    @property
    def states(self) -> StateTable:
        return JOURNAL_STATES

    @property
    def maker_ids(self) -> list[int]:
        """Who had a hand in it: the permission table keeps them from approving."""
        return [self.maker_id]

    @property
    def order_number(self) -> str:
        return self.document.removeprefix("order:")


def journals_visible_to(actor: Actor, query):
    """Narrow a query over Journal: a unit's own, and for finance those of its regions."""
    if actor.is_system:
        return query
    condition = Journal.unit_id.in_(actor.organisations_as(*UNIT_ROLES))
    for region_code in {*actor.regions_as("regulator"), *actor.regions_as("budget")}:
        condition = condition | Journal.region_code.between(*code_bounds(region_code))
    return query.where(condition)


def visible_journal(actor: Actor, number: str, *, lock: bool = False) -> Journal:
    """One journal. Foreign and missing look the same: Refusal("journal.unknown")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("journal.unknown", number=number[:60].replace("\x00", ""))
    query = journals_visible_to(actor, select(Journal).where(Journal.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise Refusal("journal.unknown", number=number)
    return found


def reversal_of(journal: Journal) -> Journal | None:
    """The journal that undoes this one, or asks to."""
    query = select(Journal).where(Journal.reverses_id == journal.id, Journal.state.in_(("submitted", "approved")))
    return session().scalar(query)
