"""The state table of a refund claim."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step
from mall.finance.refund_books import claim_refund, give_up_refund, receive_refund

REFUND_STATES = StateTable(
    document="refund",
    first="claimed",
    steps=(
        #    action      from        to           who may                    books
        Step("agree",    "claimed",  "agreed",    "order.answer_refund",     claim_refund),
        Step("dispute",  "claimed",  "disputed",  "order.answer_refund"),
        Step("withdraw", "claimed",  "withdrawn", "order.claim_refund"),
        Step("insist",   "disputed", "claimed",   "order.claim_refund"),
        Step("withdraw", "disputed", "withdrawn", "order.claim_refund"),
        Step("receive",  "agreed",   "received",  "order.receive_refund",    receive_refund),
        Step("offset",   "agreed",   "offset",    "order.approve_payment",   receive_refund),
        Step("give_up",  "agreed",   "given_up",  "order.give_up_refund",    give_up_refund),
    ),
)  # fmt: skip

#: the goods are off the order and count no more; where the money stands is another question
GRANTED = ("agreed", "received", "offset", "given_up")
