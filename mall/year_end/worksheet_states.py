"""The state table of a year-end worksheet: drawn up, handed in, signed by the unit, approved by finance, executed."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step
from mall.year_end.worksheet_books import post_worksheet

WORKSHEET_STATES = StateTable(
    document="year_end",
    first="draft",
    steps=(
        #    action      from         to           who may                books
        Step("edit",     "draft",     "draft",     "year_end.draw_up"),
        Step("propose",  "draft",     "draft",     "year_end.draw_up"),
        Step("submit",   "draft",     "submitted", "year_end.draw_up"),
        Step("withdraw", "draft",     "withdrawn", "year_end.draw_up"),
        Step("sign",     "submitted", "signed",    "year_end.sign"),
        Step("return",   "submitted", "draft",     "year_end.return"),
        Step("propose",  "submitted", "draft",     "year_end.draw_up"),
        Step("approve",  "signed",    "approved",  "year_end.decide"),
        Step("return",   "signed",    "draft",     "year_end.decide"),
        Step("propose",  "signed",    "draft",     "year_end.draw_up"),
        Step("execute",  "approved",  "executed",  "year_end.execute",    post_worksheet),
        Step("return",   "approved",  "draft",     "year_end.decide"),
        Step("propose",  "approved",  "draft",     "year_end.draw_up"),
    ),
)  # fmt: skip

#: what still waits for somebody
OPEN_STATES = ("draft", "submitted", "signed", "approved")
