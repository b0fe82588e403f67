"""The life of a listing in this release: needs a category, on the shelf, off the shelf."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

LISTING_STATES = StateTable(
    document="listing",
    first="needs_category",
    steps=(
        Step("settle", "needs_category", "on_shelf", "listing.edit"),
        Step("take_off", "on_shelf", "off_shelf", "listing.shelve"),
        Step("put_on", "off_shelf", "on_shelf", "listing.shelve"),
    ),
)
