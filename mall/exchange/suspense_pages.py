"""Pages of what waits in suspense: the list with its sum, and one item with its probable cause and the ways out."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.database import session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.exchange.decide_suspense import DECISIONS_FOR, NOTE_MAX, act_on_suspense, candidates, possible
from mall.exchange.suspense_item import SuspenseItem
from mall.exchange.suspense_states import SUSPENSE_STATES
from mall.exchange.visible_suspense import visible_item, visible_to
from mall.finance.payment_request import PaymentRequest
from mall.finance.treasury_batch import TreasuryFile
from mall.people.user import person_names
from mall.web.words import status_of, words_for

pages = Blueprint("suspense", __name__, url_prefix="/treasury/suspense")

PAGE_SIZE = 50
STATES = tuple(state for state in SUSPENSE_STATES.states if state != "new")
FIELDS = ("decision", "payment", "note", "reason")


@dataclass(frozen=True)
class SuspensePage:
    """One page of the list, and the sums over all that is not settled."""

    items: list[SuspenseItem]
    total: int
    page: int
    pages: int
    waiting: int
    suspended_fen: int


@pages.get("")
@needs("suspense.read")
def index() -> str:
    """What waits, the most urgent first; with `state` only those."""
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    page = min(max(request.args.get("page", 1, type=int), 1), 1_000_000)
    found = _page_of(current_actor(), state=state, page=page)
    return render_template("exchange/suspense.html", found=found, state=state, states=STATES)


@pages.get("/<number>")
@needs("suspense.read")
def show(number: str) -> str:
    """One item."""
    return _page(number, done=request.args.get("done", ""))


@pages.post("/<number>/<action>")
@needs("suspense.handle")
def act(number: str, action: str) -> AnyResponse:
    """Take one step; refused, the page comes again with the words and what was typed."""
    actor = current_actor()
    body = {name: request.form.get(name, "").strip() for name in FIELDS if name in request.form}
    # A number that was typed counts before one that was chosen from the list.
    body["payment"] = request.form.get("payment_typed", "").strip() or body.get("payment", "")
    try:
        act_on_suspense(
            actor=actor, number=number, action=action, body=body, request_key=request.form.get("request_key") or None
        )
    except Refusal as refusal:
        if refusal.code in ("suspense.unknown", "suspense.unknown_action", "access.denied"):
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action=f"suspense.{action}", refusal=refusal, subject=f"suspense:{number}")
        return make_response(_page(number, refused=action, refusal=refusal), status_of(refusal))
    return redirect(url_for("suspense.show", number=number, done=action))


def _page_of(actor: Actor, *, state: str, page: int) -> SuspensePage:
    query = visible_to(actor, select(SuspenseItem))
    open_query = query.where(SuspenseItem.state != "settled").subquery()
    waiting, suspended_fen = session().execute(
        select(func.count(), func.coalesce(func.sum(open_query.c.suspended_fen), 0)).select_from(open_query)
    ).one()  # fmt: skip
    query = query.where(SuspenseItem.state == state) if state else query
    total = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(SuspenseItem.state == "settled", SuspenseItem.due_at, SuspenseItem.id.desc())
    items = list(session().scalars(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)))
    return SuspensePage(items, total, page, max(1, -(-total // PAGE_SIZE)), waiting, int(suspended_fen))


def _page(number: str, *, done: str = "", refused: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    item = visible_item(actor, number)
    payment = session().get(PaymentRequest, item.payment_id) if item.payment_id is not None else None
    actions = possible(item, actor)
    return render_template(
        "exchange/suspense_item.html",
        item=item,
        payment=payment,
        file=session().get(TreasuryFile, item.file_id),
        actions=actions,
        decisions=DECISIONS_FOR[item.cause],
        candidates=candidates(item) if "propose" in actions else [],
        history=history_of(item.reference),
        people=person_names({*item.maker_ids, *([item.decider_id] if item.decider_id else [])}),
        done=_done_words(done),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        typed=request.form,
        note_max=NOTE_MAX,
    )


def _done_words(action: str) -> str:
    words = {
        "propose": _("已提交复核，请另一位预算岗处理。"),
        "approve": _("已复核，款项已从待查转出并入账。"),
        "return": _("已退回，请重新提出处理意见。"),
        "wait": _("已设为等待；后续回单到达时自动核对。"),
        "clarify": _("已记为向国库查询。"),
    }
    return words.get(action, "")
