"""Pages of budget documents: the list, drawing one up, the document with its effect and history, its attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from ledger.budget_lines import balances, lines_of_unit
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.database import session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.finance.budget_attachment import attachments_of
from mall.finance.budget_document import BudgetDocument
from mall.finance.budget_document_actions import perform, possible
from mall.finance.budget_document_forms import body_of_form, fields_of, seal_kept, typed_for, unseal_kept
from mall.finance.budget_document_kinds import KINDS, kinds_for
from mall.finance.budget_document_people import deciders_of
from mall.finance.budget_document_states import BUDGET_DOCUMENT_STATES
from mall.finance.budget_effects import effects_of
from mall.finance.check_budget_document import AmountOnLine, turnover_fen
from mall.finance.draw_up_budget_document import draw_up_budget_document, side_of, unit_for
from mall.finance.keep_attachment import ATTACHMENT_BYTES_MAX, KeptFile, attachment_path, keep_attachment
from mall.finance.list_budget_documents import BudgetDocumentFilter, list_budget_documents, units_of, years_of
from mall.finance.visible_budget_documents import attachments_in_sight, lines_in_sight, visible_document
from mall.ordering.money_forms import whole_number_of
from mall.people.organisation import Organisation, organisation, organisation_names
from mall.people.user import person_names
from mall.regions.region import code_bounds
from mall.web.words import status_of, words_for

pages = Blueprint("budget_documents", __name__, url_prefix="/budget/documents")


@pages.get("")
@needs("budget_document.read")
def index() -> str:
    """The documents this person may see."""
    actor = current_actor()
    wanted = BudgetDocumentFilter(
        unit_id=_within(request.args.get("unit", type=int), 1, 2**63 - 1),
        kind=_one_of(request.args.get("kind", ""), tuple(KINDS)),
        state=_one_of(request.args.get("state", ""), BUDGET_DOCUMENT_STATES.states),
        year=_within(request.args.get("year", type=int), 2000, 2127),
        page=_within(request.args.get("page", type=int), 1, 1_000_000) or 1,
    )
    found = list_budget_documents(actor=actor, wanted=wanted)
    return render_template(
        "finance/documents.html",
        wanted=wanted,
        found=found,
        sums={document.id: _sum_in_sight(document, actor) for document in found.documents},
        kinds=tuple(KINDS),
        states=BUDGET_DOCUMENT_STATES.states,
        years=years_of(actor),
        units=units_of(actor),
    )


@pages.get("/new")
@needs("budget_document.draw_up")
def new() -> str:
    """The form: first for which unit, year and kind, then the amounts beside the unit's lines."""
    actor = current_actor()
    unit_id = request.args.get("unit", type=int)
    choices = _units_to_draw_up_for(actor)
    if unit_id is None and len(choices) == 1:
        unit_id = choices[0].id
    if unit_id is None:
        return render_template("finance/document_unit.html", units=choices, kind=request.args.get("kind", ""))
    unit = unit_for(actor, unit_id)
    kinds = kinds_for(side_of(actor, unit))
    year = request.args.get("year", default=clock.today().year, type=int)
    # Other pages lead here with what is to be asked for: amounts by line, reason and basis.
    kind = _one_of(request.args.get("kind", ""), kinds) or kinds[0]
    return _form_page(actor, unit, kind=kind, year=year, typed=request.args)


