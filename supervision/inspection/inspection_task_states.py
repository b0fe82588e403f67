"""The state table of an inspection task: drawn, taken by an inspector who then sees its snapshot, and recorded."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

INSPECTION_TASK_STATES = StateTable(
    document="inspection_task",
    first="open",
    steps=(
        #    action       from     to       who may
        Step("take",      "open",  "taken", "inspection.carry_out"),
        Step("give_back", "taken", "open",  "inspection.carry_out"),
        Step("record",    "taken", "done",  "inspection.carry_out"),
    ),
)  # fmt: skip
