"""The page of one listing's life: how it stands, what waits, what happened, and what the reader may do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.category import Category
from mall.catalogue.completeness import completeness
from mall.catalogue.hold_listing import delist_listing, freeze_listing, lift_hold
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import waiting_change
from mall.catalogue.listing_hold import open_hold
from mall.catalogue.listing_image import images_of
from mall.catalogue.product import Product
from mall.catalogue.shelve_listing import shelve_listing
from mall.catalogue.submit_listing import submit_listing, withdraw_change, withdraw_listing
from mall.database import session
from mall.documents.advance import possible_actions
from mall.errors import Refusal
from mall.listing_review.listing_history import listing_history, stop_of, stopped_change
from mall.suppliers.supplier import Supplier
from mall.web.names import image_reason_name, reject_reason_name
from mall.web.words import Words, status_of, words_for

pages = Blueprint("listing_life", __name__)


@pages.get("/listings/<int:listing_id>/life")
@needs("listing.read")
def show(listing_id: int) -> str:
    """The life of one listing, for its supplier, the reviewers, the centre and the regulators."""
    return _page(_visible(listing_id, action="listing.read"))


@pages.post("/listings/<int:listing_id>/life")
@needs("listing.read")
def act(listing_id: int) -> Response | tuple[str, int]:
    """One step by hand; the use-case asks again whether this person may take it."""
    action = request.form.get("action", "")
    listing = _visible(listing_id, action=f"listing.{action}" if action in _DEEDS else "listing.act")
    try:
        if action not in _DEEDS:
            raise Refusal("request.invalid", errors=[{"field": "action", "message": action[:40]}])
        _DEEDS[action](current_actor(), listing_id)
    except Refusal as refusal:
        if not refusal.recorded:
            record_refusal(
                actor=current_actor(), action="listing.act", refusal=refusal, subject=f"listing:{listing_id}"
            )
        return _page(listing, refused=words_for(refusal)), status_of(refusal)
    flash(_("已办理。"), "success")
    return redirect(url_for("listing_life.show", listing_id=listing_id))


def _key() -> str | None:
    return request.form.get("request_key") or None


def _words() -> str:
    return request.form.get("reason", "").strip()


def _freeze(actor: Actor, listing_id: int) -> None:
    try:
        until = date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        message = _("请填写截止日期，例如 2026-12-31。")
        raise Refusal("request.invalid", errors=[{"field": "until", "message": message}]) from None
    freeze_listing(actor=actor, listing_id=listing_id, reason=_words(), until=until, request_key=_key())


def _shelve(action: str) -> Callable[[Actor, int], object]:
    return lambda actor, listing_id: shelve_listing(
        actor=actor, listing_id=listing_id, action=action, request_key=_key()
    )


_DEEDS: dict[str, Callable[[Actor, int], object]] = {
    "submit": lambda actor, listing_id: submit_listing(actor=actor, listing_id=listing_id, request_key=_key()),
    "withdraw": lambda actor, listing_id: withdraw_listing(
        actor=actor, listing_id=listing_id, reason=_words(), request_key=_key()
    ),
    "withdraw_change": lambda actor, listing_id: withdraw_change(
        actor=actor, listing_id=listing_id, request_key=_key()
    ),
    "take_off": _shelve("take_off"),
    "put_on": _shelve("put_on"),
    "freeze": _freeze,
    "lift": lambda actor, listing_id: lift_hold(
        actor=actor, listing_id=listing_id, reason=_words(), request_key=_key()
    ),
    "delist": lambda actor, listing_id: delist_listing(
        actor=actor, listing_id=listing_id, reason=_words(), request_key=_key()
    ),
}


def _visible(listing_id: int, *, action: str) -> Listing:
    """Foreign and missing look the same: 404, recorded."""
    found = session().get(Listing, listing_id) if listing_id < 2**63 else None
    if found is None or not may(current_actor(), "listing.read", found):
        refusal = Refusal("listing.unknown", listing_id=listing_id)
        record_refusal(actor=current_actor(), action=action, refusal=refusal, subject=f"listing:{listing_id}")
        abort(404)
    return found


def _page(listing: Listing, *, refused: Words | None = None) -> str:
    actor = current_actor()
    # After a refusal the session is another one: read it again.
    listing = session().get_one(Listing, listing.id)
    product = session().get_one(Product, listing.product_id)
    category = session().get(Category, product.category_code) if product.category_code else None
    history = listing_history(listing, reader=actor)
    actions = possible_actions(listing, actor)
    change = waiting_change(listing.id)
    images = images_of([listing.id]).get(listing.id, [])
    return render_template(
        "listing_review/life.html",
        listing=listing,
        product=product,
        category=category,
        supplier=session().get_one(Supplier, listing.supplier_id),
        change=change,
        may_withdraw_change=change is not None and may(actor, "listing.edit", listing),
        hold=open_hold(listing.id),
        history=history,
        stop=stop_of(listing, history),
        stopped_change=stopped_change(history),
        actions=["lift" if one == "lift_off_shelf" else one for one in actions if one in _DEEDS or one == "lift"],
        completeness=completeness(listing, product, category, on=clock.today(), image_count=len(images)),
        images=images,
        may_edit_images=may(actor, "listing.edit", listing) and listing.state != "delisted",
        reason_name=reject_reason_name,
        image_reason_name=image_reason_name,
        refused=refused,
        given=request.form,
    )
