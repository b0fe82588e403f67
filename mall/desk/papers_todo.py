"""Year-end worksheets and manual journals that wait for this person."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.database import session
from mall.finance.journal import Journal, journals_visible_to
from mall.people.organisation import organisation_names
from mall.year_end import visible_worksheets
from mall.year_end.worksheet import YearEndWorksheet
from mall.year_end.worksheet_actions import possible
from mall.year_end.worksheet_states import OPEN_STATES

#: the action by which a worksheet waits in each state
WAITS_FOR = {"draft": "submit", "submitted": "sign", "signed": "approve"}


@dataclass(frozen=True)
class PaperTodo:
    """One paper that waits: what is to be done, what it is and where."""

    deed: str
    title: str
    number: str
    unit_name: str
    amount_fen: int
    address: str


def papers_todo_for(actor: Actor, *, limit: int = 50) -> list[PaperTodo]:
    """The oldest first; nothing for those who only read."""
    if not any(may(actor, permission) for permission in ("year_end.draw_up", "year_end.sign", "year_end.decide")):
        return []
    query = visible_worksheets.visible_to(actor, select(YearEndWorksheet))
    query = query.where(YearEndWorksheet.state.in_(OPEN_STATES)).order_by(YearEndWorksheet.id).limit(limit * 3)
    worksheets = [one for one in session().scalars(query) if WAITS_FOR.get(one.state) in possible(one, actor)]
    query = journals_visible_to(actor, select(Journal)).where(Journal.state == "submitted").order_by(Journal.id)
    journals = [one for one in session().scalars(query.limit(limit)) if may(actor, "journal.approve", one)]
    names = organisation_names({one.unit_id for one in (*worksheets, *journals)})
    return [
        *(_of_worksheet(one, unit_name=names.get(one.unit_id, "")) for one in worksheets),
        *(_of_journal(one, unit_name=names.get(one.unit_id, "")) for one in journals),
    ][:limit]


def _of_worksheet(one: YearEndWorksheet, *, unit_name: str) -> PaperTodo:
    deed = {"draft": _("看处理办法，提交"), "submitted": _("签署"), "signed": _("批准")}[one.state]
    title = _("%(year)s 年年末清理表", year=one.year)
    return PaperTodo(deed, title, one.number, unit_name, one.carry_fen, url_for("year_end.show", number=one.number))


def _of_journal(one: Journal, *, unit_name: str) -> PaperTodo:
    address = url_for("journals.show", number=one.number)
    return PaperTodo(_("审核"), _("手工凭证"), one.number, unit_name, one.amount_fen, address)
