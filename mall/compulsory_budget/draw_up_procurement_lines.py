"""Drawing up the document that opens a procurement line: for a proposal, or with the money of an unmarked line.

A line never changes; so a line that should have been procurement gives its free money to a new one beside it. The
document is an appropriation like that of a workbook: its approval by another officer opens the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, find_line, find_line_by_code
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.audit.record import record
from mall.compulsory_budget.propose_lines import Proposal, propose_lines, scope_of
from mall.compulsory_budget.unflagged_lines import unflagged_line
from mall.database import atomic, session
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument, BudgetDocumentLine, budget_document_numbered, load_lines
from mall.finance.unit_budgets import UnitBudget
from mall.people.organisation import Organisation, organisation
from mall.reference.read_reference import economic_items, economic_scopes

FUND_SOURCE = "一般公共预算"
_CODES_TRIED = 50


@dataclass(frozen=True)
class _Row:
    """A line of the document to be."""

    amount_fen: int
    budget_line_id: int | None = None
    before_fen: int | None = None
    new_line: dict[str, Any] | None = None


@atomic
def draw_up_proposal(
    *, actor: Actor, unit_id: int, year: int, category_code: str, request_key: str | None = None
) -> BudgetDocument:
    """The draft that opens a line for a proposal's gap; one that is under way for it is answered instead.

    Raises Refusal "budget.unknown_unit" (foreign and missing look the same), "budget.year_closed", "proposal.unknown".
    """
    given = {"unit_id": unit_id, "year": year, "category_code": category_code}
    claimed = claim(actor=actor, action="proposal.draw_up", request_key=request_key, body=given)
    if claimed.replayed:
        return budget_document_numbered(claimed.answer["number"])
    unit = organisation(unit_id)
    if unit is None or unit.kind != "unit" or not may(actor, "proposal.settle", UnitBudget(unit.id, unit.region_code)):
        raise Refusal("budget.unknown_unit")
    if year < clock.today().year:
        raise Refusal("budget.year_closed", year=year)
    under_way = documents_for_proposals([unit_id], year=year).get((unit_id, scope_of(category_code)))
    if under_way is not None:
        settle(claimed, {"number": under_way.number})
        return under_way
    proposal = next((one for one in propose_lines([unit], year=year)[unit.id] if one.category_code == category_code),
                    None)  # fmt: skip
    if proposal is None or proposal.gap_fen == 0:
        raise Refusal("proposal.unknown")
    new_line = new_line_of(proposal, unit=unit)
    document = _draw_up(
        [_Row(proposal.gap_fen, new_line=new_line)],
        actor=actor,
        unit=unit,
        year=year,
        reason=f"应编尽编：{proposal.category_name}按往年采购测算编列",
    )
    settle(claimed, {"number": document.number})
    return document


@atomic
def move_to_procurement(*, actor: Actor, line_id: int, request_key: str | None = None) -> BudgetDocument:
    """The draft that moves an unmarked line's free money to a procurement line of the same classes.

    Raises Refusal "proposal.unknown_line", "proposal.not_due".
    """
    claimed = claim(actor=actor, action="proposal.move", request_key=request_key, body={"line_id": line_id})
    if claimed.replayed:
        return budget_document_numbered(claimed.answer["number"])
    found = unflagged_line(actor, find_line(session(), line_id))
    unit = organisation(found.line.unit_id)
    if unit is None or not found.can_be_moved or found.line.year < clock.today().year:
        raise Refusal("proposal.not_due", budget_line=found.line.name)
    amount_fen = found.balance.available_fen
    rows = [
        _Row(-amount_fen, budget_line_id=found.line.id, before_fen=found.balance.appropriation_fen),
        _Row(amount_fen, new_line=_beside(found.line, scope=_scope_of_item(found.line.economic_code))),
    ]
    reason = f"应编尽编：{found.line.name}属于采购目录，转列政府采购指标"
    document = _draw_up(rows, actor=actor, unit=unit, year=found.line.year, reason=reason)
    settle(claimed, {"number": document.number})
    return document


def documents_for_proposals(unit_ids: Sequence[int], *, year: int) -> dict[tuple[int, str], BudgetDocument]:
    """{(unit, scope): the document under way that opens a line of just this scope}."""
    query = (
        select(BudgetDocumentLine.unit_id, BudgetDocumentLine.new_line, BudgetDocument)
        .join(BudgetDocument, BudgetDocument.id == BudgetDocumentLine.document_id)
        .where(
            BudgetDocumentLine.unit_id.in_(unit_ids),
            BudgetDocumentLine.new_line.is_not(None),
            BudgetDocumentLine.edition == BudgetDocument.edition,
            BudgetDocument.year == year,
            BudgetDocument.state.in_(("draft", "submitted", "returned")),
        )
    )
    found = {}
    for unit_id, new_line, document in session().execute(query):
        if len(new_line.get("category_scope", ())) == 1:
            found[unit_id, new_line["category_scope"][0]] = document
    return found


def new_line_of(proposal: Proposal, *, unit: Organisation) -> dict[str, Any]:
    """The facts of the line that a proposal asks for, also for a workbook."""
    code = f"{unit.region_code}-{proposal.year}-{unit.id}-{proposal.scope}"
    economic_code = _item_of(proposal.category_code)
    names = {item.code: item.name for item in economic_items()}
    # The function class is the one of the unit's other lines: what the unit is for does not change with the goods.
    like = next(iter(proposal.lines), None)
    return {
        "code": _free_code(code, region_code=unit.region_code, year=proposal.year),
        "name": f"{proposal.category_name}（政府采购）",
        "function_code": like.function_code if like is not None else "",
        "function_name": like.function_name if like is not None else "",
        "economic_code": economic_code,
        "economic_name": names.get(economic_code, ""),
        "project": "",
        "fund_source": like.fund_source if like is not None else FUND_SOURCE,
        "is_procurement": True,
        "category_scope": [proposal.scope],
        "note": "应编尽编测算",
    }


def _beside(line: BudgetLine, *, scope: list[str]) -> dict[str, Any]:
    return {
        "code": _free_code(f"{line.code}-ZC", region_code=line.region_code, year=line.year),
        "name": f"{line.name}（政府采购）",
        "function_code": line.function_code,
        "function_name": line.function_name,
        "economic_code": line.economic_code,
        "economic_name": line.economic_name,
        "project": line.project,
        "fund_source": line.fund_source,
        "is_procurement": True,
        "category_scope": scope,
        "note": f"由 {line.code} 转列",
    }


def _draw_up(rows: Sequence[_Row], *, actor: Actor, unit: Organisation, year: int, reason: str) -> BudgetDocument:
    document = BudgetDocument(
        number=next_number("budget_document", region_code=unit.region_code, year=year),
        kind="appropriation",
        state="draft",
        region_code=unit.region_code,
        year=year,
        # As of a workbook: lines that do not stand in the books yet are not edited one by one.
        unit_id=None,
        unit_ids=[unit.id],
        side="finance",
        reason=reason,
        basis=f"应编尽编测算（{year} 年）",
        edition=1,
        amount_fen=sum(abs(row.amount_fen) for row in rows),
        maker_id=actor.user_id or 0,
        maker_ids=[actor.user_id or 0],
        created_at=clock.now(),
    )
    session().add(document)
    session().flush()
    session().add_all(
        BudgetDocumentLine(
            document_id=document.id,
            edition=1,
            line_no=line_no,
            unit_id=unit.id,
            budget_line_id=row.budget_line_id,
            new_line=row.new_line,
            amount_fen=row.amount_fen,
            before_fen=row.before_fen,
        )
        for line_no, row in enumerate(rows, start=1)
    )
    session().flush()
    load_lines([document])
    facts = {"unit_id": unit.id, "reason": reason, "lines": [row.new_line or row.budget_line_id for row in rows]}
    record(actor=actor, action="budget_document.draw_up", subject=document.reference, facts=facts)
    return document


def _scope_of_item(economic_code: str) -> list[str]:
    """The scope that the item's mapping names, prefix by prefix."""
    for length in range(len(economic_code), 2, -1):
        found = [one.category_code for one in economic_scopes() if one.economic_code == economic_code[:length]]
        if found:
            return sorted({scope_of(code) for code in found if code is not None})
    return []


def _item_of(category_code: str) -> str:
    """The economic item whose mapping names this category, or what lies above or below it, most surely."""
    scope = scope_of(category_code)
    known = {item.code for item in economic_items()}
    fitting = [
        (-one.confidence, one.economic_code)
        for one in economic_scopes()
        if one.category_code is not None
        and one.economic_code in known
        and (scope_of(one.category_code).startswith(scope) or scope.startswith(scope_of(one.category_code)))
    ]
    return min(fitting)[1] if fitting else "30299"


def _free_code(code: str, *, region_code: int, year: int) -> str:
    for number in range(1, _CODES_TRIED):
        tried = code if number == 1 else f"{code}{number}"
        if find_line_by_code(session(), region_code=region_code, year=year, code=tried) is None:
            return tried
    raise Refusal("proposal.not_due", budget_line=code)
