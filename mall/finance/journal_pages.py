"""Pages of manual journals: the list that regulators read, drawing one up from an order's costs, and deciding it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from ledger.budget_lines import find_line
from ledger.chart_of_accounts import Account
from mall import clock
from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.database import session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.finance.book_words import account_title_words
from mall.finance.draw_up_journal import ACTIONS, costs_of, draw_up_journal, draw_up_reversal, order_for, possible
from mall.finance.journal import GIVEN_TO, Journal, journals_visible_to, reversal_of, visible_journal
from mall.ordering.money_forms import fen_of
from mall.people.organisation import organisation_names
from mall.people.user import person_names
from mall.web.words import status_of, words_for

pages = Blueprint("journals", __name__, url_prefix="/books/journals")

PAGE_SIZE = 20


@pages.context_processor
def words_of_journals() -> dict[str, object]:
    """What templates of journals call things."""
    return {"kind_words": {"reclassify": _("改列科目"), "reversal": _("冲正")}, "account_words": _account_words}


@pages.get("")
@needs("journal.read")
def index() -> str:
    """The newest first; an office sees all of its regions."""
    query = journals_visible_to(current_actor(), select(Journal))
    total = session().scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    pages_count = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, request.args.get("page", default=1, type=int)), pages_count)
    found = list(session().scalars(query.order_by(Journal.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)))
    names = organisation_names({journal.unit_id for journal in found})
    return render_template(
        "finance/journals.html", journals=found, names=names, total=total, page=page, pages_count=pages_count
    )


@pages.get("/new")
@needs("journal.draw_up")
def new() -> str:
    """First which order, then which of its costs goes where."""
    return _form(request.args.get("order", "").strip())


@pages.post("")
@needs("journal.draw_up")
def create() -> AnyResponse:
    """Draw a journal up; refused, the form comes again with the words and everything that was typed."""
    actor, form = current_actor(), request.form
    try:
        line_id, _dot, credit = form.get("cost", "").partition(".")
        amount_fen = fen_of(form.get("amount", ""))
        if amount_fen is None or not line_id.isdigit() or len(line_id) > 18:
            errors = [{"field": "amount", "message": _("请选择要调出的科目，金额请填写为元，例如 1280.00。")}]
            raise Refusal("request.invalid", errors=errors)
        journal = draw_up_journal(
            actor=actor,
            order_number=form.get("order", ""),
            budget_line_id=int(line_id),
            debit=form.get("debit", ""),
            credit=credit,
            amount_fen=amount_fen,
            reason=form.get("reason", ""),
            request_key=form.get("request_key") or None,
        )
    except Refusal as refusal:
        _keep_refusal(refusal, actor=actor, action="draw_up", subject=f"order:{form.get('order', '')[:60]}")
        return make_response(_form(form.get("order", "").strip(), refusal=refusal), status_of(refusal))
    return redirect(url_for("journals.show", number=journal.number, done="draw_up"))


@pages.get("/<number>")
@needs("journal.read")
def show(number: str) -> str:
    """One journal with its accounts, reason and history."""
    return _page(number, done=request.args.get("done", ""))


@pages.post("/<number>/<action>")
@needs("journal.read")
def act(number: str, action: str) -> AnyResponse:
    """Decide it, take it back, or draw up its reversal; refused, the page comes again with what was typed."""
    actor, form = current_actor(), request.form
    key = form.get("request_key") or None
    text = {"note": form.get("note", "").strip()} if action != "return" else {"reason": form.get("reason", "").strip()}
    try:
        if action == "reverse":
            reason = form.get("reason", "").strip()
            number = draw_up_reversal(actor=actor, number=number, reason=reason, request_key=key).number
        elif action in ACTIONS:
            ACTIONS[action](actor=actor, number=number, request_key=key, **text)
        else:
            raise Refusal("journal.unknown_action", action=action[:60])
    except Refusal as refusal:
        if refusal.code in ("journal.unknown", "journal.unknown_action"):
            raise
        _keep_refusal(refusal, actor=actor, action=action, subject=f"journal:{number}")
        return make_response(_page(number, refused=action, refusal=refusal), status_of(refusal))
    return redirect(url_for("journals.show", number=number, done=action))


def _form(number: str, *, refusal: Refusal | None = None) -> str:
    actor = current_actor()
    order, costs = None, []
    if number:
        try:
            order = order_for(actor, number)
            costs = [cost for cost in costs_of(order) if cost.free_fen]
        except Refusal as found:
            refusal = refusal or found
    return render_template(
        "finance/journal_form.html",
        number=number,
        order=order,
        costs=costs,
        targets=GIVEN_TO,
        typed=request.form,
        refusal=words_for(refusal) if refusal is not None else None,
        faulty={error["field"]: error["message"] for error in _errors(refusal)},
    )


def _page(number: str, *, done: str = "", refused: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    journal = visible_journal(actor, number)
    original = session().get(Journal, journal.reverses_id) if journal.reverses_id else None
    people = {journal.maker_id, journal.approver_id} - {None}
    return render_template(
        "finance/journal.html",
        journal=journal,
        line=find_line(session(), journal.budget_line_id),
        unit=organisation_names({journal.unit_id}).get(journal.unit_id, ""),
        original=original,
        reversal=reversal_of(journal),
        history=history_of(journal.reference),
        people=person_names(people),  # type: ignore[arg-type]
        actions=possible(journal, actor),
        done=done if done in _done_words() else "",
        done_words=_done_words(),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        typed=dict(request.form) if refused else {},
    )


def _account_words(name: str, region_code: int) -> str:
    return account_title_words(Account[name.upper()], region_code=region_code, on=clock.today())


def _done_words() -> dict[str, str]:
    return {
        "draw_up": _("已填制，等本单位财务审核人审核。"),
        "reverse": _("冲正已填制，等本单位财务审核人审核。"),
        "approve": _("已审核，并以今天的日期记账。"),
        "return": _("已退回，没有记账。"),
        "withdraw": _("已撤回，没有记账。"),
    }


def _keep_refusal(refusal: Refusal, *, actor: Actor, action: str, subject: str) -> None:
    if not refusal.recorded:
        record_refusal(actor=actor, action=f"journal.{action}", refusal=refusal, subject=subject)


def _errors(refusal: Refusal | None) -> list[dict[str, Any]]:
    return list(refusal.facts.get("errors") or []) if refusal is not None else []
