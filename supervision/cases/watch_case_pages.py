"""Pages of cases: a desk's queue and list, what is known about oneself, one case with everything on file, its files."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.listing import Listing
from mall.database import session
from mall.documents.history import DocumentStep, history_of
from mall.errors import Refusal
from mall.finance.budget_document_forms import seal_kept, unseal_kept
from mall.finance.keep_attachment import ATTACHMENT_BYTES_MAX, KeptFile, attachment_path, keep_attachment
from mall.ordering.order import Order
from mall.ordering.order_states import ENDED as ORDER_ENDED
from mall.ordering.visible_orders import visible_to
from mall.people.organisation import organisation_names
from mall.people.user import person_names
from mall.regions.regional_rule import rule
from mall.web.words import status_of, words_for
from supervision.cases import case_words
from supervision.cases.answer_case import TEXT_MAX
from supervision.cases.case_actions import ACTIONS, DISMISS_CODES, perform, possible
from supervision.cases.case_queue import CaseFilter, case_queue, cases_about, cases_in_hand, list_cases
from supervision.cases.case_todo import appeals_waiting, holds_waiting
from supervision.cases.evidence_view import rule_title, views_of
from supervision.cases.exemption import suggestions_for
from supervision.cases.handle_case import EXPLAIN_RULE, people_at_desk
from supervision.cases.hold_steps import HOLD_RULE, Subject, propose_hold
from supervision.cases.visible_cases import sides_of, visible_case, visible_statements
from supervision.cases.watch_case import WatchCase, attachments_of, findings_of
from supervision.cases.watch_case_states import MAY_HOLD, WATCH_CASE_STATES
from supervision.cases.watch_hold import KINDS, holds_of
from supervision.finding import Finding
from supervision.rule import Words
from supervision.rule_shelf import rules

pages = Blueprint("watch_cases", __name__, url_prefix="/watch")

_PURPOSE = "case"
_FIELDS = ("person_id", "note", "reason", "parties", "question", "grounds", "review_code", "words")
_CHOICES_MAX = 100


@pages.get("/cases")
@needs("watch.read")
def index() -> str:
    """A regulator's morning page: what waits for her, the queue of her desk, and all cases she may see."""
    actor = current_actor()
    wanted = CaseFilter(
        state=request.args.get("state", ""),
        region_code=request.args.get("desk", type=int),
        page=request.args.get("page", default=1, type=int),
    )
    queues, mine, found = case_queue(actor, clock.today()), cases_in_hand(actor), list_cases(actor, wanted)
    appeals, holds = appeals_waiting(actor), holds_waiting(actor)
    cases = [*mine, *found.cases, *appeals, *(case for queue in queues for case in queue.cases)]
    return render_template(
        "watch_cases/cases.html",
        wanted=wanted,
        found=found,
        queues=queues,
        mine=mine,
        appeals=appeals,
        holds=holds,
        states=WATCH_CASE_STATES.states,
        names=_parties(cases),
        suspicions=_suspicions(cases),
        its_words=case_words,
        view=request.args.get("view", ""),
    )


@pages.get("/our-cases")
@needs("watch_case.list_own")
def ours() -> str:
    """What regulators asked the reader's unit or firm about."""
    actor = current_actor()
    found = cases_about(actor)
    return render_template(
        "watch_cases/ours.html", cases=found, owed=[case for case in found if _is_owed(case, actor)],
        names=_parties(found), suspicions=_suspicions(found), its_words=case_words,
    )  # fmt: skip


@pages.get("/cases/<number>")
@needs("watch_case.read")
def show(number: str) -> str:
    """One case: facts, what is asked until when, what was said, what happened, and what the reader may do."""
    return _page(number, done=request.args.get("done", ""))


