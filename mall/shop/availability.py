"""Whether a unit may order an offer today, and every reason why not; knows no database."""

from __future__ import annotations

from datetime import date

from mall.catalogue.category import Category
from mall.catalogue.listing import Listing, delivers_to
from mall.errors import Refusal
from mall.suppliers.supplier import Supplier, licence_expired


def availability(
    listing: Listing, supplier: Supplier, category: Category | None, *, region_code: int | None, on: date
) -> list[Refusal]:
    """Return the reasons against ordering `listing` on `on`, the weightiest first; none means it may be ordered.

    `region_code` is the buying unit's division; without one (a visitor) delivery is not judged.
    Codes: listing.off_shelf, supplier.suspended, supplier.licence_expired, category.out_of_mall, listing.no_delivery.
    """
    reasons: list[Refusal] = []
    if listing.state != "on_shelf":
        reasons.append(Refusal("listing.off_shelf", listing_id=listing.id, sku=listing.sku, name=listing.name))
    if supplier.state != "active":
        reasons.append(
            Refusal(
                "supplier.suspended",
                supplier_id=supplier.id,
                supplier=supplier.name,
                reason=supplier.suspended_reason,
            )
        )
    if licence_expired(supplier, on=on):
        reasons.append(
            Refusal(
                "supplier.licence_expired",
                supplier_id=supplier.id,
                supplier=supplier.name,
                licence_expires_on=supplier.licence_expires_on,
            )
        )
    if category is None or not category.in_mall:
        reasons.append(
            Refusal(
                "category.out_of_mall",
                name=listing.name,
                category_code=category.code if category else "",
                category=category.name if category else "",
            )
        )
    if region_code is not None and not delivers_to(listing.region_codes, region_code=region_code):
        reasons.append(
            Refusal("listing.no_delivery", listing_id=listing.id, name=listing.name, region_code=region_code)
        )
    return reasons
