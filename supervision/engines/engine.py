"""What an engine does for a sweep, and what all engines share: expressions become SQL without any server at hand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from supervision.rule import HIT, OUTCOMES

if TYPE_CHECKING:
    import ibis.expr.types as ir

Row = dict[str, Any]


@dataclass(frozen=True)
class Swept:
    """What came of one sweep: how many subjects had each outcome, the hits, and what the hits rest on."""

    counts: Mapping[str, int]
    hits: Sequence[Row]
    documents: Sequence[Row] = ()


class Engine(ABC):
    """One place where the tables of `supervision.facts` can be asked.

    An engine is opened for one run and closed with it; it may be used by one thread.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self._compiled: dict[int, tuple[ir.Table, str]] = {}

    @abstractmethod
    def compile(self, expression: ir.Table) -> str:
        """The expression in this engine's language."""

    def sql(self, expression: ir.Table) -> str:
        """`compile`, once for each expression: that takes longer than many a small query."""
        known = self._compiled.get(id(expression))
        if known is None:
            # The expression is kept with its text, so that no other one can get its id.
            known = self._compiled[id(expression)] = (expression, self.compile(expression))
        return known[1]

    @abstractmethod
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""

    @abstractmethod
    def keep(self, name: str, expression: ir.Table) -> None:
        """Run the expression once and keep its rows as the table `name` until `forget`."""

    @abstractmethod
    def forget(self, name: str) -> None:
        """Drop what `keep` kept."""

    @abstractmethod
    def fill(self, table: str, rows: Sequence[Row]) -> None:
        """Make a table of `supervision.facts` of these whole rows; for golden cases."""

    @abstractmethod
    def close(self) -> None:
        """Give everything back."""

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def table(self, expression: ir.Table, *, order_by: Sequence[str]) -> list[Row]:
        """The rows of an expression as dictionaries, in a stable order."""
        names = list(expression.columns)
        return [dict(zip(names, row, strict=True)) for row in self.rows(self.sql(expression.order_by(list(order_by))))]

    def sweep(
        self, found: ir.Table, documents: ir.Table | None = None, *, outcomes: dict[str, str] | None = None
    ) -> Swept:
        """Run a rule's expression once; only the hits, and what they rest on, leave the engine.

        `outcomes` is filled with the outcome of every subject, for those who want to see all of them.
        Raises ValueError for an outcome that is none, and for two rows of one subject among `outcomes`.
        """
        names = list(found.columns)
        self.keep("swept", found)
        try:
            if outcomes is not None:
                self._tell_outcomes(outcomes)
            counted = dict(self.rows("select outcome, count(*) from swept group by outcome"))
            listed = ", ".join(names)
            hits = self.rows(f"select {listed} from swept where outcome = '{HIT}' order by subject")
            resting: list[Row] = []
            if documents is not None and hits:
                resting = self._documents(documents)
        finally:
            self.forget("swept")
        unknown = set(counted) - set(OUTCOMES)
        if unknown:
            raise ValueError(f"no outcomes: {sorted(unknown)}")
        counts = {outcome: int(counted.get(outcome, 0)) for outcome in OUTCOMES}
        return Swept(counts, [dict(zip(names, hit, strict=True)) for hit in hits], resting)

    def _tell_outcomes(self, outcomes: dict[str, str]) -> None:
        for subject, outcome in self.rows("select subject, outcome from swept order by subject"):
            if subject in outcomes:
                raise ValueError(f"two rows of {subject}")
            outcomes[subject] = outcome

    def _documents(self, documents: ir.Table) -> list[Row]:
        names = list(documents.columns)
        listed = ", ".join(f"resting.{name}" for name in names)
        query = (
            f"select {listed} from ({self.sql(documents)}) resting join swept on swept.subject = resting.subject"
            f" where swept.outcome = '{HIT}' order by resting.subject, resting.day, resting.document"
        )
        return [dict(zip(names, row, strict=True)) for row in self.rows(query)]
