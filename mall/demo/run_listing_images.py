"""Images of the demo's goods: drawings of our own, brought in by their suppliers as everybody's are."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from mall import clock
from mall.access.actor import Actor
from mall.catalogue.add_listing_image import add_listing_image, image_limits
from mall.catalogue.listing import Listing
from mall.catalogue.listing_image import image_counts
from mall.catalogue.product import Product
from mall.database import close_reading, session
from mall.demo.demo_accounts import SUPPLIER_USERNAMES
from mall.demo.draw_goods import draw_goods, shape_of
from mall.images.keep_image import KeptImage, keep_image
from mall.images.prepare_image import prepare_image
from mall.people.user import actor_named

#: the best-sold products, which stand on the home page
POPULAR = 24
#: of each demo supplier's goods on the shelf and of those still in draft, which come before the reviewers later
OWN_ON_SHELF, OWN_DRAFTS = 5, 3


def run_listing_images(*, supplier_usernames: dict[int, str], ends_at: datetime, data_dir: Path) -> int:
    """Give a few dozen goods one drawing, and every third a second one of its pack. Returns how many were added.

    `supplier_usernames`: who acts for each supplier. Run again after a kill, what has images already is left alone.
    """
    goods = _goods()
    known = image_counts([listing_id for listing_id, _supplier_id, _code in goods])
    close_reading()
    actors = {supplier_id: actor_named(supplier_usernames[supplier_id]) for _, supplier_id, _ in goods}
    close_reading()
    drawn: dict[tuple[str, int], KeptImage] = {}
    added = 0
    for number, (listing_id, supplier_id, code) in enumerate(goods):
        shapes = [shape_of(code), *(["box"] if number % 3 == 0 and shape_of(code) != "box" else [])]
        for place, shape in enumerate(shapes[known.get(listing_id, 0) :], start=known.get(listing_id, 0)):
            look = (shape, number % 2)
            if look not in drawn:
                drawn[look] = _drawing(*look, listing_id=listing_id, data_dir=data_dir)
            with clock.frozen(ends_at - timedelta(hours=90) + timedelta(minutes=2 * number + place)):
                _add(actors[supplier_id], listing_id, drawn[look])
            added += 1
    return added


def _goods() -> list[tuple[int, int, str]]:
    """(listing, supplier, category) of the goods that get images, each listing once."""
    columns = (Listing.id, Listing.supplier_id, func.coalesce(Product.category_code, ""))
    base = select(*columns).join(Product, Product.id == Listing.product_id)
    best = (
        base.where(Listing.state == "on_shelf", Listing.sold_count > 0)
        .order_by(Listing.sold_count.desc(), Listing.id)
        .limit(POPULAR)
    )
    queries = [best]
    for username in SUPPLIER_USERNAMES:
        own = base.where(Listing.supplier_id.in_(actor_named(username).supplier_ids)).order_by(Listing.sku)
        queries += [
            own.where(Listing.state == "on_shelf").limit(OWN_ON_SHELF),
            own.where(Listing.state == "draft").limit(OWN_DRAFTS),
        ]
    rows = [tuple(row) for query in queries for row in session().execute(query)]
    return list({row[0]: row for row in rows}.values())


def _drawing(shape: str, tone: int, *, listing_id: int, data_dir: Path) -> KeptImage:
    limits = image_limits(session().get_one(Listing, listing_id))
    close_reading()
    image = prepare_image(draw_goods(shape, tone=tone), bytes_max=limits.size_bytes, pixels_max=limits.pixels)
    return keep_image(image, data_dir=data_dir)


def _add(actor: Actor, listing_id: int, image: KeptImage) -> None:
    add_listing_image(actor=actor, listing_id=listing_id, image=image)