@pages.post("/cases/<number>/holds")
@needs("watch_hold.propose")
def propose(number: str) -> AnyResponse:
    """Propose a hold; refused, the page comes again with the words and everything typed."""
    actor = current_actor()
    try:
        propose_hold(
            actor=actor,
            number=number,
            subject=_subject(),
            reason=request.form.get("reason", ""),
            until=_day("until"),
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        return _refused(number, "propose_hold", refusal)
    return redirect(url_for("watch_cases.show", number=number, done="propose_hold"))


@pages.post("/cases/<number>/<action>")
@needs("watch_case.read")
def act(number: str, action: str) -> AnyResponse:
    """Carry out one action; refused, the page comes again with the words, everything typed and every file sent."""
    actor = current_actor()
    takes_files = action in ACTIONS and ACTIONS[action].takes_files
    files = unseal_kept(request.form.getlist("kept"), actor=actor, purpose=_PURPOSE) if takes_files else []
    body: dict[str, Any] = {name: request.form[name] for name in _FIELDS if name in request.form}
    try:
        if takes_files:
            visible_case(actor, number)
            files += _files_sent()
        if "person_id" in body:
            body["person_id"] = int(body["person_id"]) if body["person_id"].isdecimal() else None
        perform(
            action,
            actor=actor,
            number=number,
            body=body,
            attachments=files,
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        return _refused(number, action, refusal, files=files)
    return redirect(url_for("watch_cases.show", number=number, done=action))


@pages.get("/cases/<number>/attachments/<int:attachment_id>")
@needs("watch_case.read")
def attachment(number: str, attachment_id: int) -> AnyResponse:
    """A file that a party sent, to be kept and not shown: nobody here has looked into it."""
    actor = current_actor()
    said = visible_statements(actor, visible_case(actor, number))
    files = [file for several in attachments_of([one.id for one in said]).values() for file in several]
    file = next((one for one in files if one.id == attachment_id), None)
    path = attachment_path(file.sha256, data_dir=current_app.config["SUNMALL"].data_dir) if file is not None else None
    if file is None or path is None or not path.is_file():
        raise Refusal("attachment.gone")
    response = Response(path.read_bytes(), mimetype=file.media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.file_name)}"
    return response


def _refused(number: str, action: str, refusal: Refusal, *, files: list[KeptFile] | None = None) -> AnyResponse:
    if refusal.code in ("case.unknown", "case.unknown_action"):
        raise refusal
    if not refusal.recorded:
        record_refusal(
            actor=current_actor(), action=f"watch_case.{action}", refusal=refusal, subject=f"watch_case:{number}"
        )
    return make_response(_page(number, refused=action, refusal=refusal, files=files or []), status_of(refusal))


def _page(
    number: str,
    *,
    done: str = "",
    refused: str = "",
    refusal: Refusal | None = None,
    files: list[KeptFile] | None = None,
) -> str:
    actor = current_actor()
    case = visible_case(actor, number)
    regulates = may(actor, "watch.read", case)
    said = visible_statements(actor, case)
    steps = history_of(case.reference)
    people = {case.assigned_to_id, case.decided_by_id, case.appeal_decided_by_id, *(one.user_id for one in said)}
    works = may(actor, "watch_case.work", case) and case.state in MAY_HOLD
    errors = (refusal.facts.get("errors") or []) if refusal is not None else []
    return render_template(
        "watch_cases/case.html",
        case=case,
        regulates=regulates,
        sides=sides_of(actor, case),
        names=_parties([case]),
        findings=views_of(findings_of(case), actor=actor),
        said=said,
        attachments=attachments_of([one.id for one in said]),
        # Who works on it is the office's affair; a party deals with the office.
        people=person_names({one for one in people if one is not None}),
        story=_story(steps, case, actor=actor, regulates=regulates),
        actions=possible(case, actor),
        holds=[hold for hold in holds_of(case.id) if regulates or hold.in_force_at is not None],
        colleagues=people_at_desk(case.desk_region_code) if may(actor, "watch_case.assign", case) else [],
        may_hold=works,
        hold_kinds=KINDS,
        orders=_orders(actor, case) if works else [],
        listings=_listings(case) if works and "supplier" in case.asked else [],
        hold_days=rule(HOLD_RULE, region_code=case.region_code, on=clock.today()).value,
        explain_days=rule(EXPLAIN_RULE, region_code=case.region_code, on=clock.today()).value,
        dismiss_codes=DISMISS_CODES,
        suggestions=suggestions_for(case) if regulates else [],
        rule_title=rule_title,
        its_words=case_words,
        text_max=TEXT_MAX,
        done=case_words.DONE_WORDS.get(done, ""),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        faulty={error["field"]: error["message"] for error in errors},
        typed=dict(request.form) if refused else {},
        kept=list(zip(files or [], seal_kept(files or [], actor=actor, purpose=_PURPOSE), strict=True)),
    )


def _story(steps: list[DocumentStep], case: WatchCase, *, actor: Actor, regulates: bool) -> list[dict[str, Any]]:
    """The time line. What the other party said stays between it and the regulators, as does who works on the case."""
    sides = sides_of(actor, case)
    story = []
    for step in steps:
        if not regulates and step.action in ("assign", "take_over"):
            continue
        party = step.facts.get("party", "")
        is_foreign = bool(party) and not regulates and party not in sides
        note = "" if is_foreign else step.note
        if step.action == "ask" and not is_foreign:
            note = _("%(question)s（理由：%(grounds)s）", question=step.note, grounds=step.facts.get("grounds", ""))
        words = str(case_words.STEP_WORDS.get(step.action, step.action))
        if party:
            words = f"{case_words.PARTY_WORDS[party]}：{words}"
        if step.facts.get("review_code") and step.action != "confirm":
            words = f"{words} · {case_words.CODE_WORDS[step.facts['review_code']]}"
        who = step.actor_name if regulates or (party and not is_foreign) else ""
        story.append({"words": words, "at": step.at, "who": who, "note": note, "is_waiting": False})
    return story


def _parties(cases: list[WatchCase]) -> dict[int, str]:
    ids = {one for case in cases for one in (case.unit_id, case.supplier_id) if one is not None}
    return organisation_names(ids)


def _suspicions(cases: list[WatchCase]) -> dict[int, list[Words]]:
    """What each case is suspected of: the names of its rules, those with the most money first; trial runs left out."""
    query = (
        select(Finding.case_id, Finding.rule_id)
        .where(Finding.case_id.in_({case.id for case in cases}), Finding.standing != "shadow")
        .group_by(Finding.case_id, Finding.rule_id)
        .order_by(Finding.case_id, func.max(Finding.amount_fen).desc(), Finding.rule_id)
    )
    known, found = rules(), defaultdict[int, list[Words]](list)
    for case_id, rule_id in session().execute(query) if cases else ():
        if rule_id in known:
            found[case_id].append(known[rule_id].name)
    return found


def _is_owed(case: WatchCase, actor: Actor) -> bool:
    if case.state in ("asked", "unanswered"):
        return bool(set(sides_of(actor, case)) & set(case.awaited))
    return case.state == "rectifying"


def _orders(actor: Actor, case: WatchCase) -> list[str]:
    """Numbers of the parties' running orders, for the form of a hold."""
    query = visible_to(actor, select(Order)).with_only_columns(Order.number).where(Order.state.not_in(ORDER_ENDED))
    if case.unit_id is not None:
        query = query.where(Order.unit_id == case.unit_id)
    if case.supplier_id is not None:
        query = query.where(Order.supplier_id == case.supplier_id)
    return list(session().scalars(query.order_by(Order.id.desc()).limit(_CHOICES_MAX)))


def _listings(case: WatchCase) -> list[tuple[int, str]]:
    """(id, name) of the supplier's goods that can be held."""
    query = select(Listing.id, Listing.name).where(
        Listing.supplier_id == case.supplier_id, Listing.state.in_(("on_shelf", "off_shelf"))
    )
    return [(listing_id, name) for listing_id, name in session().execute(query.order_by(Listing.name).limit(500))]


def _subject() -> Subject:
    """What the form of a hold names. Raises Refusal("request.invalid")."""
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        raise _invalid("kind", _("请选择暂停什么。"))
    listing_id = request.form.get("listing_id", "")
    if kind == "listing" and not (listing_id.isdecimal() and len(listing_id) < 19):
        raise _invalid("listing_id", _("请选择商品。"))
    words = request.form.get("lines", "").replace("，", ",").replace("、", ",").split(",")
    lines = [one.strip() for one in words if one.strip()]
    if not all(one.isdecimal() and one.isascii() and len(one) < 5 for one in lines):
        raise _invalid("lines", _("行号请填写为 1 或 1,3。"))
    return Subject(
        kind=kind,
        order_number=request.form.get("order_number", "").strip()[:60].replace("\x00", ""),
        line_nos=tuple(int(one) for one in lines),
        listing_id=int(listing_id) if kind == "listing" else None,
    )


def _day(field: str) -> date:
    try:
        return date.fromisoformat(request.form.get(field, ""))
    except ValueError:
        raise _invalid(field, _("请填写截止日期，例如 2026-12-31。")) from None


def _invalid(field: str, message: str) -> Refusal:
    return Refusal("request.invalid", errors=[{"field": field, "message": message}])


def _files_sent() -> list[KeptFile]:
    kept = []
    for sent in request.files.getlist("attachments"):
        if sent.filename:
            content = sent.stream.read(ATTACHMENT_BYTES_MAX + 1)
            data_dir = current_app.config["SUNMALL"].data_dir
            kept.append(keep_attachment(content, file_name=sent.filename, data_dir=data_dir))
    return kept
