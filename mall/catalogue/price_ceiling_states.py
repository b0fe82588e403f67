"""The life of a price ceiling: one person of the centre enters it, another one puts it in force."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

PRICE_CEILING_STATES = StateTable(
    document="price_ceiling",
    first="entered",
    steps=(
        Step("confirm", "entered", "in_force", "ceiling.confirm"),
        Step("withdraw", "entered", "withdrawn", "ceiling.enter"),
        Step("end", "in_force", "ended", "ceiling.enter"),
    ),
)
