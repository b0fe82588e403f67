"""The supplier's form for one listing: draw up, mend, submit; judged by the table of rules of the loading dock."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from catalog_import.draft_listing import EDITABLE, LEFT_OUT, cells_of, judge_cells, save_draft
from catalog_import.feed_row import COLUMNS
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.category_attributes import attributes_of
from mall.catalogue.certificate import CERTIFICATE, CERTIFICATE_UNTIL
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.catalogue.submit_listing import submit_listing
from mall.database import session
from mall.errors import Refusal
from mall.people.organisation import organisation_names
from mall.reference.read_reference import compulsory_green
from mall.web.translation import current_language
from mall.web.words import status_of, words_for

pages = Blueprint("listing_form", __name__)

_LENGTH_MAX = 60_000


@pages.get("/supplier/listings/new")
@needs("listing.edit")
def new() -> str:
    """An empty form."""
    return _page(cells={}, listing=None)


@pages.post("/supplier/listings/new")
@needs("listing.edit")
def add() -> Response | tuple[str, int]:
    """Save a new draft, and submit it if that button was pressed."""
    return _save(listing=None)


@pages.get("/supplier/listings/<int:listing_id>/edit")
@needs("listing.edit")
def edit(listing_id: int) -> str:
    """The form of a draft, or of goods that were stopped or rejected."""
    listing = _own(listing_id)
    return _page(cells=cells_of(listing, session().get_one(Product, listing.product_id)), listing=listing)


@pages.post("/supplier/listings/<int:listing_id>/edit")
@needs("listing.edit")
def change(listing_id: int) -> Response | tuple[str, int]:
    """Write it anew."""
    return _save(listing=_own(listing_id))


def _own(listing_id: int) -> Listing:
    """Foreign and missing look the same: 404, recorded."""
    found = session().get(Listing, listing_id) if listing_id < 2**63 else None
    if found is None or not may(current_actor(), "listing.edit", found):
        refusal = Refusal("listing.unknown", listing_id=listing_id)
        record_refusal(
            actor=current_actor(), action="listing.save_draft", refusal=refusal, subject=f"listing:{listing_id}"
        )
        abort(404)
    return found


def _cells() -> dict[str, str]:
    return {
        column.name: request.form.get(column.name, "").strip()[:_LENGTH_MAX]
        for column in COLUMNS
        if column.name not in LEFT_OUT
    }


def _supplier_id(listing: Listing | None) -> int:
    mine = current_actor().supplier_ids
    typed = request.form.get("supplier_id", "")
    if listing is not None:
        return listing.supplier_id
    return int(typed) if typed.isascii() and typed.isdigit() and int(typed) in mine else mine[0]


def _save(*, listing: Listing | None) -> Response | tuple[str, int]:
    cells, actor = _cells(), current_actor()
    key = request.form.get("request_key") or None
    try:
        listing_id = save_draft(
            actor=actor,
            supplier_id=_supplier_id(listing),
            cells=cells,
            language=current_language(),
            listing_id=listing.id if listing is not None else None,
            request_key=key,
        )
        if request.form.get("then") == "submit":
            state = submit_listing(actor=actor, listing_id=listing_id, request_key=key)
            flash(_("已提交，当前状态见下。"), "success" if state in ("checked", "on_shelf") else "warning")
        else:
            flash(_("草稿已保存。"), "success")
    except Refusal as refusal:
        if not refusal.recorded:
            record_refusal(actor=actor, action="listing.save_draft", refusal=refusal)
        return _page(cells=cells, listing=listing, refusal=refusal), status_of(refusal)
    return redirect(url_for("listing_life.show", listing_id=listing_id))


def _page(*, cells: dict[str, str], listing: Listing | None, refusal: Refusal | None = None) -> str:
    actor = current_actor()
    supplier_id = _supplier_id(listing)
    faults = {
        one.column: one
        for one in (judge_cells(cells, supplier_id=supplier_id, language=current_language()) if cells else ())
    }
    errors = refusal is not None and refusal.code == "request.invalid"
    code = cells.get("category", "").split(" ")[0]
    return render_template(
        "catalog_import/listing_form.html",
        columns=[column for column in COLUMNS if column.name not in LEFT_OUT],
        cells=cells,
        listing=listing,
        is_editable=listing is None or listing.state in EDITABLE,
        faults=faults if refusal is not None or listing is not None else {},
        refusal=words_for(refusal) if refusal is not None and not errors else None,
        has_errors=errors,
        suppliers=organisation_names(set(actor.supplier_ids)),
        supplier_id=supplier_id,
        attributes=attributes_of(code) if code else (),
        certified=sorted({record.category_code for record in compulsory_green()}),
        certificate_names=(CERTIFICATE, CERTIFICATE_UNTIL),
    )
