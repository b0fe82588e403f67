"""Synonyms that the purchasing centre adds to the table of the house; they count from the next question on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Identity, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from mall.database import Base, Instant, session
from mall.search.engine import SearchEngine
from mall.search.synonyms import SynonymRow

DIRECTIONS = ("both", "first")


class SearchSynonym(Base):
    """Words that mean the same ("both"), or of which the first finds the others too ("first")."""

    __tablename__ = "search_synonym"
    __table_args__ = (
        CheckConstraint("direction in ('both', 'first')", name="direction"),
        CheckConstraint("cardinality(words) >= 2", name="words"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by_id is null)", name="withdrawal"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    direction: Mapped[str]
    words: Mapped[list[str]] = mapped_column(ARRAY(Text))
    note: Mapped[str] = mapped_column(server_default="")
    entered_by_id: Mapped[int]
    entered_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_by_id: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"search_synonym:{self.id}"


class SynonymNews:
    """Tells one engine of the synonyms in force, when anything was added or taken back since it was told last."""

    def __init__(self) -> None:
        self._told = (0, 0)

    def tell(self, engine: SearchEngine) -> None:
        """Cheap enough to be called before every question. Raises EngineUnavailable; it is told the next time then."""
        now = _counts()
        if now != self._told:
            engine.use_synonyms(operator_synonyms())
            self._told = now


def _counts() -> tuple[int, int]:
    """(entered, withdrawn): what changes with every entry and every withdrawal."""
    counted = select(func.count(SearchSynonym.id), func.count(SearchSynonym.withdrawn_at))
    entered, withdrawn = session().execute(counted).one()
    return entered, withdrawn


def operator_synonyms() -> tuple[SynonymRow, ...]:
    """Those in force, oldest first."""
    query = select(SearchSynonym.direction, SearchSynonym.words).where(SearchSynonym.withdrawn_at.is_(None))
    return tuple((direction, tuple(words)) for direction, words in session().execute(query.order_by(SearchSynonym.id)))
