"""Pages of the watch's records: prices seen elsewhere, for buyers and offices, and approvals, for regulators."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.add_listing_image import BYTES_RULE, PIXELS_RULE
from mall.catalogue.product import Product
from mall.database import close_reading, session
from mall.documents.advance import possible_actions
from mall.errors import Refusal
from mall.finance.budget_file_columns import csv_template, xlsx_template
from mall.finance.read_budget_file import FILE_BYTES_MAX
from mall.images.image_sizes import MEDIA_TYPE
from mall.images.keep_image import image_path, keep_image
from mall.images.prepare_image import prepare_image
from mall.ordering.money_forms import date_of, fen_of
from mall.people.organisation import organisation_by_credit_code, organisation_names
from mall.people.user import person_names
from mall.regions.region import province_code
from mall.regions.regional_rule import rule
from mall.web.words import status_of, words_for
from supervision.records import record_words
from supervision.records.enter_approval import WantedApproval, enter_approval, visible_approvals
from supervision.records.enter_outside_price import (
    NOTE_MOST,
    SOURCE_MOST,
    SeenPrice,
    decide_outside_price,
    enter_outside_price,
    import_outside_prices,
    visible_price,
    visible_prices,
)
from supervision.records.outside_price_columns import OUTSIDE_PRICE_COLUMNS
from supervision.records.outside_price_states import OUTSIDE_PRICE_STATES
from supervision.watch_record import APPROVAL_KINDS, PRICE_KINDS, OutsidePrice, WatchApproval

pages = Blueprint("watch_records", __name__, url_prefix="/watch")

ROWS_SHOWN = 50
_TEMPLATES = {
    "csv": (lambda: csv_template(OUTSIDE_PRICE_COLUMNS), "text/csv"),
    "xlsx": (
        lambda: xlsx_template(OUTSIDE_PRICE_COLUMNS, name="市场价格"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


@pages.get("/prices")
@needs("outside_price.enter")
def prices() -> str:
    """Prices that this person may see: her regions', or those she brought herself; what waits first."""
    return _prices_page()


@pages.get("/prices/new")
@needs("outside_price.enter")
def new_price() -> str:
    """The form "cheaper elsewhere"; the product comes in the address."""
    return _price_form({"product_id": request.args.get("product", "")[:18]})


