"""Pages of the reconciliation: the latest run of every region, one run with its differences, and the ways out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.access.guards import current_actor, needs
from mall.access.place import Place
from mall.audit.record import record_refusal
from mall.errors import Refusal
from mall.exchange.file_purpose import RETURN_PATH
from mall.exchange.find_differences import CAUSES
from mall.exchange.receive_return import check_file, keep_refused
from mall.exchange.receive_statement import receive_statement
from mall.exchange.reconcile import difference_in_sight, explain_difference, reconcile, run_in_sight
from mall.exchange.reconciliation import (
    DifferenceExplanation,
    ReconciliationDifference,
    ReconciliationRun,
    differences_of,
    explanations_of,
    latest_runs,
)
from mall.exchange.reconciliation_sheet import reconciliation_sheet
from mall.exchange.reconciliation_words import cause_advice, cause_name
from mall.exchange.return_file import FILE_BYTES_MAX, IN_HEAD
from mall.exchange.take_from_statement import TAKEABLE, take_from_statement
from mall.finance.book_files import XLSX
from mall.finance.exchange_treasury import ReturnReport, take_returns
from mall.regions.region import code_bounds, regions_by_code
from mall.web.words import status_of, words_for

pages = Blueprint("reconciliation", __name__, url_prefix="/treasury/reconciliation")


@dataclass(frozen=True)
class CauseGroup:
    """The differences of one cause, with what it is called and what to do."""

    cause: str
    name: str
    advice: str
    is_to_do: bool
    differences: Sequence[ReconciliationDifference]

    @property
    def amount_fen(self) -> int:
        return sum(abs(one.amount_fen) for one in self.differences)


@pages.get("")
@needs("reconciliation.read")
def index() -> str:
    """The latest run of every region in sight, the form for files, and the button for a run now."""
    return _index(done=request.args.get("done", ""))


@pages.post("/run")
@needs("reconciliation.handle")
def run_now() -> AnyResponse:
    """Reconcile one region now."""
    region_code = request.form.get("region", 0, type=int)
    year = request.form.get("year", clock.today().year, type=int)
    try:
        if not may(current_actor(), "reconciliation.handle", Place(region_code)):
            # Foreign and missing look the same.
            raise Refusal("reconciliation.unknown")
        run = reconcile(actor=current_actor(), region_code=region_code, year=year)
    except Refusal as refusal:
        return _refused(refusal, action="reconciliation.run")
    return redirect(url_for("reconciliation.show", run_id=run.id, done="run"))


@pages.post("/files")
@needs("reconciliation.handle")
def upload() -> AnyResponse:
    """Take a file in: a statement of either side, or a return; its first word says which."""
    actor = current_actor()
    try:
        done = _take_file(actor)
    except Refusal as refusal:
        return _refused(refusal, action="reconciliation.upload")
    return redirect(url_for("reconciliation.index", done=done))


@pages.get("/<int:run_id>")
@needs("reconciliation.read")
def show(run_id: int) -> str:
    """One run: its sums, and its differences by cause."""
    return _run_page(run_in_sight(current_actor(), run_id), done=request.args.get("done", ""))


@pages.get("/<int:run_id>.xlsx")
@needs("reconciliation.read")
def sheet(run_id: int) -> Response:
    """The run as a workbook."""
    run = run_in_sight(current_actor(), run_id)
    differences = differences_of(run.id)
    content = reconciliation_sheet(run, differences, explained=_explained(run, differences))
    name = f"sunmall-reconciliation-{run.region_code}-{run.year}-{run.id}.xlsx"
    return Response(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@pages.post("/differences/<int:difference_id>/explain")
@needs("reconciliation.handle")
def explain(difference_id: int) -> AnyResponse:
    """Keep a person's word about a difference."""
    try:
        run = explain_difference(
            actor=current_actor(), difference_id=difference_id, reason=request.form.get("reason", "")
        )
    except Refusal as refusal:
        return _refused_difference(refusal, difference_id, action="reconciliation.explain")
    return redirect(url_for("reconciliation.show", run_id=run.id, done="explain", _anchor=f"d{difference_id}"))


@pages.post("/differences/<int:difference_id>/take")
@needs("reconciliation.handle")
def take(difference_id: int) -> AnyResponse:
    """Take the treasury's row over from its statement, then reconcile anew."""
    actor = current_actor()
    try:
        take_from_statement(actor=actor, difference_id=difference_id)
        run = _run_of(actor, difference_id)
        again = reconcile(actor=actor, region_code=run.region_code, year=run.year)
    except Refusal as refusal:
        return _refused_difference(refusal, difference_id, action="reconciliation.take")
    return redirect(url_for("reconciliation.show", run_id=again.id, done="take"))


