"""Everything the page of one product shows: the offers side by side, where they are delivered, the price history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import nh3
from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.catalogue.category import Category
from mall.catalogue.completeness import completeness
from mall.catalogue.listing import Listing
from mall.catalogue.listing_image import ShownImage, images_of
from mall.catalogue.listing_states import NOT_SHOWN
from mall.catalogue.match_goods import model_key
from mall.catalogue.price_history import price_changes_of_product
from mall.catalogue.product import Product, redirects_to
from mall.catalogue.product_history import ProductDeed, product_history
from mall.database import session
from mall.documents.history import histories_of
from mall.errors import Refusal
from mall.search.catalogue_names import catalogue_names
from mall.search.found_listing import FoundListing
from mall.shop.availability import availability
from mall.shop.base_price import base_price_hundredths, change_text, rating_text, yuan_text
from mall.shop.line_chart import LineChart, Series, step_chart
from mall.shop.similar_products import similar_products
from mall.suppliers.supplier import Supplier

#: what a description may consist of on a page: text and tables; no pictures of other sites, no styles, no links
_TAGS = {
    "p", "br", "ul", "ol", "li", "dl", "dt", "dd", "b", "strong", "i", "em", "sub", "sup", "h3", "h4", "h5", "h6",
    "table", "thead", "tbody", "tr", "th", "td", "blockquote", "span", "div",
}  # fmt: skip
_TABLE_ROWS_MAX = 60
_DEEDS_MAX = 40
_NAMES_MAX = 8
#: several suppliers may each show five of one product
_GALLERY_MAX = 12
#: what the shop tells of the life of an offer; who did it stands on the page of its life, for those who may know
_PUBLIC_DEEDS = (
    "approve", "shelve", "take_off", "put_on", "freeze", "lift", "expire", "delist",
    "add_image", "remove_image", "take_down_image",
)  # fmt: skip


@dataclass(frozen=True)
class ShownOffer:
    """One supplier's offer. `reasons` say why the viewer's unit cannot order it; `base_price` is yuan per base unit."""

    listing: Listing
    supplier: Supplier
    reasons: list[Refusal]
    base_price: str
    base_hundredths: int
    is_cheapest: bool
    rating: str
    area: list[str]
    description: str
    #: how complete the supplier's particulars are, 0 to 100
    score: int

    @property
    def is_available(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class PriceRow:
    """One line of the price table; `change` is empty for a first price."""

    at: datetime
    supplier: str
    unit: str
    old_price_fen: int | None
    new_price_fen: int
    change: str
    reason: str


@dataclass(frozen=True)
class Deed:
    """What happened to an offer beside its price: put on the shelf, held, taken off; and why, as everybody may read."""

    at: datetime
    supplier: str
    action: str
    why: str


@dataclass(frozen=True)
class GalleryImage:
    """An image of the product, and whose offer it comes with."""

    image: ShownImage
    offer: ShownOffer


@dataclass(frozen=True)
class ProductView:
    """A product with its offers, those that can be ordered first, the cheapest per base unit on top."""

    product: Product
    category: Category | None
    offers: list[ShownOffer]
    chart: LineChart | None
    price_rows: list[PriceRow]
    price_rows_left_out: int
    deeds: list[Deed]
    gallery: list[GalleryImage]
    #: what else its listings, and the products merged into it, call it
    other_names: list[str]
    #: what was merged into it and split off it
    history: list[ProductDeed]

    def similar(self, *, region_code: int | None) -> list[FoundListing]:
        """What could be taken instead, on the shelf and delivered to the division."""
        if self.category is None or not self.category.in_mall:
            return []
        cheapest = self.offers[0].base_hundredths
        return similar_products(self.product, base_hundredths=cheapest, region_code=region_code, on=clock.today())

    @property
    def available(self) -> list[ShownOffer]:
        return [offer for offer in self.offers if offer.is_available]

    @property
    def base_unit(self) -> str:
        return self.product.base_unit or (self.offers[0].listing.unit if self.offers else "")


def view_product(product_id: int, *, region_code: int | None, reader: Actor) -> ProductView | None:
    """Read the page of a product for a unit of this division (None: a visitor). None for one without offers."""
    product = session().get(Product, product_id)
    if product is None:
        return None
    category = session().get(Category, product.category_code) if product.category_code else None
    rows = session().execute(
        select(Listing, Supplier)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(Listing.product_id == product_id, Listing.state.not_in(NOT_SHOWN))
    )
    pairs = [(listing, supplier) for listing, supplier in rows]
    images = images_of([listing.id for listing, _supplier in pairs])
    offers = _offers(
        pairs,
        product=product,
        category=category,
        region_code=region_code,
        on=clock.today(),
        images=images,
    )
    if not offers:
        return None
    chart, price_rows = _history(product_id, offers=offers)
    return ProductView(
        product=product,
        category=category,
        offers=offers,
        chart=chart,
        price_rows=price_rows[:_TABLE_ROWS_MAX],
        price_rows_left_out=max(0, len(price_rows) - _TABLE_ROWS_MAX),
        deeds=_deeds(offers),
        other_names=_other_names(product, offers),
        history=product_history(product_id, reader=reader),
        gallery=_gallery(offers, images),
    )


def delivery_area(region_codes: list[int]) -> list[str]:
    """The names of the divisions an offer is delivered to, widest first."""
    regions = catalogue_names().regions
    known = sorted((code for code in region_codes if code in regions), key=lambda code: (code % 100 > 0, code))
    return [regions[code].name for code in known]


def clean_description(html: str) -> str:
    """A supplier's description as safe HTML. The import cleaned it once; what pages show is cleaned again."""
    return nh3.clean(html, tags=_TAGS, attributes={}, clean_content_tags={"script", "style"}) if html else ""


