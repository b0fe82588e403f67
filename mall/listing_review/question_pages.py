"""The queue 待确认的同款: one question a card, answered by button or by keyboard."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.errors import Refusal
from mall.listing_review.answer_question import answer_question
from mall.listing_review.evidence_words import evidence_words
from mall.listing_review.question_queue import question_page
from mall.web.words import status_of, words_for

pages = Blueprint("match_questions", __name__)


@pages.get("/match-questions")
@needs("match.answer")
def index() -> str:
    """What the matcher could not decide."""
    return _page()


@pages.post("/match-questions/<int:question_id>")
@needs("match.answer")
def answer(question_id: int) -> Response | tuple[str, int]:
    """One answer; the next question takes the card's place."""
    given = request.form.get("answer", "")
    try:
        answer_question(
            actor=current_actor(),
            question_id=question_id,
            answer=given,
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        if not refusal.recorded:
            record_refusal(
                actor=current_actor(), action="match.answer", refusal=refusal, subject=f"match_question:{question_id}"
            )
        return _page(refusal=refusal), status_of(refusal)
    words = {
        "same": _("已确认同款，报价已归到同一商品。"),
        "different": _("已确认不是同款，不会再问。"),
        "later": _("已放到以后再说。"),
    }
    flash(words[given], "success")
    return redirect(url_for("match_questions.index", page=_page_number() if _page_number() > 1 else None))


def _page_number() -> int:
    typed = request.values.get("page", "").strip()[:6]
    return int(typed) if typed.isascii() and typed.isdigit() else 1


def _page(*, refusal: Refusal | None = None) -> str:
    return render_template(
        "listing_review/questions.html",
        queue=question_page(current_actor(), page=_page_number()),
        evidence_words=evidence_words,
        refusal=words_for(refusal) if refusal is not None else None,
    )
