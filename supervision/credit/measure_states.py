"""The state table of a measure: proposed by one regulator, approved by another, carried out and ended by the system."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

MEASURE_STATES = StateTable(
    document="measure",
    first="proposed",
    steps=(
        #    action      from        to           who may
        Step("approve",  "proposed", "approved",  "measure.decide"),
        Step("reject",   "proposed", "rejected",  "measure.decide"),
        Step("withdraw", "proposed", "withdrawn", "measure.propose"),
        Step("start",    "approved", "in_force",  "measure.step"),
        Step("end",      "in_force", "ended",     "measure.step"),
        Step("annul",    "approved", "annulled",  "measure.annul"),
        Step("annul",    "in_force", "annulled",  "measure.annul"),
    ),
)  # fmt: skip

#: what the party itself reads of
TOLD = ("in_force", "ended", "annulled")
