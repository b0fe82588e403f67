"""The exchange with the unit's asset system by file: what went out, what came back, and what became of every row."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, func, or_, select
from werkzeug.wrappers import Response as AnyResponse

from mall.access.actor import UNIT_ROLES, Actor
from mall.access.guards import current_actor, needs
from mall.assets.asset_card import AssetCard
from mall.assets.asset_exchange import AssetFile
from mall.assets.card_columns import INCOMING, report_template
from mall.assets.refused_rows import refused_rows_file
from mall.assets.send_cards import send_cards
from mall.assets.take_card_file import take_card_file
from mall.assets.visible_asset_cards import own_unit
from mall.audit.record import record_refusal
from mall.database import session
from mall.errors import Refusal
from mall.finance.book_files import XLSX
from mall.finance.read_budget_file import FILE_BYTES_MAX
from mall.people.organisation import Organisation, organisation, organisation_names
from mall.people.user import person_names
from mall.regions.region import code_bounds
from mall.web.words import status_of, words_for

pages = Blueprint("asset_files", __name__, url_prefix="/assets/files")

SHOWN = 50
ROWS_SHOWN = 300


@pages.get("")
@needs("asset.read")
def index() -> str:
    """Send, take in, and the files so far."""
    return _index_page()


@pages.post("/send")
@needs("asset.exchange")
def send() -> AnyResponse:
    """Put all registered cards of a unit into the next file."""
    actor = current_actor()
    unit = own_unit(actor, request.form.get("unit", default=0, type=int))
    try:
        number = send_cards(actor=actor, unit_id=unit.id, request_key=request.form.get("request_key") or None)
    except Refusal as refusal:
        return _refused(refusal, action="send", unit=unit)
    return redirect(url_for("asset_files.show", number=number))


@pages.post("")
@needs("asset.exchange")
def upload() -> AnyResponse:
    """Take in a file of the asset system."""
    actor = current_actor()
    unit = own_unit(actor, request.form.get("unit", default=0, type=int))
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Refusal("asset.file_none")
        number = take_card_file(
            actor=actor,
            unit_id=unit.id,
            content=sent.stream.read(FILE_BYTES_MAX + 1),
            file_name=sent.filename,
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        return _refused(refusal, action="report", unit=unit)
    return redirect(url_for("asset_files.show", number=number))


@pages.get("/template.csv")
@needs("asset.exchange")
def template() -> Response:
    """An empty file of reports with an example."""
    return _download(report_template(), name="资产变动模板.csv", media_type="text/csv")


@pages.get("/<number>")
@needs("asset.read")
def show(number: str) -> str:
    """One file with the outcome of every row."""
    file = _file_in_sight(number)
    rows = sorted(file.rows, key=lambda row: row.get("outcome") != "refused")
    return render_template(
        "assets/file.html",
        file=file,
        unit=organisation(file.unit_id),
        person=person_names({file.user_id}).get(file.user_id, ""),
        rows=rows[:ROWS_SHOWN],
        rows_shown=ROWS_SHOWN,
        columns={column.name: column.title for column in INCOMING},
        words_of=lambda row: words_for(Refusal(row["code"], **row["facts"])),
    )


@pages.get("/<number>/content.<any(csv, xlsx):ending>")
@needs("asset.read")
def content(number: str, ending: str) -> Response:
    """The file byte for byte as it was made or came; an outgoing one also as a workbook."""
    file = _file_in_sight(number)
    if file.direction == "out":
        body = file.content if ending == "csv" else file.workbook or b""
        return _download(body, name=f"{file.number}.{ending}", media_type="text/csv" if ending == "csv" else XLSX)
    is_workbook = file.content.startswith(b"PK\x03\x04")
    if is_workbook != (ending == "xlsx"):
        raise Refusal("asset.file_unknown", number=number[:60])
    return _download(file.content, name=f"{file.number}.{ending}", media_type=XLSX if is_workbook else "text/csv")


@pages.get("/<number>/refused.csv")
@needs("asset.read")
def refused(number: str) -> Response:
    """The refused rows with what was wrong: mend them and send the file again."""
    file = _file_in_sight(number)
    if not file.outcomes.get("refused"):
        raise Refusal("asset.file_unknown", number=number[:60])
    return _download(refused_rows_file(file), name=f"{file.number}-refused.csv", media_type="text/csv")


def _index_page(*, unit: Organisation | None = None, refusal: Refusal | None = None) -> str:
    actor = current_actor()
    own = actor.organisations_as("receiver", "accountant")
    query = select(AssetFile).where(_in_sight(actor)).order_by(AssetFile.id.desc())
    files = list(session().scalars(query.limit(SHOWN)))
    waiting = select(AssetCard.unit_id, func.count()).where(AssetCard.unit_id.in_(own), AssetCard.state == "registered")
    return render_template(
        "assets/files.html",
        files=files,
        names=organisation_names({file.unit_id for file in files} | set(own)),
        own=own,
        chosen=unit.id if unit is not None else None,
        to_send=dict(session().execute(waiting.group_by(AssetCard.unit_id)).all()),
        columns=INCOMING,
        limit=SHOWN,
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _refused(refusal: Refusal, *, action: str, unit: Organisation) -> AnyResponse:
    if not refusal.recorded:
        subject = f"organisation:{unit.id}"
        record_refusal(actor=current_actor(), action=f"asset.{action}", refusal=refusal, subject=subject)
    return make_response(_index_page(unit=unit, refusal=refusal), status_of(refusal))


def _in_sight(actor: Actor) -> ColumnElement[bool]:
    units = actor.organisations_as(*UNIT_ROLES)
    regions = [AssetFile.region_code.between(*code_bounds(region)) for region in actor.regions_as("regulator")]
    return or_(AssetFile.unit_id.in_(units), *regions)


def _file_in_sight(number: str) -> AssetFile:
    """Foreign and missing look the same: Refusal("asset.file_unknown")."""
    if len(number) > 60 or not number.isascii() or not number.isprintable():
        raise Refusal("asset.file_unknown", number=number.encode("ascii", "replace").decode()[:60].replace("\x00", ""))
    query = select(AssetFile).where(AssetFile.number == number).where(_in_sight(current_actor()))
    file = session().scalar(query)
    if file is None:
        raise Refusal("asset.file_unknown", number=number)
    return file


def _download(body: bytes, *, name: str, media_type: str) -> Response:
    response = Response(body, mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
