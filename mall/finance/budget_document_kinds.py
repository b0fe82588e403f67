"""The kinds of budget documents: who may draw them up, and what each does to the money of a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["unit", "finance"]


@dataclass(frozen=True)
class BudgetDocumentKind:
    """One kind. The three factors say what a line's amount does to its appropriation, free and frozen money."""

    name: str
    drawn_up_by: tuple[Side, ...]
    appropriation: int
    available: int
    frozen: int = 0
    #: amounts may be negative: money taken from the line
    is_signed: bool = False


KINDS: dict[str, BudgetDocumentKind] = {
    kind.name: kind
    for kind in (
        BudgetDocumentKind("appropriation", ("finance",), appropriation=1, available=1, is_signed=True),
        BudgetDocumentKind("supplement", ("unit", "finance"), appropriation=1, available=1),
        BudgetDocumentKind("reduction", ("unit", "finance"), appropriation=-1, available=-1),
        BudgetDocumentKind("transfer", ("unit", "finance"), appropriation=1, available=1, is_signed=True),
        BudgetDocumentKind("freeze", ("finance",), appropriation=0, available=-1, frozen=1),
        BudgetDocumentKind("thaw", ("finance",), appropriation=0, available=1, frozen=-1),
    )
}

#: what a form offers; a whole year's lines come as a workbook
DRAWN_UP_BY_HAND = tuple(name for name in KINDS if name != "appropriation")


def kinds_for(side: Side) -> tuple[str, ...]:
    """The kinds that this side may draw up by hand."""
    return tuple(name for name in DRAWN_UP_BY_HAND if side in KINDS[name].drawn_up_by)
