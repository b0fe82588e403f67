"""The state table of an outside price: entered by one person, compared with only when another one has confirmed it."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

OUTSIDE_PRICE_STATES = StateTable(
    document="outside_price",
    first="entered",
    steps=(
        #    action     from       to           who may
        Step("confirm", "entered", "confirmed", "outside_price.confirm"),
        Step("reject",  "entered", "rejected",  "outside_price.confirm"),
    ),
)  # fmt: skip