@pages.post("")
@needs("budget_document.draw_up")
def create() -> AnyResponse:
    """Draw a document up; refused, the form comes again with the words and everything that was typed."""
    actor = current_actor()
    unit = unit_for(actor, request.form.get("unit", default=0, type=int))
    year = request.form.get("year", default=0, type=int)
    kind = request.form.get("kind", "")
    files = unseal_kept(request.form.getlist("kept"), actor=actor)
    try:
        lines = lines_of_unit(session(), region_code=unit.region_code, year=year, unit_id=unit.id)
        files += _files_sent()
        body = body_of_form(request.form, kind=kind, lines=lines)
        document = draw_up_budget_document(
            actor=actor,
            unit_id=unit.id,
            year=year,
            kind=kind,
            lines=[AmountOnLine(**line) for line in body["lines"]],
            reason=body["reason"],
            basis=body["basis"],
            is_submitted=request.form.get("deed") == "submit",
            attachments=files,
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        _keep_refusal(refusal, actor=actor, action="draw_up", subject=f"organisation:{unit.id}")
        kinds = kinds_for(side_of(actor, unit))
        page = _form_page(
            actor, unit, kind=_one_of(kind, kinds) or kinds[0], year=year, typed=request.form, kept=files,
            refusal=refusal,
        )  # fmt: skip
        return make_response(page, status_of(refusal))
    return redirect(url_for("budget_documents.show", number=document.number, done="draw_up"))


@pages.get("/<number>")
@needs("budget_document.read")
def show(number: str) -> str:
    """One document with its effect on every line, its attachments and its history."""
    return _page(number, done=request.args.get("done", ""))


@pages.get("/<number>/edit")
@needs("budget_document.edit")
def edit(number: str) -> str:
    """The form with what stands in a draft or a returned document."""
    actor = current_actor()
    document = visible_document(actor, number)
    authorize(actor, "budget_document.edit", document)
    return _edit_page(document, actor=actor)


@pages.post("/<number>/<action>")
@needs("budget_document.read")
def act(number: str, action: str) -> AnyResponse:
    """Carry out one action; refused, the page or the form comes again with the words and what was typed."""
    actor = current_actor()
    files = unseal_kept(request.form.getlist("kept"), actor=actor) if action == "edit" else []
    try:
        document = visible_document(actor, number)
        body, more = _action_body(document, action, actor=actor, files=files)
        perform(
            action, actor=actor, number=number, body=body, request_key=request.form.get("request_key") or None, **more
        )
    except Refusal as refusal:
        if refusal.code in ("budget.unknown_document", "budget.unknown_action"):
            raise
        _keep_refusal(refusal, actor=actor, action=action, subject=f"budget_document:{number}")
        if action == "edit" and "edit" in possible(visible_document(actor, number), actor):
            page = _edit_page(
                visible_document(actor, number), actor=actor, typed=request.form, kept=files, refusal=refusal
            )
        else:
            page = _page(number, refused=action, refusal=refusal)
        return make_response(page, status_of(refusal))
    return redirect(url_for("budget_documents.show", number=number, done=action))


@pages.get("/<number>/attachments/<int:attachment_id>")
@needs("budget_document.read")
def attachment(number: str, attachment_id: int) -> AnyResponse:
    """One file of the document, always as a download of the type that its content has."""
    document = visible_document(current_actor(), number)
    file = next((one for one in attachments_in_sight(document, current_actor()) if one.id == attachment_id), None)
    path = attachment_path(file.sha256, data_dir=current_app.config["SUNMALL"].data_dir) if file is not None else None
    if file is None or path is None or not path.is_file():
        raise Refusal("attachment.gone")
    response: Response = send_file(path, mimetype=file.media_type, conditional=False, etag=False)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.file_name)}"
    return response


def _form_page(
    actor: Actor,
    unit: Organisation,
    *,
    kind: str,
    year: int,
    typed: Mapping[str, str] | None = None,
    kept: Sequence[KeptFile] = (),
    refusal: Refusal | None = None,
    document: BudgetDocument | None = None,
) -> str:
    lines = lines_of_unit(session(), region_code=unit.region_code, year=year, unit_id=unit.id)
    return render_template(
        "finance/document_form.html",
        document=document,
        unit=unit,
        several_units=document is None and len(_units_to_draw_up_for(actor)) > 1,
        kind=kind,
        kinds=kinds_for(side_of(actor, unit)),
        year=year,
        years=[clock.today().year, clock.today().year + 1],
        lines=lines,
        balances=balances(session(), [line.id for line in lines]),
        fields_of=fields_of,
        typed=typed if typed is not None else {},
        kept=list(zip(kept, seal_kept(kept, actor=actor), strict=True)),
        attachments=attachments_of(document.id) if document is not None else [],
        refusal=words_for(refusal) if refusal is not None else None,
        faulty={error["field"]: error["message"] for error in _errors(refusal)},
    )


def _edit_page(
    document: BudgetDocument,
    *,
    actor: Actor,
    typed: Mapping[str, str] | None = None,
    kept: Sequence[KeptFile] = (),
    refusal: Refusal | None = None,
) -> str:
    document.states.step("edit", document.state)
    unit = organisation(document.unit_id) if document.unit_id is not None else None
    if unit is None:
        raise Refusal("budget.workbook_only", number=document.number)
    if typed is None:
        amounts = {line.budget_line_id or 0: line.amount_fen for line in document.lines}
        typed = typed_for(amounts, kind=document.kind) | {"reason": document.reason, "basis": document.basis}
    return _form_page(
        actor, unit, kind=document.kind, year=document.year, typed=typed, kept=kept, refusal=refusal, document=document
    )


