"""The state table of what both sides agree on after the contract."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step
from mall.finance.change_books import post_change

CHANGE_STATES = StateTable(
    document="change",
    first="asked",
    steps=(
        #    action      from      to           who may                    books
        Step("agree",    "asked",  "agreed",    "order.answer_change",     post_change),
        Step("decline",  "asked",  "declined",  "order.answer_change"),
        Step("withdraw", "asked",  "withdrawn", "order.withdraw_change"),
        Step("release",  "agreed", "released",  "order.release_retention"),
    ),
)  # fmt: skip
