"""The page of a listing's images: its supplier adds, orders and removes them; a reviewer removes one and says why."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.add_listing_image import add_listing_image, image_limits, require_room
from mall.catalogue.arrange_listing_images import arrange_listing_images
from mall.catalogue.listing import Listing
from mall.catalogue.listing_image import IMAGE_REASONS, images_of
from mall.catalogue.remove_listing_image import remove_listing_image
from mall.database import close_reading, session
from mall.documents.once import RequestRecord
from mall.errors import Refusal
from mall.images.keep_image import keep_image
from mall.images.prepare_image import prepare_image
from mall.web.names import image_reason_name
from mall.web.words import Words, status_of, words_for

pages = Blueprint("listing_images", __name__)

ACCEPTED = ("image/jpeg", "image/png", "image/webp")


@pages.get("/listings/<int:listing_id>/images")
@needs("listing.read")
def index(listing_id: int) -> str:
    """The images of one listing, for its supplier, the reviewers, the centre and the regulators."""
    return _page(_visible(listing_id, permission="listing.read", action="listing.read"))


@pages.post("/listings/<int:listing_id>/images")
@needs("listing.edit")
def add(listing_id: int) -> Response | tuple[str, int]:
    """Add the files that were sent, one after the other; the first that is refused ends it, those before it stay."""
    _visible(listing_id, permission="listing.edit", action="listing.add_image")
    files = [file for file in request.files.getlist("image") if file.filename]
    added, name = 0, ""

    def deed() -> None:
        nonlocal added, name
        if not files:
            raise Refusal("image.empty")
        for number, file in enumerate(files):
            name = (file.filename or "")[:120]
            _add_one(listing_id, file, number=number)
            added += 1

    return _answer(listing_id, deed, action="listing.add_image", done=lambda: _added_words(added), about=lambda: name)


@pages.post("/listings/<int:listing_id>/images/order")
@needs("listing.edit")
def arrange(listing_id: int) -> Response | tuple[str, int]:
    """Show the images in another order; each button sends the whole order that it stands for."""
    name = _visible(listing_id, permission="listing.edit", action="listing.arrange_images").name

    def deed() -> None:
        words = request.form.get("order", "").split(",")
        if not all(word.isascii() and word.isdigit() and len(word) < 19 for word in words):
            raise Refusal("image.order_stale", name=name)
        arrange_listing_images(
            actor=current_actor(), listing_id=listing_id, image_ids=[int(word) for word in words], request_key=_key()
        )

    return _answer(listing_id, deed, action="listing.arrange_images", done=lambda: _("图片顺序已调整。"))


@pages.post("/listings/<int:listing_id>/images/<int:image_id>/remove")
@needs("listing.remove_image")
def remove(listing_id: int, image_id: int) -> Response | tuple[str, int]:
    """Remove one image."""
    _visible(listing_id, permission="listing.remove_image", action="listing.remove_image")

    def deed() -> None:
        remove_listing_image(
            actor=current_actor(),
            listing_id=listing_id,
            image_id=image_id,
            reason=request.form.get("reason", ""),
            note=request.form.get("note", ""),
            request_key=_key(),
        )

    return _answer(listing_id, deed, action="listing.remove_image", done=lambda: _("图片已删除。"))


def _add_one(listing_id: int, file: FileStorage, *, number: int) -> None:
    listing = session().get_one(Listing, listing_id)
    key = f"{_key()}-{number}" if _key() else None
    if not _is_repeated(key):
        # Asked before the picture is decoded, and again under the lock.
        require_room(listing)
    limits = image_limits(listing)
    # Decoding takes its time: no connection is kept waiting for it.
    close_reading()
    image = prepare_image(file.stream.read(), bytes_max=limits.size_bytes, pixels_max=limits.pixels)
    kept = keep_image(image, data_dir=current_app.config["SUNMALL"].data_dir)
    add_listing_image(actor=current_actor(), listing_id=listing_id, image=kept, request_key=key)


def _is_repeated(key: str | None) -> bool:
    """Whether this was asked before: then the use-case gives the first answer again, however many images there are."""
    asked = (current_actor().user_id, "listing.add_image", key)
    return key is not None and key.isprintable() and session().get(RequestRecord, asked) is not None


def _answer(
    listing_id: int,
    deed: Callable[[], None],
    *,
    action: str,
    done: Callable[[], str],
    about: Callable[[], str] = lambda: "",
) -> Response | tuple[str, int]:
    try:
        deed()
    except Refusal as refusal:
        if not refusal.recorded:
            record_refusal(actor=current_actor(), action=action, refusal=refusal, subject=f"listing:{listing_id}")
        listing = session().get_one(Listing, listing_id)
        return _page(listing, refused=words_for(refusal), about=about()), status_of(refusal)
    flash(done(), "success")
    return redirect(url_for("listing_images.index", listing_id=listing_id))


def _added_words(count: int) -> str:
    return _("已添加 %(count)s 张图片。", count=count)


def _key() -> str | None:
    # Room for the number of the file behind it.
    return request.form.get("request_key", "")[:190] or None


def _visible(listing_id: int, *, permission: str, action: str) -> Listing:
    """Foreign and missing look the same: 404, recorded. The use-case asks again."""
    found = session().get(Listing, listing_id) if listing_id < 2**63 else None
    if found is None or not may(current_actor(), permission, found):
        refusal = Refusal("listing.unknown", listing_id=listing_id)
        record_refusal(actor=current_actor(), action=action, refusal=refusal, subject=f"listing:{listing_id}")
        abort(404)
    return found


def _page(listing: Listing, *, refused: Words | None = None, about: str = "") -> str:
    actor = current_actor()
    images = images_of([listing.id]).get(listing.id, [])
    ids = [image.id for image in images]
    return render_template(
        "listing_review/images.html",
        listing=listing,
        images=images,
        forwards={image_id: _moved(ids, at=at, to=at - 1) for at, image_id in enumerate(ids) if at},
        firsts={image_id: _moved(ids, at=at, to=0) for at, image_id in enumerate(ids) if at > 1},
        limits=image_limits(listing),
        accepted=",".join(ACCEPTED),
        may_edit=may(actor, "listing.edit", listing) and listing.state != "delisted",
        may_take_down=may(actor, "listing.remove_image", listing) and listing.supplier_id not in actor.supplier_ids,
        reasons=[(code, image_reason_name(code)) for code in IMAGE_REASONS],
        refused=refused,
        about=about,
    )


def _moved(ids: list[int], *, at: int, to: int) -> str:
    """The order in which the image at one place stands at another, as a button sends it."""
    others = ids[:at] + ids[at + 1 :]
    return ",".join(map(str, [*others[:to], ids[at], *others[to:]]))
