"""The state table of a fund-use plan: the unit's accountant asks, a budget officer who had no hand in it decides."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step
from mall.plans.fund_use_plan_books import post_fund_use_plan

FUND_USE_PLAN_STATES = StateTable(
    document="fund_use_plan",
    first="draft",
    steps=(
        #    action      from         to           who may                  books
        Step("edit",     "draft",     "draft",     "fund_use_plan.edit"),
        Step("submit",   "draft",     "submitted", "fund_use_plan.edit"),
        Step("withdraw", "draft",     "withdrawn", "fund_use_plan.edit"),
        Step("approve",  "submitted", "approved",  "fund_use_plan.decide",  post_fund_use_plan),
        Step("return",   "submitted", "returned",  "fund_use_plan.decide"),
        Step("withdraw", "submitted", "withdrawn", "fund_use_plan.edit"),
        Step("plead",    "submitted", "submitted", "fund_use_plan.edit"),
        Step("exempt",   "submitted", "submitted", "fund_use_plan.decide"),
        Step("repoint",  "submitted", "submitted", "fund_use_plan.edit"),
        Step("adjust",   "submitted", "submitted", "fund_use_plan.edit"),
        Step("repoint",  "approved",  "approved",  "fund_use_plan.edit"),
        Step("adjust",   "approved",  "approved",  "fund_use_plan.edit"),
        Step("edit",     "returned",  "returned",  "fund_use_plan.edit"),
        Step("submit",   "returned",  "submitted", "fund_use_plan.edit"),
        Step("withdraw", "returned",  "withdrawn", "fund_use_plan.edit"),
    ),
)  # fmt: skip
