"""The page of one hold: what is to be held and why, and the two people it takes."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.database import session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.people.user import person_names
from mall.web.words import status_of, words_for
from supervision.cases import case_words
from supervision.cases.hold_steps import perform, possible
from supervision.cases.visible_cases import visible_cases, visible_hold
from supervision.cases.watch_case import WatchCase

pages = Blueprint("watch_holds", __name__, url_prefix="/watch/holds")


@pages.get("/<number>")
@needs("watch_hold.read")
def show(number: str) -> str:
    """One hold with its reason, its people and its history."""
    return _page(number, done=request.args.get("done", ""))


@pages.post("/<number>/<action>")
@needs("watch_hold.read")
def act(number: str, action: str) -> AnyResponse:
    """Approve, reject, withdraw, or lift; refused, the page comes again with the words and what was typed."""
    actor = current_actor()
    body = {name: request.form[name] for name in ("reason",) if name in request.form}
    try:
        perform(action, actor=actor, number=number, body=body, request_key=request.form.get("request_key") or None)
    except Refusal as refusal:
        if refusal.code in ("hold.unknown", "hold.unknown_action"):
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action=f"watch_hold.{action}", refusal=refusal, subject=f"watch_hold:{number}")
        return make_response(_page(number, refused=action, refusal=refusal), status_of(refusal))
    return redirect(url_for("watch_holds.show", number=number, done=action))


def _page(number: str, *, done: str = "", refused: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    hold = visible_hold(actor, number)
    people = {hold.proposer_id, hold.approver_id, hold.lift_proposer_id, hold.lift_approver_id} - {None}
    seen = visible_cases(actor, select(WatchCase)).with_only_columns(WatchCase.id).where(WatchCase.id == hold.case_id)
    return render_template(
        "watch_cases/hold.html",
        hold=hold,
        sees_case=session().scalar(seen) is not None,
        people=person_names({one for one in people if one is not None}),
        history=history_of(hold.reference),
        actions=possible(hold, actor),
        its_words=case_words,
        failure=words_for(Refusal(hold.failure)) if hold.failure else None,
        done=case_words.HOLD_DONE_WORDS.get(done, ""),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        typed=dict(request.form) if refused else {},
    )
