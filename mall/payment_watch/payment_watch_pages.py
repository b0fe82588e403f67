"""Pages of payments outside the mall: the list with its outcomes, taking a file in, the loads, and one finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.database import session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.finance.budget_document_forms import seal_kept, unseal_kept
from mall.finance.budget_file_columns import csv_template, xlsx_template
from mall.finance.keep_attachment import KeptFile, attachment_path, keep_budget_file
from mall.finance.read_budget_file import FILE_BYTES_MAX
from mall.ordering.order import Order
from mall.ordering.visible_orders import visible_to
from mall.payment_watch import payment_watch_words as its_words
from mall.payment_watch.answer_payment_finding import TEXT_MAX, perform, possible
from mall.payment_watch.evaluate_payments import evaluate_payments
from mall.payment_watch.judge_payment_file import ROW_OUTCOMES, JudgedPayment, JudgedPaymentFile
from mall.payment_watch.list_payments import (
    PaymentFilter,
    list_loads,
    list_payments,
    real_account_share,
    years_of_payments,
)
from mall.payment_watch.load_payment_file import load_payment_file, look_at_payment_file
from mall.payment_watch.other_payment import CHANNELS, OUTCOMES, OtherPayment, PaymentEvaluation
from mall.payment_watch.payment_file_columns import PAYMENT_COLUMNS
from mall.payment_watch.payment_finding import ACCEPTED_BECAUSE, EXPLANATIONS, KEPT_BECAUSE
from mall.payment_watch.payment_finding_states import PAYMENT_FINDING_STATES
from mall.payment_watch.visible_payments import units_with_payments, visible_finding
from mall.people.organisation import organisation, organisation_names
from mall.people.user import person_names
from mall.suppliers.supplier import masked_account
from mall.web.words import status_of, words_for

pages = Blueprint("payment_watch", __name__, url_prefix="/payment-watch")

ROWS_SHOWN = 500
_PURPOSE = "payments"
_TEMPLATES = {
    "csv": (lambda: csv_template(PAYMENT_COLUMNS), "text/csv"),
    "xlsx": (
        lambda: xlsx_template(PAYMENT_COLUMNS, name="支付明细"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


@pages.get("")
@needs("payment_watch.read")
def index() -> str:
    """The payments this person may see, with what each was judged to be, and the real account's share."""
    actor = current_actor()
    years = years_of_payments(actor)
    wanted = PaymentFilter(
        unit_id=_within(request.args.get("unit", type=int), 1, 2**63 - 1),
        year=_within(request.args.get("year", type=int), 2000, 2127) or (years[0] if years else None),
        outcome=_one_of(request.args.get("outcome", ""), OUTCOMES),
        channel=_one_of(request.args.get("channel", ""), CHANNELS),
        state=_one_of(request.args.get("state", ""), PAYMENT_FINDING_STATES.states),
        load_id=_within(request.args.get("load", type=int), 1, 2**63 - 1),
        page=_within(request.args.get("page", type=int), 1, 1_000_000) or 1,
    )
    year = wanted.year or clock.today().year
    return render_template(
        "payment_watch/payments.html",
        wanted=wanted,
        found=list_payments(actor=actor, wanted=wanted),
        share=real_account_share(actor=actor, unit_id=wanted.unit_id, year=year),
        year=year,
        years=years,
        units=units_with_payments(actor),
        outcomes=OUTCOMES,
        channels=CHANNELS,
        states=PAYMENT_FINDING_STATES.states,
        its_words=its_words,
        judged_again=request.args.get("judged", type=int),
    )


@pages.post("/evaluate")
@needs("payment_watch.evaluate")
def evaluate() -> AnyResponse:
    """Judge one unit's payments of a year again, after orders, rules or categories have changed."""
    unit_id, year = request.form.get("unit", default=0, type=int), request.form.get("year", default=0, type=int)
    counts = evaluate_payments(actor=current_actor(), unit_id=unit_id, year=_within(year, 2000, 2127) or 2000)
    return redirect(url_for("payment_watch.index", unit=unit_id, year=year, judged=counts["evaluated"]))


@pages.get("/loads")
@needs("payment_watch.read")
def loads() -> str:
    """The files that were taken in."""
    found = list_loads(current_actor())
    return render_template(
        "payment_watch/loads.html",
        loads=found,
        names=organisation_names({load.unit_ids[0] for load in found}),
        people=person_names({load.user_id for load in found if load.user_id is not None}),
    )


@pages.get("/load")
@needs("payment_watch.load")
def load() -> str:
    """The form for a file."""
    return _load_page(current_actor())


@pages.post("/load")
@needs("payment_watch.load")
def look_or_load() -> AnyResponse:
    """`deed=look`: show what the file would bring, nothing is written. `deed=load`: take it in and judge it."""
    actor = current_actor()
    kept = unseal_kept(request.form.getlist("kept"), actor=actor, purpose=_PURPOSE)
    file: KeptFile | None = next(iter(kept), None)
    judged: JudgedPaymentFile | None = None
    try:
        file, content = _file_sent(file)
        judged = look_at_payment_file(actor=actor, content=content)
        if request.form.get("deed") == "load":
            taken = load_payment_file(
                actor=actor,
                content=content,
                file_name=file.file_name,
                request_key=request.form.get("request_key") or None,
            )
            return redirect(url_for("payment_watch.index", load=taken.id))
    except Refusal as refusal:
        if refusal.code == "access.denied":
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action="payment_load.load", refusal=refusal)
        return make_response(_load_page(actor, file=file, judged=judged, refusal=refusal), status_of(refusal))
    return make_response(_load_page(actor, file=file, judged=judged))


