"""The review desk: what waits, beside the market and the other offers, judged one by one or many at once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.reject_reasons import REJECT_REASONS
from mall.errors import Refusal
from mall.listing_review.give_verdicts import give_verdicts, seat_of
from mall.listing_review.review_queue import KINDS, review_queue
from mall.shop.base_price import base_price_hundredths, yuan_text
from mall.web.names import reject_reason_name, seat_name
from mall.web.words import status_of, words_for

pages = Blueprint("review", __name__)


@pages.get("/review")
@needs("listing.review")
def index() -> str:
    """What waits for this reviewer; what the other one said is nowhere on it."""
    return _page()


@pages.post("/review/verdicts")
@needs("listing.review")
def judge() -> Response | tuple[str, int]:
    """One verdict for everything that was ticked."""
    verdict = request.form.get("verdict", "")
    try:
        counts = give_verdicts(
            actor=current_actor(),
            documents=tuple(dict.fromkeys(request.form.getlist("document"))),
            verdict=verdict,
            # Reasons may be ticked when somebody then decides to pass.
            reasons=tuple(request.form.getlist("reason")) if verdict == "reject" else (),
            note=request.form.get("note", "").strip(),
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        if not refusal.recorded:
            record_refusal(actor=current_actor(), action="listing.verdict", refusal=refusal)
        return _page(refusal=refusal), status_of(refusal)
    flash(
        _("已给出 %(given)s 条意见：%(approved)s 条两人均已通过并生效，%(rejected)s 条不通过，其余等另一位审核。")
        % counts,
        "success",
    )
    if counts["skipped"]:
        flash(_("%(count)s 条已不在待审之列，未重复审核。", count=counts["skipped"]), "warning")
    return redirect(url_for("review.index", **{name: value for name, value in _filters().items() if value}))


def _filters() -> dict[str, str]:
    kind = request.values.get("kind", "")
    return {
        "kind": kind if kind in KINDS else KINDS[0],
        "text": request.values.get("text", "").strip()[:100],
        "page": request.values.get("page", "").strip()[:6],
    }


def _page(*, refusal: Refusal | None = None) -> str:
    filters = _filters()
    actor = current_actor()
    page = int(filters["page"]) if filters["page"].isdecimal() else 1
    return render_template(
        "listing_review/index.html",
        queue=review_queue(actor, kind=filters["kind"], text=filters["text"], page=page),
        filters=filters,
        kinds=KINDS,
        seat=seat_name(seat_of(actor) or ""),
        ticked=set(request.form.getlist("document")),
        given=set(request.form.getlist("reason")),
        note=request.form.get("note", ""),
        reasons=[(code, reject_reason_name(code)) for code in REJECT_REASONS],
        refusal=words_for(refusal) if refusal is not None else None,
        base_price=lambda price_fen, pack_size: yuan_text(base_price_hundredths(price_fen, pack_size)),
    )
