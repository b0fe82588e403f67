"""State tables that a lawyer can read: action, from, to, who may, what is booked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mall.access.permission_table import PERMISSIONS
from mall.errors import Refusal

#: books(document, facts) -> postings to make; empty when the step moves no money
Books = Callable[[Any, dict[str, Any]], list[Any]]


@dataclass(frozen=True)
class Step:
    """One line of a state table."""

    action: str
    before: str
    after: str
    permission: str
    books: Books | None = None


class StateTable:
    """All steps of one kind of document. Built wrong, it does not import.

    `entrances` are states in which a document may begin besides the first one. Raises ValueError for two steps
    with the same (action, state), for a state that cannot be reached from where documents begin, and for a
    permission that is not in the permission table.
    """

    def __init__(self, *, document: str, first: str, steps: Iterable[Step], entrances: tuple[str, ...] = ()) -> None:
        self.document = document
        self.first = first
        self.entrances = entrances
        self.steps = tuple(steps)
        self._by_key: dict[tuple[str, str], Step] = {}
        for step in self.steps:
            key = (step.action, step.before)
            if key in self._by_key:
                raise ValueError(f"{document}: two steps for {key}")
            if step.permission not in PERMISSIONS:
                raise ValueError(f"{document}: unknown permission {step.permission}")
            self._by_key[key] = step
        unreachable = set(self.states) - self._reachable()
        if unreachable:
            raise ValueError(f"{document}: states {sorted(unreachable)} cannot be reached")
        _tables[document] = self

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order of the table."""
        seen = [self.first, *self.entrances]
        for step in self.steps:
            for state in (step.before, step.after):
                if state not in seen:
                    seen.append(state)
        return tuple(seen)

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step.action for step in self.steps))

    def step(self, action: str, state: str) -> Step:
        """The step for this action in this state. Raises Refusal("state.not_possible")."""
        found = self._by_key.get((action, state))
        if found is None:
            raise Refusal("state.not_possible", action=action, state=state, kind=self.document)
        return found

    def steps_from(self, state: str) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.before == state)

    def check_sql(self) -> str:
        """The CHECK that the database keeps on the state column."""
        return "state in (" + ", ".join(f"'{state}'" for state in self.states) + ")"

    def _reachable(self) -> set[str]:
        reached = {self.first, *self.entrances}
        grew = True
        while grew:
            more = {step.after for step in self.steps if step.before in reached} - reached
            reached |= more
            grew = bool(more)
        return reached


_tables: dict[str, StateTable] = {}


def state_tables() -> dict[str, StateTable]:
    """Every state table that has been imported, by kind of document."""
    return dict(_tables)