@pages.get("/load/template.<any(csv, xlsx):ending>")
@needs("payment_watch.load")
def template(ending: str) -> Response:
    """An empty table with our columns and one example."""
    make, media_type = _TEMPLATES[ending]
    response = Response(make(), mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'支付明细模板.{ending}')}"
    return response


@pages.get("/findings/<number>")
@needs("payment_watch.read")
def finding(number: str) -> str:
    """One finding: the payment, what it was compared with, how to answer, and what happened."""
    return _finding_page(number, done=request.args.get("done", ""))


@pages.post("/findings/<number>/<action>")
@needs("payment_watch.read")
def act(number: str, action: str) -> AnyResponse:
    """Explain, accept or keep open; refused, the page comes again with the words and everything typed."""
    actor = current_actor()
    fields = ("explanation", "text", "order_number", "approval_number", "reason_code", "note")
    body = {name: request.form[name] for name in fields if name in request.form}
    try:
        perform(action, actor=actor, number=number, body=body, request_key=request.form.get("request_key") or None)
    except Refusal as refusal:
        if refusal.code in ("finding.unknown", "finding.unknown_action"):
            raise
        if not refusal.recorded:
            record_refusal(
                actor=actor, action=f"payment_finding.{action}", refusal=refusal, subject=f"payment_finding:{number}"
            )
        return make_response(_finding_page(number, refused=action, refusal=refusal), status_of(refusal))
    return redirect(url_for("payment_watch.finding", number=number, done=action))


def _finding_page(number: str, *, done: str = "", refused: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    found = visible_finding(actor, number)
    payment = session().get(OtherPayment, found.payment_id)
    evaluation = session().get(PaymentEvaluation, found.evaluation_id)
    assert payment is not None and evaluation is not None
    orders = [found.order_number, str(found.evidence.get("order", ""))]
    orders += [str(one["order"]) for one in found.evidence.get("orders_of_payee", [])]
    seen = visible_to(actor, select(Order)).with_only_columns(Order.number).where(Order.number.in_(orders))
    people = {found.explained_by_id, found.decided_by_id} - {None}
    return render_template(
        "payment_watch/finding.html",
        finding=found,
        payment=payment,
        payee_account=masked_account(payment.payee_account),
        evaluation=evaluation,
        unit=organisation(found.unit_id),
        seen_orders=set(session().scalars(seen)),
        history=history_of(found.reference),
        people=person_names({one for one in people if one is not None}),
        actions=possible(found, actor),
        explanations=EXPLANATIONS,
        accepted_because=ACCEPTED_BECAUSE,
        kept_because=KEPT_BECAUSE,
        text_max=TEXT_MAX,
        its_words=its_words,
        done=_done_words().get(done, ""),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        faulty={error["field"]: error["message"] for error in (refusal.facts.get("errors") or [] if refusal else [])},
        typed=dict(request.form) if refused else _as_explained(found),
    )


def _as_explained(found: Any) -> dict[str, str]:
    return {
        "explanation": found.explanation,
        "text": found.explanation_text,
        "order_number": found.order_number,
        "approval_number": found.approval_number,
    }


def _load_page(
    actor: Actor,
    *,
    file: KeptFile | None = None,
    judged: JudgedPaymentFile | None = None,
    refusal: Refusal | None = None,
) -> str:
    sealed = seal_kept([file], actor=actor, purpose=_PURPOSE)[0] if file is not None and judged is not None else ""
    return render_template(
        "payment_watch/load.html",
        columns=PAYMENT_COLUMNS,
        its_words=its_words,
        file=file,
        kept=sealed,
        judged=judged,
        outcomes=ROW_OUTCOMES,
        rows=list(_shown_first(judged))[:ROWS_SHOWN] if judged is not None else [],
        rows_shown=ROWS_SHOWN,
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _shown_first(judged: JudgedPaymentFile) -> Iterator[JudgedPayment]:
    """What needs a hand first, then what changes."""
    for outcome in ("faulty", "changed", "new", "known"):
        yield from (row for row in judged.rows if row.outcome == outcome)


def _file_sent(kept: KeptFile | None) -> tuple[KeptFile, bytes]:
    """The file that was sent now, or the one of the look before. Raises Refusal("payments.none")."""
    data_dir = current_app.config["SUNMALL"].data_dir
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        content = sent.stream.read(FILE_BYTES_MAX + 1)
        if content:
            return keep_budget_file(content, file_name=sent.filename, data_dir=data_dir), content
    path = attachment_path(kept.sha256, data_dir=data_dir) if kept is not None else None
    if kept is None or path is None or not path.is_file():
        raise Refusal("payments.none")
    return kept, path.read_bytes()


def _within(number: int | None, lowest: int, highest: int) -> int | None:
    return number if number is not None and lowest <= number <= highest else None


def _one_of(value: str, known: Sequence[str]) -> str:
    return value if value in known else ""


def _done_words() -> dict[str, str]:
    return {
        "explain": _("说明已提交，等财政部门的预算岗审核。"),
        "accept": _("说明已采纳，疑点办结。"),
        "keep_open": _("已要求单位补充说明。"),
    }