def _offers(
    rows: list[tuple[Listing, Supplier]],
    *,
    product: Product,
    category: Category | None,
    region_code: int | None,
    on: date,
    images: dict[int, list[ShownImage]],
) -> list[ShownOffer]:
    judged = [
        (listing, supplier, availability(listing, supplier, category, region_code=region_code, on=on))
        for listing, supplier in rows
    ]
    prices = [
        base_price_hundredths(listing.price_fen, listing.pack_size) for listing, _, reasons in judged if not reasons
    ]
    shown = [
        _shown_offer(
            listing,
            supplier,
            reasons,
            cheapest=min(prices, default=None),
            of_several=len(prices) > 1,
            score=completeness(listing, product, category, on=on, image_count=len(images.get(listing.id, ()))).score,
        )
        for listing, supplier, reasons in judged
    ]
    return sorted(shown, key=lambda offer: (not offer.is_available, offer.base_hundredths, offer.listing.id))


def _shown_offer(
    listing: Listing,
    supplier: Supplier,
    reasons: list[Refusal],
    *,
    cheapest: int | None,
    of_several: bool,
    score: int,
) -> ShownOffer:
    hundredths = base_price_hundredths(listing.price_fen, listing.pack_size)
    return ShownOffer(
        listing=listing,
        supplier=supplier,
        reasons=reasons,
        base_price=yuan_text(hundredths),
        base_hundredths=hundredths,
        is_cheapest=of_several and not reasons and hundredths == cheapest,
        rating=rating_text(supplier.rating_sum, supplier.rating_count),
        area=delivery_area(listing.region_codes),
        description=clean_description(listing.description_html),
        score=score,
    )


def _other_names(product: Product, offers: list[ShownOffer]) -> list[str]:
    """In the order of the offers; names that differ only in blanks and signs count once."""
    names = [offer.listing.name for offer in offers] + [one.name for one in redirects_to(product.id)]
    known = {model_key(product.name)}
    found = []
    for name in names:
        if model_key(name) not in known:
            known.add(model_key(name))
            found.append(name)
    return found[:_NAMES_MAX]


def _gallery(offers: list[ShownOffer], images: dict[int, list[ShownImage]]) -> list[GalleryImage]:
    """The images of all offers in the order of the offers; one that two suppliers show stands there once."""
    found: dict[str, GalleryImage] = {}
    for offer in offers:
        for image in images.get(offer.listing.id, ()):
            found.setdefault(image.sha256, GalleryImage(image, offer))
    return list(found.values())[:_GALLERY_MAX]


def _deeds(offers: list[ShownOffer]) -> list[Deed]:
    """The latest steps of the shown offers, newest first."""
    suppliers = {offer.listing.id: offer.supplier.name for offer in offers}
    steps = histories_of([f"listing:{listing_id}" for listing_id in suppliers])
    shown = [step for step in steps if step.action in _PUBLIC_DEEDS][-_DEEDS_MAX:]
    return [
        Deed(
            at=step.at,
            supplier=suppliers[int(step.document.partition(":")[2])],
            action=f"listing.{step.action}",
            # Why a supplier takes goods off is his own affair; why the centre holds them is not.
            why=step.note if step.action in ("freeze", "delist") else "",
        )
        for step in shown[::-1]
    ]


def _history(product_id: int, *, offers: list[ShownOffer]) -> tuple[LineChart | None, list[PriceRow]]:
    """The chart of prices per base unit, and the table of price changes, newest first."""
    shown = {offer.listing.id: offer for offer in offers}
    points: dict[int, list[tuple[datetime, int]]] = {}
    rows: list[PriceRow] = []
    for _, change in price_changes_of_product(product_id):
        offer = shown.get(change.listing_id)
        if offer is None:
            continue
        value = base_price_hundredths(change.new_price_fen, offer.listing.pack_size)
        points.setdefault(offer.listing.id, []).append((change.changed_at, value))
        old = change.old_price_fen
        rows.append(
            PriceRow(
                at=change.changed_at,
                supplier=offer.supplier.name,
                unit=offer.listing.unit,
                old_price_fen=old,
                new_price_fen=change.new_price_fen,
                change=change_text(old, change.new_price_fen) if old else "",
                reason=change.reason,
            )
        )
    series = [Series(offer.supplier.name, points.get(offer.listing.id, [])) for offer in offers]
    return step_chart(series, until=clock.now(), value_text=yuan_text), rows[::-1]
