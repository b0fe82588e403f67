"""The state table of a finding: explained by the unit, decided by finance, settled by the machine when it is gone."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

PAYMENT_FINDING_STATES = StateTable(
    document="payment_finding",
    first="open",
    steps=(
        #    action       from         to           who may
        Step("explain",   "open",      "explained", "payment_finding.explain"),
        Step("explain",   "explained", "explained", "payment_finding.explain"),
        Step("accept",    "explained", "accepted",  "payment_finding.decide"),
        Step("keep_open", "explained", "open",      "payment_finding.decide"),
        Step("clear",     "open",      "cleared",   "payment_finding.settle"),
        Step("clear",     "explained", "cleared",   "payment_finding.settle"),
        Step("reopen",    "cleared",   "open",      "payment_finding.settle"),
        Step("reopen",    "accepted",  "open",      "payment_finding.settle"),
    ),
)  # fmt: skip
