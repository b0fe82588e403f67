"""The page of a person's notices."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mall.access.guards import current_actor, needs
from mall.assets.remind_of_cards import CHECK_PREFIX
from mall.documents.numbers import PREFIXES
from mall.notices.notice import Notice, notices_for
from mall.notices.notice_words import NOTICE_WORDS, sentence
from mall.notices.read_notices import mark_read
from mall.plans.plan_words import plan_kind_name
from mall.web.amounts import yuan
from mall.web.names import budget_kind_name, change_kind_name, reject_reason_name

pages = Blueprint("notices", __name__)

SHOWN = 200
#: goods have no numbers: a notice names one of them, or all of a supplier in one state
_GOODS = ("listing:", "listings:")


@pages.get("/notices")
@needs("notice.read")
def index() -> str:
    """The newest notices, unread ones marked; `?unread=1` shows only those."""
    actor = current_actor()
    found = notices_for(actor.user_id or 0, limit=SHOWN)
    only_unread = request.args.get("unread") == "1"
    shown = [notice for notice in found if notice.read_at is None] if only_unread else found
    return render_template(
        "notices/index.html",
        notices=[_as_shown(notice) for notice in shown],
        unread=sum(notice.read_at is None for notice in found),
        only_unread=only_unread,
        limit=SHOWN,
    )


@pages.post("/notices/read")
@needs("notice.read")
def mark_as_read() -> Response:
    """Mark one (`notice_id`) or all as read; with `go=1` on to the document itself."""
    notice_id = request.form.get("notice_id", type=int)
    mark_read(actor=current_actor(), notice_id=notice_id)
    number = request.form.get("order", "")
    if request.form.get("go") == "1" and number:
        return redirect(_address(number))
    return redirect(url_for("notices.index"))


def _as_shown(notice: Notice) -> dict[str, object]:
    facts = {"amount_fen": 0, **notice.facts}
    facts |= {
        name.removesuffix("_fen"): yuan(int(str(value))) for name, value in facts.items() if name.endswith("_fen")
    }
    if "notes" in facts:
        why = [*(reject_reason_name(code) for code in facts.get("reasons", ())), *facts["notes"]]
        facts["reason"] = _("；").join(why)
    if "kind" in facts:
        facts["change_kind"] = change_kind_name(str(facts["kind"]))
    if "document_kind" in facts:
        facts["document_kind"] = budget_kind_name(str(facts["document_kind"]))
    if "plan_kind" in facts:
        facts["plan_kind"] = plan_kind_name(str(facts["plan_kind"]))
    return {
        "notice": notice,
        "words": sentence(notice.code, facts=facts, language=str(get_locale())),
        "is_task": NOTICE_WORDS[notice.code].is_task,
        "order": _place(notice.document),
        "address": _address(_place(notice.document)),
    }


def _place(document: str) -> str:
    """What leads to a document: its number, which says by its prefix of which kind it is, or for goods the whole."""
    return document if document.startswith(_GOODS) else document.partition(":")[2]


def _address(number: str) -> str:
    """The page of the document with this number; the prefix says of which kind it is."""
    if number.startswith(_GOODS):
        kind, _colon, key = number.partition(":")
        if kind == "listing" and key.isascii() and key.isdigit():
            return url_for("listing_life.show", listing_id=int(key))
        return url_for("supplier_listings.index", state=key or None)
    pages_of = {
        "budget_document": "budget_documents.show", "payment_finding": "payment_watch.finding",
        "year_end": "year_end.show", "journal": "journals.show", "measure": "measures.show",
        "watch_case": "watch_cases.show", "watch_hold": "watch_holds.show", "rule_change": "rule_changes.show",
    }  # fmt: skip
    for kind, endpoint in pages_of.items():
        if number.startswith(f"{PREFIXES[kind]}-"):
            return url_for(endpoint, number=number)
    if number.startswith(f"{PREFIXES['payment_load']}-"):
        return url_for("payment_watch.index", state="open")
    if number.startswith(f"{CHECK_PREFIX}-"):
        return url_for("asset_checks.index", unit=number.partition("-")[2])
    if number.startswith(f"{PREFIXES['fund_use_plan']}-"):
        return url_for("fund_use_plans.show", number=number)
    return url_for("orders.show", number=number)
