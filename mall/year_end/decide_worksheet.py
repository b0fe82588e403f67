"""Signing a worksheet in the unit, approving it in the finance department, and sending it back."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.predicates import decides_budgets, in_buying_unit
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.ordering.order_action import require_reason
from mall.year_end.compare_books import differences
from mall.year_end.draw_up_worksheet import unsign
from mall.year_end.worksheet import YearEndWorksheet
from mall.year_end.worksheet_action import worksheet_action


@worksheet_action("sign")
def sign_worksheet(worksheet: YearEndWorksheet, *, actor: Actor, edition: int | None = None, note: str = "") -> None:
    """The unit's finance person stands for it. `edition` is the version that was read.

    Raises Refusal "worksheet.maker_signs", "worksheet.changed_meanwhile", "worksheet.books_changed".
    """
    worksheet.states.step("sign", worksheet.state)
    if in_buying_unit("finance")(actor, worksheet) and actor.user_id in worksheet.maker_ids:
        raise Refusal("worksheet.maker_signs", number=worksheet.number)
    authorize(actor, "year_end.sign", worksheet)
    _require_as_read(worksheet, edition)
    require_unchanged(worksheet)
    worksheet.signer_id = actor.user_id
    worksheet.signed_at = clock.now()
    advance(worksheet, "sign", actor, note=note.strip(), facts={"edition": worksheet.edition})


@worksheet_action("approve")
def approve_worksheet(worksheet: YearEndWorksheet, *, actor: Actor, edition: int | None = None, note: str = "") -> None:
    """The region's budget officer approves; nothing is posted before the execution.

    Raises Refusal "worksheet.maker_decides", "worksheet.changed_meanwhile", "worksheet.books_changed".
    """
    worksheet.states.step("approve", worksheet.state)
    if decides_budgets(actor, worksheet) and actor.user_id in (*worksheet.maker_ids, worksheet.signer_id):
        raise Refusal("worksheet.maker_decides", number=worksheet.number)
    authorize(actor, "year_end.decide", worksheet)
    _require_as_read(worksheet, edition)
    require_unchanged(worksheet)
    worksheet.decider_id = actor.user_id
    worksheet.decided_at = clock.now()
    advance(worksheet, "approve", actor, note=note.strip(), facts={"edition": worksheet.edition})


@worksheet_action("return")
def return_worksheet(worksheet: YearEndWorksheet, *, actor: Actor, reason: str) -> None:
    """Send it back to the accountant with a reason: the unit's finance person before she signs, the budget officer
    afterwards. Raises Refusal("order.reason_needed")."""
    step = worksheet.states.step("return", worksheet.state)
    authorize(actor, step.permission, worksheet)
    reason = require_reason(reason)
    unsign(worksheet)
    advance(worksheet, "return", actor, note=reason)


def require_unchanged(worksheet: YearEndWorksheet) -> None:
    """What the books say is what the worksheet says. Raises Refusal("worksheet.books_changed")."""
    changed = [one for one in differences(worksheet) if one.is_change]
    if changed:
        raise Refusal(
            "worksheet.books_changed",
            number=worksheet.number,
            count=len(changed),
            first=changed[0].order_number or str(changed[0].line_id),
            signed_fen=changed[0].signed_fen,
            now_fen=changed[0].now_fen,
        )


def _require_as_read(worksheet: YearEndWorksheet, edition: int | None) -> None:
    if edition not in (None, worksheet.edition):
        raise Refusal("worksheet.changed_meanwhile", number=worksheet.number)