def _action_body(
    document: BudgetDocument, action: str, *, actor: Actor, files: list[KeptFile]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(body, what no body carries); files that were sent are added to `files`."""
    form = request.form
    if action == "edit" and document.unit_id is not None:
        authorize(actor, "budget_document.edit", document)
        files += _files_sent()
        lines = lines_of_unit(session(), region_code=document.region_code, year=document.year, unit_id=document.unit_id)
        body = body_of_form(form, kind=document.kind, lines=lines)
        return {**body, "is_submitted": form.get("deed") == "submit"}, {"attachments": tuple(files)}
    if action == "return":
        return {"reason": form.get("reason", "").strip()}, {}
    if action == "approve":
        edition = whole_number_of(form.get("edition", ""))
        return {"note": form.get("note", "").strip(), "edition": edition}, {}
    if action == "withdraw":
        return {"note": form.get("note", "").strip()}, {}
    return {}, {}


def _within(number: int | None, lowest: int, highest: int) -> int | None:
    """A number of the address where it can be meant; anything else asks for nothing."""
    return number if number is not None and lowest <= number <= highest else None


def _files_sent() -> list[KeptFile]:
    kept = []
    for sent in request.files.getlist("attachments"):
        if sent.filename:
            content = sent.stream.read(ATTACHMENT_BYTES_MAX + 1)
            data_dir = current_app.config["SUNMALL"].data_dir
            kept.append(keep_attachment(content, file_name=sent.filename, data_dir=data_dir))
    return kept


def _page(number: str, *, done: str = "", refused: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    document = visible_document(actor, number)
    effects = effects_of(document, lines_in_sight(document, actor))
    people = person_names({*document.maker_ids, *([document.decider_id] if document.decider_id else [])})
    return render_template(
        "finance/document.html",
        document=document,
        # A document for one unit says its name, also when it is not edited line by line.
        unit=organisation(document.unit_ids[0]) if len(document.unit_ids) == 1 else None,
        unit_names=organisation_names({effect.unit_id for effect in effects}),
        sum_fen=_sum_in_sight(document, actor),
        is_part=len(effects) < len(document.lines),
        effects=effects,
        attachments=attachments_in_sight(document, actor),
        history=history_of(document.reference),
        people=people,
        deciders=[person.name for person in deciders_of(document)] if document.state == "submitted" else [],
        actions=possible(document, actor),
        done=done if done in _done_words() else "",
        done_words=_done_words(),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        faulty={error["field"]: error["message"] for error in _errors(refusal)},
        typed=dict(request.form) if refused else {},
    )


def _units_to_draw_up_for(actor: Actor) -> list[Organisation]:
    """The units for which this actor may draw documents up, by region and name."""
    found: dict[int, Organisation] = {}
    own = actor.organisations_as("accountant")
    if own:
        query = select(Organisation).where(Organisation.id.in_(own), Organisation.kind == "unit")
        found |= {unit.id: unit for unit in session().scalars(query)}
    for region_code in actor.regions_as("budget"):
        query = select(Organisation).where(
            Organisation.kind == "unit",
            Organisation.state == "active",
            Organisation.region_code.between(*code_bounds(region_code)),
        )
        found |= {unit.id: unit for unit in session().scalars(query)}
    return sorted(found.values(), key=lambda unit: (unit.region_code, unit.name))


def _sum_in_sight(document: BudgetDocument, actor: Actor) -> int:
    return turnover_fen([line.amount_fen for line in lines_in_sight(document, actor)], kind=document.kind)


def _keep_refusal(refusal: Refusal, *, actor: Actor, action: str, subject: str) -> None:
    if not refusal.recorded:
        record_refusal(actor=actor, action=f"budget_document.{action}", refusal=refusal, subject=subject)


def _errors(refusal: Refusal | None) -> list[dict[str, str]]:
    return list(refusal.facts.get("errors") or []) if refusal is not None else []


def _one_of(value: str, known: Sequence[str]) -> str:
    return value if value in known else ""


def _done_words() -> dict[str, str]:
    """What the page says after an action was carried out."""
    return {
        "draw_up": _("文件已填制。"),
        "edit": _("已保存修改。"),
        "submit": _("已提交，等财政部门的预算岗批复。"),
        "approve": _("已批复，指标已经变动并记入账簿。"),
        "return": _("已退回，指标没有变动。"),
        "withdraw": _("已撤回，指标没有变动。"),
    }
