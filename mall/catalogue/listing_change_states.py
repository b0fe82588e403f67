"""The life of a change that waits for review while the old terms stay in force."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

LISTING_CHANGE_STATES = StateTable(
    document="listing_change",
    first="waiting",
    steps=(
        Step("intercept", "waiting", "intercepted", "listing.check"),
        Step("withdraw", "waiting", "withdrawn", "listing.edit"),
        # the listing expired or was delisted before anybody decided
        Step("lapse", "waiting", "withdrawn", "listing.lapse_change"),
        Step("approve", "waiting", "applied", "listing.review"),
        Step("reject", "waiting", "rejected", "listing.review"),
    ),
)
