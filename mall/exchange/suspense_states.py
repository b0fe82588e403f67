"""The state table of what waits in suspense: one person says what it was, another one settles it."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step
from mall.exchange.suspense_books import release_money, suspend_money

SUSPENSE_STATES = StateTable(
    document="suspense",
    first="new",
    steps=(
        #    action     from          to            who may              books
        Step("open",    "new",        "open",       "suspense.step",     suspend_money),
        Step("propose", "open",       "proposed",   "suspense.handle"),
        Step("propose", "waiting",    "proposed",   "suspense.handle"),
        Step("propose", "clarifying", "proposed",   "suspense.handle"),
        Step("wait",    "open",       "waiting",    "suspense.handle"),
        Step("wait",    "clarifying", "waiting",    "suspense.handle"),
        Step("clarify", "open",       "clarifying", "suspense.handle"),
        Step("clarify", "waiting",    "clarifying", "suspense.handle"),
        Step("approve", "proposed",   "settled",    "suspense.decide",   release_money),
        Step("return",  "proposed",   "open",       "suspense.decide"),
        Step("resolve", "open",       "settled",    "suspense.step",     release_money),
        Step("resolve", "waiting",    "settled",    "suspense.step",     release_money),
        Step("resolve", "clarifying", "settled",    "suspense.step",     release_money),
    ),
)  # fmt: skip

#: states in which nobody has said yet what it was
UNDECIDED = ("open", "waiting", "clarifying")
