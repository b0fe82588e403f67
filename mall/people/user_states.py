"""The life of an account: invited, active, disabled. A username is never given to anybody else."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

USER_STATES = StateTable(
    document="user",
    first="invited",
    steps=(
        #    action      from        to          who may
        Step("activate", "invited",  "active",   "account.use"),
        Step("disable",  "invited",  "disabled", "people.disable"),
        Step("disable",  "active",   "disabled", "people.disable"),
        Step("enable",   "disabled", "active",   "people.disable"),
    ),
)  # fmt: skip
