"""The state table of a hold: proposed by one regulator, approved by another, in force by the system, and over."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

WATCH_HOLD_STATES = StateTable(
    document="watch_hold",
    first="proposed",
    steps=(
        #    action         from             to               who may
        Step("approve",      "proposed",      "approved",      "watch_hold.decide"),
        Step("reject",       "proposed",      "rejected",      "watch_hold.decide"),
        Step("withdraw",     "proposed",      "withdrawn",     "watch_hold.propose"),
        # its case ended, or its last day passed, before anything was held
        Step("lapse",        "proposed",      "withdrawn",     "watch_hold.step"),
        Step("lapse",        "approved",      "withdrawn",     "watch_hold.step"),
        Step("take_effect",  "approved",      "in_force",      "watch_hold.step"),
        Step("fail",         "approved",      "failed",        "watch_hold.step"),
        Step("propose_lift", "in_force",      "lift_proposed", "watch_hold.propose"),
        Step("keep",         "lift_proposed", "in_force",      "watch_hold.decide"),
        Step("lift",         "lift_proposed", "lifting",       "watch_hold.decide"),
        Step("end",          "in_force",      "ended",         "watch_hold.step"),
        Step("end",          "lift_proposed", "ended",         "watch_hold.step"),
        Step("end",          "lifting",       "ended",         "watch_hold.step"),
    ),
)  # fmt: skip

#: something is held now
HELD = ("in_force", "lift_proposed", "lifting")
#: it waits for a second regulator
WAITING = ("proposed", "lift_proposed")
