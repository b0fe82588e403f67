"""A transfer that opens a line: money of an existing budget line becomes a new procurement line of the same unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.budget_lines import BudgetLine, find_line, find_line_by_code
from mall import clock
from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.numbers import next_number
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument, BudgetDocumentLine, load_lines
from mall.finance.draw_up_budget_document import grounds_of, side_of, unit_for


@dataclass(frozen=True)
class NewLine:
    """What the new line is called and may buy; everything else it has from the line that gives the money."""

    name: str
    category_scope: tuple[str, ...]
    #: stands in its code between that of the giving line and a running number
    code_part: str


@atomic
def draw_up_opening_transfer(
    *,
    actor: Actor,
    unit_id: int,
    from_line_id: int,
    amount_fen: int,
    new_line: NewLine,
    reason: str,
    basis: str,
) -> BudgetDocument:
    """A draft; its approval creates the line and moves the money. Raises Refusal "budget.unknown_unit",
    "budget.unknown_line", "budget.year_closed", "budget.bad_amount"."""
    unit = unit_for(actor, unit_id)
    source = find_line(session(), from_line_id)
    if source is None or source.unit_id != unit.id:
        raise Refusal("budget.unknown_line", budget_line_id=from_line_id)
    if source.year < clock.today().year:
        raise Refusal("budget.year_closed", year=source.year)
    if amount_fen <= 0:
        raise Refusal("budget.bad_amount", budget_line=source.name, amount_fen=amount_fen)
    reason, basis = grounds_of(reason=reason, basis=basis)
    document = BudgetDocument(
        number=next_number("budget_document", region_code=unit.region_code, year=source.year),
        kind="transfer",
        state="draft",
        region_code=unit.region_code,
        year=source.year,
        unit_id=unit.id,
        unit_ids=[unit.id],
        side=side_of(actor, unit),
        reason=reason,
        basis=basis,
        edition=1,
        amount_fen=amount_fen,
        maker_id=actor.user_id or 0,
        maker_ids=[actor.user_id or 0],
        created_at=clock.now(),
    )
    session().add(document)
    session().flush()
    facts = _facts(source, new_line)
    session().add_all(
        BudgetDocumentLine(
            document_id=document.id,
            edition=1,
            line_no=line_no,
            unit_id=unit.id,
            budget_line_id=budget_line_id,
            new_line=described,
            amount_fen=signed_fen,
        )
        for line_no, budget_line_id, described, signed_fen in (
            (1, source.id, None, -amount_fen),
            (2, None, facts, amount_fen),
        )
    )
    session().flush()
    load_lines([document])
    told = {"kind": "transfer", "unit_id": unit.id, "from": source.code, "new_line": facts, "amount_fen": amount_fen}
    record(actor=actor, action="budget_document.draw_up", subject=document.reference, facts=told)
    return document


def _facts(source: BudgetLine, new_line: NewLine) -> dict[str, Any]:
    return {
        "code": _free_code(source, new_line.code_part),
        "name": new_line.name,
        "function_code": source.function_code,
        "function_name": source.function_name,
        "economic_code": source.economic_code,
        "economic_name": source.economic_name,
        "project": source.project,
        "fund_source": source.fund_source,
        "is_procurement": True,
        "category_scope": list(new_line.category_scope),
        "note": source.code,
    }


def _free_code(source: BudgetLine, code_part: str) -> str:
    number = 1
    while True:
        code = f"{source.code}-{code_part}{number}"
        if find_line_by_code(session(), region_code=source.region_code, year=source.year, code=code) is None:
            return code
        number += 1