@pages.post("/prices")
@needs("outside_price.enter")
def add_price() -> AnyResponse:
    """Enter one price with its picture."""
    actor = current_actor()
    names = ("product_id", "kind", "source", "price", "pieces", "seen_on", "credit_code", "note")
    typed = {name: request.form.get(name, "").replace("\x00", "") for name in names}
    sent = request.files.get("picture")
    try:
        seen = _seen(typed)
        content = sent.stream.read() if sent is not None and sent.filename else b""
        if not content:
            raise Refusal("outside.picture_needed")
        size_bytes, pixels = (
            rule(code, region_code=province_code(), on=clock.today()).value for code in (BYTES_RULE, PIXELS_RULE)
        )
        # Decoding takes its time: no connection is kept waiting for it.
        close_reading()
        image = prepare_image(content, bytes_max=size_bytes, pixels_max=pixels)
        kept = keep_image(image, data_dir=current_app.config["SUNMALL"].data_dir)
        enter_outside_price(
            actor=actor,
            seen=seen,
            image=kept,
            file_name=sent.filename or "" if sent is not None else "",
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        _note(refusal, actor, "outside_price.enter")
        return make_response(_price_form(typed, refusal=refusal), status_of(refusal))
    flash(_("已登记，谢谢。由另一人核实后才用来比价。"), "success")
    return redirect(url_for("watch_records.prices"))


@pages.post("/prices/import")
@needs("outside_price.import")
def import_prices() -> AnyResponse:
    """Take in a file of prices: all rows or none."""
    actor = current_actor()
    sent = request.files.get("file")
    try:
        content = sent.stream.read(FILE_BYTES_MAX + 1) if sent is not None and sent.filename else b""
        found = import_outside_prices(
            actor=actor,
            content=content,
            file_name=sent.filename or "" if sent is not None else "",
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        _note(refusal, actor, "outside_price.import")
        return make_response(_prices_page(refusal=refusal), status_of(refusal))
    flash(_("已登记 %(count)s 条价格，由另一人核实后才用来比价。", count=len(found)), "success")
    return redirect(url_for("watch_records.prices"))


@pages.get("/prices/template.<any(csv, xlsx):ending>")
@needs("outside_price.import")
def price_template(ending: str) -> Response:
    """An empty table with our columns and one example."""
    make, media_type = _TEMPLATES[ending]
    response = Response(make(), mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'市场价格模板.{ending}')}"
    return response


@pages.get("/prices/<int:price_id>/evidence.webp")
@needs("outside_price.enter")
def evidence(price_id: int) -> Response:
    """The picture, as we encoded it."""
    found = visible_price(current_actor(), price_id)
    path = image_path(found.evidence_sha256, size="full", data_dir=current_app.config["SUNMALL"].data_dir)
    if not path.is_file():
        abort(404)
    return send_file(path, mimetype=MEDIA_TYPE)


@pages.post("/prices/<int:price_id>")
@needs("outside_price.enter")
def decide_price(price_id: int) -> AnyResponse:
    """Confirm or reject one."""
    actor = current_actor()
    try:
        decide_outside_price(
            actor=actor,
            price_id=price_id,
            action=request.form.get("action", "")[:20],
            note=request.form.get("note", ""),
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        if refusal.code in ("outside.unknown", "access.denied"):
            raise
        _note(refusal, actor, "outside_price.decide")
        return make_response(_prices_page(refusal=refusal), status_of(refusal))
    flash(_("已办理。"), "success")
    return redirect(url_for("watch_records.prices"))


@pages.get("/approvals")
@needs("watch_record.enter")
def approvals() -> str:
    """The approvals of the reader's regions, with the form for a new one."""
    return _approvals_page({})


@pages.post("/approvals")
@needs("watch_record.enter")
def add_approval() -> AnyResponse:
    """Enter one."""
    actor = current_actor()
    names = ("number", "kind", "credit_code", "category_code", "quantity", "from_day", "until_day")
    typed = {name: request.form.get(name, "").replace("\x00", "").strip()[:60] for name in names}
    try:
        unit = organisation_by_credit_code(typed["credit_code"], kind="unit")
        until = typed["until_day"]
        wanted = WantedApproval(
            number=typed["number"],
            kind=typed["kind"],
            unit_id=unit.id if unit is not None else 0,
            category_code=typed["category_code"].upper(),
            quantity=_whole(typed["quantity"] or "0"),
            from_day=_day(typed["from_day"]),
            until_day=_day(until) if until else None,
        )
        enter_approval(actor=actor, wanted=wanted, request_key=request.form.get("request_key") or None)
    except Refusal as refusal:
        if refusal.code == "access.denied":
            raise
        _note(refusal, actor, "watch_approval.enter")
        return make_response(_approvals_page(typed, refusal=refusal), status_of(refusal))
    flash(_("已登记。"), "success")
    return redirect(url_for("watch_records.approvals"))


def _note(refusal: Refusal, actor: Actor, action: str) -> None:
    if not refusal.recorded:
        record_refusal(actor=actor, action=action, refusal=refusal)


def _seen(typed: dict[str, str]) -> SeenPrice:
    own = typed["kind"] == "own_site"
    supplier = organisation_by_credit_code(typed["credit_code"].strip(), kind="supplier") if own else None
    return SeenPrice(
        product_id=_whole(typed["product_id"].strip()),
        kind=typed["kind"][:20],
        source=typed["source"],
        price_fen=fen_of(typed["price"]) or 0,
        pieces=_whole(typed["pieces"].strip() or "1"),
        seen_on=date_of(typed["seen_on"].strip()),
        supplier_id=supplier.id if supplier is not None else None,
        is_promotion=bool(request.form.get("is_promotion")),
        note=typed["note"],
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1


def _day(text: str) -> date:
    found = date_of(text)
    if found is None:
        raise Refusal("approval.bad_days")
    return found


def _price_form(typed: dict[str, str], *, refusal: Refusal | None = None) -> str:
    product_id = _whole(typed.get("product_id", "").strip())
    product = session().get(Product, product_id) if product_id > 0 else None
    return render_template(
        "watch_records/new_price.html",
        typed=typed,
        product=product,
        kinds=PRICE_KINDS,
        source_most=SOURCE_MOST,
        note_most=NOTE_MOST,
        today=clock.today(),
        its_words=record_words,
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _prices_page(*, refusal: Refusal | None = None) -> str:
    actor = current_actor()
    state = request.args.get("state", "")
    query = visible_prices(actor, select(OutsidePrice))
    if state in OUTSIDE_PRICE_STATES.states:
        query = query.where(OutsidePrice.state == state)
    total = session().scalar(query.with_only_columns(func.count())) or 0
    page_count = max(1, -(-total // ROWS_SHOWN))
    page = min(max(1, request.args.get("page", default=1, type=int)), page_count)
    ordered = query.order_by(OutsidePrice.state != "entered", OutsidePrice.id.desc())
    found = list(session().scalars(ordered.limit(ROWS_SHOWN).offset((page - 1) * ROWS_SHOWN)))
    products = session().scalars(select(Product).where(Product.id.in_({one.product_id for one in found})))
    data_dir = current_app.config["SUNMALL"].data_dir
    is_office = may(actor, "outside_price.import")
    return render_template(
        "watch_records/prices.html",
        found=found,
        products={one.id: one for one in products},
        pictured={one.id for one in found if image_path(one.evidence_sha256, size="full", data_dir=data_dir).is_file()},
        actions={one.id: possible_actions(one, actor) for one in found},
        # Offices see who brought a price; a buyer sees only her own.
        people=person_names({one.entered_by_id for one in found}) if is_office else {},
        total=total,
        page=page,
        page_count=page_count,
        state=state,
        states=OUTSIDE_PRICE_STATES.states,
        its_words=record_words,
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _approvals_page(typed: dict[str, str], *, refusal: Refusal | None = None) -> str:
    query = visible_approvals(current_actor(), select(WatchApproval)).order_by(WatchApproval.id.desc()).limit(200)
    found = list(session().scalars(query))
    return render_template(
        "watch_records/approvals.html",
        found=found,
        names=organisation_names({one.unit_id for one in found}),
        people=person_names({one.entered_by_id for one in found}),
        typed=typed,
        kinds=APPROVAL_KINDS,
        its_words=record_words,
        refusal=words_for(refusal) if refusal is not None else None,
    )
