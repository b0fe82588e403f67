"""The life of a listing: drawn up, checked, reviewed by two people, sold, held, and in the end gone."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

LISTING_STATES = StateTable(
    document="listing",
    first="draft",
    # A file may bring goods whose category nobody has settled yet.
    entrances=("needs_category",),
    steps=(
        Step("settle", "needs_category", "submitted", "listing.edit"),
        Step("submit", "draft", "submitted", "listing.edit"),
        Step("submit", "intercepted", "submitted", "listing.edit"),
        Step("submit", "rejected", "submitted", "listing.edit"),
        Step("submit", "expired", "submitted", "listing.edit"),
        # the automatic checks; `shelve` where the region asks for no review
        Step("intercept", "submitted", "intercepted", "listing.check"),
        Step("refuse", "submitted", "rejected", "listing.check"),
        Step("check", "submitted", "checked", "listing.check"),
        Step("shelve", "submitted", "on_shelf", "listing.check"),
        # the goods were changed under review: they are looked at anew
        Step("recheck", "checked", "submitted", "listing.edit"),
        Step("withdraw", "checked", "draft", "listing.edit"),
        Step("approve", "checked", "on_shelf", "listing.review"),
        Step("reject", "checked", "rejected", "listing.review"),
        Step("take_off", "on_shelf", "off_shelf", "listing.shelve"),
        Step("put_on", "off_shelf", "on_shelf", "listing.shelve"),
        # held by the centre; afterwards it stands where it stood
        Step("freeze", "on_shelf", "frozen", "listing.hold"),
        Step("freeze", "off_shelf", "frozen", "listing.hold"),
        Step("lift", "frozen", "on_shelf", "listing.lift"),
        Step("lift_off_shelf", "frozen", "off_shelf", "listing.lift"),
        Step("expire", "on_shelf", "expired", "listing.expire"),
        Step("expire", "off_shelf", "expired", "listing.expire"),
        Step("expire", "frozen", "expired", "listing.expire"),
        Step("delist", "on_shelf", "delisted", "listing.hold"),
        Step("delist", "off_shelf", "delisted", "listing.hold"),
        Step("delist", "frozen", "delisted", "listing.hold"),
        Step("delist", "expired", "delisted", "listing.hold"),
    ),
)

#: reviewed once: a dearer price, another unit or pack waits for review while the old one stays in force
IN_FORCE = ("on_shelf", "off_shelf", "frozen", "expired")
#: the shop does not show it: it was never reviewed, or was taken off for good
NOT_SHOWN = ("needs_category", "draft", "submitted", "intercepted", "checked", "rejected", "delisted")
