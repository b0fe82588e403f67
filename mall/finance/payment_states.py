"""The state table of a payment request."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step
from mall.finance.payment_books import send_to_treasury

PAYMENT_STATES = StateTable(
    document="payment",
    first="requested",
    steps=(
        #    action       from         to           who may                   books
        Step("return",    "requested", "returned",  "order.return_payment"),
        Step("approve",   "requested", "approved",  "order.approve_payment"),
        Step("send",      "approved",  "sent",      "payment.step",           send_to_treasury),
        Step("pay",       "sent",      "paid",      "payment.step"),
        Step("refuse",    "sent",      "refused",   "payment.step"),
    ),
)  # fmt: skip
