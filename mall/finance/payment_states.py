"""The state table of a payment request: several of one order can be under way, and each moves its own money."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step
from mall.finance.payment_books import bounce, confirm_paid, recall, refuse, request_payment, send_to_treasury

PAYMENT_STATES = StateTable(
    document="payment",
    first="requested",
    steps=(
        #    action       from         to           who may                   books
        Step("return",    "requested", "returned",  "order.return_payment"),
        Step("approve",   "requested", "approved",  "order.approve_payment",  request_payment),
        Step("return",    "approved",  "returned",  "order.return_payment",   recall),
        Step("send",      "approved",  "sent",      "payment.step",           send_to_treasury),
        Step("pay",       "sent",      "paid",      "payment.step",           confirm_paid),
        Step("refuse",    "sent",      "refused",   "payment.step",           refuse),
        Step("bounce",    "paid",      "bounced",   "payment.step",           bounce),
    ),
)  # fmt: skip

#: what the order no longer owes or has asked for; the other states leave the money owed
LIVE = ("requested", "approved", "sent", "paid")
IN_TRANSIT = ("approved", "sent")
