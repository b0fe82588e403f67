"""The images of goods, as we encoded them, under addresses that name their content; hidden goods show none."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, current_app, send_file

from mall.access.authorize import may
from mall.access.guards import current_actor, everyone
from mall.catalogue.listing_image import is_public, owners_of
from mall.images.image_sizes import MEDIA_TYPE, SIZES
from mall.images.keep_image import image_path
from mall.web.static_files import FOR_A_YEAR

pages = Blueprint("images", __name__)

OPEN = "images of goods that everybody may look at; those of others are answered to their own people alone"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@pages.get("/images/<image_hash>/<size>.webp")
@everyone(OPEN)
def show(image_hash: str, size: str) -> Response:
    """One image in one of SIZES.

    Kept by browsers for a year where everybody may see it. Removed images and those of hidden goods are answered to
    those who may read the life of the goods, and kept by nobody; to all others they look as if they were not there.
    """
    if size not in SIZES or not _SHA256.fullmatch(image_hash):
        abort(404)
    is_open = is_public(image_hash)
    actor = current_actor()
    if not is_open and not any(may(actor, "listing.read", listing) for listing in owners_of(image_hash)):
        abort(404)
    path = image_path(image_hash, size=size, data_dir=current_app.config["SUNMALL"].data_dir)
    if not path.is_file():
        abort(404)
    response = send_file(path, mimetype=MEDIA_TYPE, etag=f"{image_hash[:32]}-{size}")
    if is_open:
        response.headers["Cache-Control"] = FOR_A_YEAR
    return response
