"""Pages of measures: the list, the form of a proposal, and one measure with what may be done with it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.database import session
from mall.documents.advance import possible_actions
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.people.organisation import Organisation, organisation, organisation_names
from mall.people.user import person_names
from mall.web.words import status_of, words_for
from supervision.credit import credit_words
from supervision.credit.impose_measure import REASON_MAX, WantedMeasure, impose_measure, perform
from supervision.credit.measure import KINDS, Measure, visible_measure, visible_measures
from supervision.credit.measure_states import MEASURE_STATES

pages = Blueprint("measures", __name__, url_prefix="/watch/measures")

ROWS_SHOWN = 50


@pages.get("")
@needs("measure.read")
def index() -> str:
    """The measures that this person may read, the newest first."""
    state = request.args.get("state", "")
    query = visible_measures(current_actor(), select(Measure))
    if state in MEASURE_STATES.states:
        query = query.where(Measure.state == state)
    total = session().scalar(query.with_only_columns(func.count())) or 0
    page_count = max(1, -(-total // ROWS_SHOWN))
    page = min(max(1, request.args.get("page", default=1, type=int)), page_count)
    ordered = query.order_by(Measure.state != "proposed", Measure.id.desc())
    found = list(session().scalars(ordered.limit(ROWS_SHOWN).offset((page - 1) * ROWS_SHOWN)))
    return render_template(
        "watch_credit/measures.html",
        found=found,
        names=organisation_names({one.party_id for one in found}),
        total=total,
        page=page,
        page_count=page_count,
        state=state,
        states=MEASURE_STATES.states,
        its_words=credit_words,
    )


@pages.get("/new")
@needs("measure.propose")
def new() -> str:
    """The form of a proposal; case and party may come in the address."""
    return _form({name: request.args.get(name, "")[:60] for name in ("case_number", "party", "listing_id")})


@pages.post("")
@needs("measure.propose")
def propose() -> AnyResponse:
    """Propose a measure; refused, the form comes again with everything typed."""
    actor = current_actor()
    try:
        measure = impose_measure(
            actor=actor, wanted=_wanted(), request_key=request.form.get("request_key") or None
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.code in ("access.denied", "access.sign_in"):
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action="measure.propose", refusal=refusal)
        return make_response(_form(dict(request.form), refusal=refusal), status_of(refusal))
    return redirect(url_for("measures.show", number=measure.number, done="propose"))


@pages.get("/<number>")
@needs("measure.read")
def show(number: str) -> str:
    """One measure."""
    return _page(number, done=request.args.get("done", ""))


@pages.post("/<number>/<action>")
@needs("measure.read")
def act(number: str, action: str) -> AnyResponse:
    """Approve, reject, withdraw or annul it."""
    actor = current_actor()
    note = request.form.get("note", "")
    try:
        perform(
            action, actor=actor, number=number, note=note, request_key=request.form.get("request_key") or None
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.code in ("measure.unknown", "measure.unknown_action", "access.denied"):
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action=f"measure.{action}", refusal=refusal, subject=f"measure:{number}")
        return make_response(_page(number, refusal=refusal, typed=note), status_of(refusal))
    return redirect(url_for("measures.show", number=number, done=action))


def _wanted() -> WantedMeasure:
    party = session().scalar(
        select(Organisation).where(
            Organisation.credit_code == request.form.get("party", "").strip()[:60],
            Organisation.kind.in_(("supplier", "unit")),
        )
    )
    points = request.form.get("points", "").strip() or "0"
    return WantedMeasure(
        case_number=request.form.get("case_number", "").strip()[:60],
        kind=request.form.get("kind", "")[:20],
        points=int(points) if points.isascii() and points.isdigit() and len(points) < 6 else -1,
        until=_day(request.form.get("until", "")),
        reason=request.form.get("reason", "")[: REASON_MAX + 1],
        supplier_id=party.id if party is not None and party.kind == "supplier" else None,
        unit_id=party.id if party is not None and party.kind == "unit" else None,
        listing_id=_number(request.form.get("listing_id", "").strip()),
    )


def _number(typed: str) -> int | None:
    if not typed:
        return None
    # What is no number of a listing is none of his listings.
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        message = _("请填写日期，例如 2026-12-31。")
        raise Refusal("request.invalid", errors=[{"field": "until", "message": message}]) from None


def _form(typed: dict[str, str], *, refusal: Refusal | None = None) -> str:
    return render_template(
        "watch_credit/new_measure.html",
        typed=typed,
        kinds=KINDS,
        reason_max=REASON_MAX,
        refusal=words_for(refusal) if refusal is not None else None,
        its_words=credit_words,
    )


def _page(number: str, *, done: str = "", refusal: Refusal | None = None, typed: str = "") -> str:
    actor = current_actor()
    measure = visible_measure(actor, number)
    is_regulator = may(actor, "measure.propose", measure)
    people = {measure.maker_id, measure.decider_id} if is_regulator else set()
    return render_template(
        "watch_credit/measure.html",
        measure=measure,
        party=organisation(measure.party_id),
        # The party reads what was decided, not by whom and with which notes between the offices.
        history=history_of(measure.reference) if is_regulator else [],
        people=person_names({one for one in people if one is not None}),
        actions=possible_actions(measure, actor),
        done=_done_words().get(done, ""),
        refusal=words_for(refusal) if refusal is not None else None,
        typed=typed,
        its_words=credit_words,
    )


def _done_words() -> dict[str, str]:
    return {
        "propose": _("已提出，等另一位监管人员批准。"),
        "approve": _("已批准，系统马上执行。"),
        "reject": _("已驳回。"),
        "withdraw": _("已撤回。"),
        "annul": _("已撤销，停止的恢复，记分不再计算。"),
    }
