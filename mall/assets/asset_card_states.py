"""The state table of an asset card: registered by a person, sent to the unit's asset system, answered by it."""

from __future__ import annotations

from mall.assets.asset_card_books import book_fixed_asset
from mall.documents.state_table import StateTable, Step

ASSET_CARD_STATES = StateTable(
    document="asset_card",
    first="waiting",
    steps=(
        #    action         from            to              who may            books
        Step("register",    "waiting",      "registered",   "asset.register",  book_fixed_asset),
        Step("amend",       "registered",   "registered",   "asset.register"),
        Step("send",        "registered",   "sent",         "asset.exchange"),
        # Read over the API, a card is acknowledged without a file having been sent.
        Step("acknowledge", "registered",   "acknowledged", "asset.exchange"),
        Step("acknowledge", "sent",         "acknowledged", "asset.exchange"),
        Step("reject",      "sent",         "registered",   "asset.exchange"),
        Step("change",      "acknowledged", "changed",      "asset.exchange"),
        Step("change",      "changed",      "changed",      "asset.exchange"),
        Step("dispose",     "acknowledged", "disposed",     "asset.exchange"),
        Step("dispose",     "changed",      "disposed",     "asset.exchange"),
        # The goods go back to the supplier; what that books is the return's affair.
        Step("take_back",   "waiting",      "returned",     "asset.take_back"),
        Step("take_back",   "registered",   "returned",     "asset.take_back"),
        Step("take_back",   "sent",         "returned",     "asset.take_back"),
        Step("take_back",   "acknowledged", "returned",     "asset.take_back"),
        Step("take_back",   "changed",      "returned",     "asset.take_back"),
    ),
)  # fmt: skip

#: cards of pieces that the unit still has
IN_USE = ("waiting", "registered", "sent", "acknowledged", "changed")
#: cards whose value stands in the fixed assets of the books; a disposal books nothing to the budget
IN_FIXED_ASSETS = ("registered", "sent", "acknowledged", "changed", "disposed")
