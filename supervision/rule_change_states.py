"""The state table of a change to a rule: drafted, tried on past orders, run in shadow, switched on by another."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

RULE_CHANGE_STATES = StateTable(
    document="rule_change",
    first="draft",
    steps=(
        #    action        from        to           who may
        Step("edit",       "draft",    "draft",     "rule_change.edit"),
        Step("back_test",  "draft",    "tested",    "rule_change.edit"),
        Step("edit",       "tested",   "draft",     "rule_change.edit"),
        Step("back_test",  "tested",   "tested",    "rule_change.edit"),
        Step("shadow",     "tested",   "shadow",    "rule_change.edit"),
        Step("back_test",  "shadow",   "shadow",    "rule_change.edit"),
        Step("propose",    "tested",   "proposed",  "rule_change.edit"),
        Step("propose",    "shadow",   "proposed",  "rule_change.edit"),
        Step("switch_on",  "proposed", "in_force",  "rule_change.decide"),
        Step("reject",     "proposed", "rejected",  "rule_change.decide"),
        Step("withdraw",   "draft",    "withdrawn", "rule_change.edit"),
        Step("withdraw",   "tested",   "withdrawn", "rule_change.edit"),
        Step("withdraw",   "shadow",   "withdrawn", "rule_change.edit"),
        Step("withdraw",   "proposed", "withdrawn", "rule_change.edit"),
        Step("end",        "in_force", "ended",     "rule_change.decide"),
    ),
)  # fmt: skip
