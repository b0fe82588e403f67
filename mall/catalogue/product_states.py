"""The life of a standard product: it stands, or its listings were merged into another one, from which it may return."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

PRODUCT_STATES = StateTable(
    document="product",
    first="current",
    steps=(
        Step("merge", "current", "merged", "product.merge"),
        # listings were split off again and stand under their old product
        Step("return", "merged", "current", "product.split"),
    ),
)
