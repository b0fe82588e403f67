"""Pages of public reports: the open form, following one by its code, and the desk of the region's regulators."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from mall.access.actor import VISITOR
from mall.access.guards import current_actor, everyone, needs
from mall.audit.record import record_refusal
from mall.database import session
from mall.documents.advance import possible_actions
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.people.user import person_names
from mall.printing.verification_code import parse_code
from mall.regions.region import regions_by_code
from mall.web.identify import visitor_address
from mall.web.words import status_of, words_for
from supervision.records import record_words
from supervision.records.file_public_report import (
    ABOUT_MOST,
    WORDS_LEAST,
    WORDS_MOST,
    Told,
    add_to_report,
    file_public_report,
    perform,
    require_turn,
    without_address,
)
from supervision.records.public_report import (
    SUBJECTS,
    PublicReport,
    report_with_code,
    visible_report,
    visible_reports,
    words_of,
)
from supervision.records.public_report_states import PUBLIC_REPORT_STATES

open_pages = Blueprint("public_reports", __name__, url_prefix="/report")
pages = Blueprint("report_desk", __name__, url_prefix="/watch/reports")

WHY = "anybody may report what is wrong, without an account and without being known"
ROWS_SHOWN = 50


@open_pages.get("")
@everyone(WHY)
def new() -> str:
    """The form."""
    return _form({})


@open_pages.post("")
@everyone(WHY)
def file() -> AnyResponse:
    """Keep the report and show its code, this once."""
    typed = {name: request.form.get(name, "") for name in ("region", "subject", "about", "words")}
    region = typed["region"]
    told = Told(
        region_code=int(region) if region.isascii() and region.isdigit() and len(region) == 6 else 0,
        subject=typed["subject"],
        about=typed["about"].replace("\x00", ""),
        words=typed["words"].replace("\x00", "").replace("\r\n", "\n"),
    )
    with without_address():
        try:
            require_turn("filed", address=visitor_address(), secret=_secret())
            key = request.form.get("request_key", "")
            code = file_public_report(told=told, secret=_secret(), request_key=key)
        except Refusal as refusal:
            return make_response(_form(typed, refusal=refusal), status_of(refusal))
    return make_response(render_template("watch_records/report_filed.html", code=code))


@open_pages.get("/follow")
@everyone(WHY)
def follow() -> str:
    """Where the code is typed in. It is sent in a form: addresses are kept in too many places."""
    return _follow_page()


@open_pages.post("/follow")
@everyone(WHY)
def show() -> AnyResponse:
    """The report of a code: its state, one's own words and the answers; with `words`, what is to be added to it."""
    code, words = request.form.get("code", ""), request.form.get("words", "").replace("\x00", "")
    with without_address():
        try:
            require_turn("code", address=visitor_address(), secret=_secret())
            if request.form.get("deed") == "add":
                add_to_report(code=code, words=words.replace("\r\n", "\n"))
                words = ""
            found = report_with_code(parse_code(code))
        except Refusal as refusal:
            if not refusal.recorded:
                record_refusal(actor=VISITOR, action="public_report.follow", refusal=refusal)
            return make_response(_follow_page(code=code, refusal=refusal, words=words), status_of(refusal))
        return make_response(_follow_page(code=parse_code(code), found=found))


@pages.get("")
@needs("public_report.handle")
def index() -> str:
    """The reports of the reader's regions: what waits first."""
    state = request.args.get("state", "")
    query = visible_reports(current_actor(), select(PublicReport))
    if state in PUBLIC_REPORT_STATES.states:
        query = query.where(PublicReport.state == state)
    total = session().scalar(query.with_only_columns(func.count())) or 0
    page_count = max(1, -(-total // ROWS_SHOWN))
    page = min(max(1, request.args.get("page", default=1, type=int)), page_count)
    waiting = PublicReport.state.in_(("filed", "handling"))
    ordered = query.order_by(waiting.desc(), PublicReport.changed_at.desc(), PublicReport.id.desc())
    return render_template(
        "watch_records/reports.html",
        found=list(session().scalars(ordered.limit(ROWS_SHOWN).offset((page - 1) * ROWS_SHOWN))),
        total=total,
        page=page,
        page_count=page_count,
        state=state,
        states=PUBLIC_REPORT_STATES.states,
        its_words=record_words,
    )


@pages.get("/<number>")
@needs("public_report.handle")
def report(number: str) -> str:
    """One report with all that was said."""
    return _report_page(number, done=request.args.get("done", ""))


@pages.post("/<number>/<action>")
@needs("public_report.handle")
def act(number: str, action: str) -> AnyResponse:
    """Take it up, link it to a case, answer or close it."""
    actor = current_actor()
    words, case_number = request.form.get("words", "").replace("\x00", ""), request.form.get("case_number", "")[:60]
    try:
        perform(
            action,
            actor=actor,
            number=number,
            words=words.replace("\r\n", "\n"),
            case_number=case_number,
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        if refusal.code in ("report.unknown", "report.unknown_action", "access.denied"):
            raise
        if not refusal.recorded:
            subject = f"public_report:{number}"
            record_refusal(actor=actor, action=f"public_report.{action}", refusal=refusal, subject=subject)
        page = _report_page(number, refusal=refusal, typed={"words": words, "case_number": case_number})
        return make_response(page, status_of(refusal))
    return redirect(url_for("report_desk.report", number=number, done=action))


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _form(typed: dict[str, str], *, refusal: Refusal | None = None) -> str:
    return render_template(
        "watch_records/report_form.html",
        typed=typed,
        regions=list(regions_by_code().values()),
        subjects=SUBJECTS,
        its_words=record_words,
        limits={"least": WORDS_LEAST, "most": WORDS_MOST, "about": ABOUT_MOST},
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _follow_page(
    *, code: str = "", found: PublicReport | None = None, refusal: Refusal | None = None, words: str = ""
) -> str:
    return render_template(
        "watch_records/report_follow.html",
        code=code,
        found=found,
        said=words_of(found.id) if found is not None else [],
        may_add=found is not None and found.state != "closed",
        typed=words,
        words_most=WORDS_MOST,
        its_words=record_words,
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _report_page(
    number: str, *, done: str = "", refusal: Refusal | None = None, typed: dict[str, str] | None = None
) -> str:
    actor = current_actor()
    found = visible_report(actor, number)
    said = words_of(found.id)
    return render_template(
        "watch_records/report.html",
        report=found,
        said=said,
        people=person_names({one.user_id for one in said if one.user_id is not None}),
        history=history_of(found.reference),
        actions=[action for action in possible_actions(found, actor) if action != "add"],
        typed=typed or {},
        words_most=WORDS_MOST,
        done=_done_words().get(done, ""),
        its_words=record_words,
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _done_words() -> dict[str, str]:
    return {
        "handle": _("已受理。"),
        "link": _("已并入监管线索。"),
        "answer": _("已答复，举报人凭查询码看得到。"),
        "close": _("已办结。"),
    }
