"""The state table of a public report: filed by anybody, handled and answered by a regulator of the region."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

PUBLIC_REPORT_STATES = StateTable(
    document="public_report",
    first="filed",
    steps=(
        #    action    from        to          who may
        Step("add",    "filed",    "filed",    "public_report.file"),
        Step("add",    "handling", "handling", "public_report.file"),
        Step("add",    "answered", "handling", "public_report.file"),
        Step("handle", "filed",    "handling", "public_report.handle"),
        Step("link",   "filed",    "handling", "public_report.handle"),
        Step("link",   "handling", "handling", "public_report.handle"),
        Step("link",   "answered", "answered", "public_report.handle"),
        Step("answer", "filed",    "answered", "public_report.handle"),
        Step("answer", "handling", "answered", "public_report.handle"),
        Step("answer", "answered", "answered", "public_report.handle"),
        Step("close",  "answered", "closed",   "public_report.handle"),
    ),
)  # fmt: skip