def _index(*, done: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    codes = sorted({*actor.regions_as("regulator"), *actor.regions_as("budget")})
    year = request.args.get("year", clock.today().year, type=int)
    year = year if 2000 <= year <= 2127 else clock.today().year
    bounds = [code_bounds(code) for code in codes]
    runs = latest_runs(bounds, year=year)
    kept = [code_bounds(code) for code in actor.regions_as("budget")]
    own = [code for code in regions_by_code() if any(low <= code <= high for low, high in kept)]
    return render_template(
        "exchange/reconciliation.html",
        runs=runs,
        year=year,
        regions=own,
        causes={run.id: [(cause_name(cause), *sums) for cause, sums in run.causes.items()] for run in runs},
        done=_done_words(done),
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _run_page(
    run: ReconciliationRun, *, done: str = "", refused: int = 0, refusal: Refusal | None = None, typed: str = ""
) -> str:
    actor = current_actor()
    differences = differences_of(run.id)
    explained = _explained(run, differences)
    return render_template(
        "exchange/reconciliation_run.html",
        run=run,
        groups=_groups(differences),
        explained=explained,
        open_count=sum(CAUSES[one.cause] and one.id not in explained for one in differences),
        is_handled=may(actor, "reconciliation.handle", Place(run.region_code)),
        takeable=TAKEABLE,
        drafts=("appropriation_not_imported", "appropriation_ahead"),
        imports=("line_unknown",),
        done=_done_words(done),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        typed=typed,
    )


def _groups(differences: Sequence[ReconciliationDifference]) -> list[CauseGroup]:
    """By cause, in the order of the table of causes, what is to be done first."""
    by_cause: dict[str, list[ReconciliationDifference]] = {}
    for one in differences:
        by_cause.setdefault(one.cause, []).append(one)
    ordered = sorted(by_cause, key=lambda cause: (not CAUSES[cause], list(CAUSES).index(cause)))
    return [
        CauseGroup(cause, cause_name(cause), cause_advice(cause), CAUSES[cause], by_cause[cause]) for cause in ordered
    ]


def _explained(
    run: ReconciliationRun, differences: Sequence[ReconciliationDifference]
) -> dict[int, DifferenceExplanation]:
    """{id of a difference: the word about it}, where it is still the same difference."""
    said = explanations_of(region_code=run.region_code, year=run.year, keys=[one.key for one in differences])
    return {
        one.id: said[one.key] for one in differences if one.key in said and said[one.key].fingerprint == one.fingerprint
    }


def _take_file(actor: Actor) -> str:
    """Take the uploaded file in; which word stands in the address afterwards."""
    sent, signature_sent = request.files.get("file"), request.files.get("signature")
    if sent is None or not sent.filename:
        raise Refusal("statement.no_file")
    content = sent.stream.read(FILE_BYTES_MAX + 1)
    signature = signature_sent.stream.read(1_000).decode("ascii", "replace") if signature_sent is not None else ""
    name = PurePath(sent.filename.replace("\\", "/").replace("\x00", "")).name[:200]
    data_dir = current_app.config["SUNMALL"].data_dir
    if content.startswith(IN_HEAD.encode()):
        # A return moves money of every region it names: it is the province's to bring.
        authorize(actor, "exchange.read")
        _take_return(actor, name=name, content=content, signature=signature)
        return "returns"
    receive_statement(
        actor=actor, file_name=name, content=content, signature=signature, data_dir=data_dir, came_by="page"
    )
    return "statement"


def _take_return(actor: Actor, *, name: str, content: bytes, signature: str) -> ReturnReport:
    data_dir = current_app.config["SUNMALL"].data_dir
    try:
        key_id = check_file(content, signature, data_dir=data_dir, path=RETURN_PATH, file_name=name)
        return take_returns(actor=actor, file_name=name, content=content, key_id=key_id)
    except Refusal as refusal:
        keep_refused(actor=actor, file_name=name, content=content, signature=signature, refusal=refusal)
        raise


def _run_of(actor: Actor, difference_id: int) -> ReconciliationRun:
    run, _difference = difference_in_sight(actor, difference_id)
    return run


def _refused(refusal: Refusal, *, action: str) -> AnyResponse:
    if refusal.code == "access.denied":
        raise refusal
    _record(refusal, action=action)
    return make_response(_index(refusal=refusal), status_of(refusal))


def _refused_difference(refusal: Refusal, difference_id: int, *, action: str) -> AnyResponse:
    if refusal.code in ("access.denied", "reconciliation.unknown"):
        raise refusal
    _record(refusal, action=action)
    run = _run_of(current_actor(), difference_id)
    page = _run_page(run, refused=difference_id, refusal=refusal, typed=request.form.get("reason", ""))
    return make_response(page, status_of(refusal))


def _record(refusal: Refusal, *, action: str) -> None:
    if not refusal.recorded:
        record_refusal(actor=current_actor(), action=action, refusal=refusal)


def _done_words(done: str) -> str:
    words = {
        "explain": _("说明已记录；下次对账时再核对，差异变了会重新列出。"),
        "take": _("已从对账单接收，并重新对账。"),
        "run": _("对账完成。"),
        "statement": _("对账单已导入；点“现在对账”看结果。"),
        "returns": _("回单已导入；点“现在对账”看结果。"),
    }
    return words.get(done, "")
