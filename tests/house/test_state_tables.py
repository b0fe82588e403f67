"""The agreed state tables, written again by hand: a changed line must be changed here too, by a person."""

from __future__ import annotations

import pytest

from mall.catalogue.listing_states import LISTING_STATES
from mall.documents.state_table import StateTable, Step
from mall.finance.budget_document_states import BUDGET_DOCUMENT_STATES
from mall.finance.payment_states import PAYMENT_STATES
from mall.ordering.order_states import ORDER_STATES

ORDER = """
submit               draft             submitted         order.submit               reserve_budget
cancel               draft             cancelled         order.cancel               -
return               submitted         returned          order.return               release_reservation
submit               returned          submitted         order.submit               reserve_budget
edit                 returned          returned          order.edit                 -
cancel               returned          cancelled         order.cancel               -
cancel               submitted         cancelled         order.cancel               release_reservation
endorse              submitted         endorsed          order.approve              -
return               endorsed          returned          order.return               release_reservation
cancel               endorsed          cancelled         order.cancel               release_reservation
approve              submitted         approved          order.approve              commit_budget
approve              endorsed          approved          order.approve_second       commit_budget
confirm              approved          confirmed         order.confirm              -
decline              approved          declined          order.decline              release_commitment
sign                 confirmed         confirmed         order.sign                 -
contract             confirmed         contracted        order.contract             release_difference
request_cancellation confirmed         confirmed         order.request_cancellation -
agree_cancellation   confirmed         cancelled         order.agree_cancellation   release_commitment
request_cancellation contracted        contracted        order.request_cancellation -
agree_cancellation   contracted        cancelled         order.agree_cancellation   release_commitment
ship                 contracted        shipped           order.ship                 -
ship                 shipped           shipped           order.ship                 -
ship                 received          received          order.ship                 -
receive              shipped           received          order.receive              -
receive              received          received          order.receive              -
refuse               shipped           refused           order.receive              -
refuse_part          shipped           shipped           order.receive              -
refuse_part          received          received          order.receive              -
ship                 refused           shipped           order.ship                 -
request_cancellation refused           refused           order.request_cancellation -
agree_cancellation   refused           cancelled         order.agree_cancellation   release_commitment
request_short        shipped           shipped           order.release_short        -
request_short        received          received          order.release_short        -
agree_short          shipped           shipped           order.agree_short          release_short
agree_short          received          received          order.agree_short          release_short
accept_first         received          received          order.accept               -
accept_part          received          received          order.complete_acceptance  accrue_accepted
accept               received          accepted          order.complete_acceptance  accrue_accepted
finish_short         received          accepted          order.complete_acceptance  -
dispute              received          disputed          order.dispute              -
answer_dispute       disputed          disputed          order.answer_dispute       -
settle_dispute       disputed          received          order.settle_dispute       release_short
request_cancellation disputed          disputed          order.request_cancellation -
agree_cancellation   disputed          cancelled         order.agree_cancellation   release_commitment
invoice              accepted          invoiced          order.invoice              -
request_payment      invoiced          payment_requested order.request_payment      -
return_payment       payment_requested invoiced          order.return_payment       -
approve_payment      payment_requested in_payment        order.approve_payment      book_payment_request
pay                  in_payment        paid              order.settle_payment       confirm_paid
refuse_payment       in_payment        invoiced          order.settle_payment       book_payment_refused
register_asset       accepted          accepted          order.register_asset       -
register_asset       invoiced          invoiced          order.register_asset       -
register_asset       payment_requested payment_requested order.register_asset       -
register_asset       in_payment        in_payment        order.register_asset       -
register_asset       paid              paid              order.register_asset       -
rate                 paid              paid              order.rate                 -
close                paid              closed            order.close                -
"""

PAYMENT = """
return  requested returned order.return_payment  -
approve requested approved order.approve_payment -
send    approved  sent     payment.step          send_to_treasury
pay     sent      paid     payment.step          -
refuse  sent      refused  payment.step          -
"""

BUDGET_DOCUMENT = """
edit     draft     draft     budget_document.edit     -
submit   draft     submitted budget_document.submit   -
withdraw draft     withdrawn budget_document.withdraw -
approve  submitted approved  budget_document.decide   post_budget_document
return   submitted returned  budget_document.decide   -
withdraw submitted withdrawn budget_document.withdraw -
edit     returned  returned  budget_document.edit     -
submit   returned  submitted budget_document.submit   -
withdraw returned  withdrawn budget_document.withdraw -
"""

LISTING = """
settle   needs_category on_shelf  listing.edit   -
take_off on_shelf       off_shelf listing.shelve -
put_on   off_shelf      on_shelf  listing.shelve -
"""


@pytest.mark.parametrize(
    ("table", "agreed"),
    [
        (ORDER_STATES, ORDER),
        (PAYMENT_STATES, PAYMENT),
        (BUDGET_DOCUMENT_STATES, BUDGET_DOCUMENT),
        (LISTING_STATES, LISTING),
    ],
)
def test_a_state_table_is_what_was_agreed(table: StateTable, agreed: str) -> None:
    expected = [tuple(line.split()) for line in agreed.strip().splitlines()]

    found = [
        (step.action, step.before, step.after, step.permission, step.books.__name__ if step.books else "-")
        for step in table.steps
    ]

    assert found == expected


def test_two_steps_for_one_action_and_state_are_refused() -> None:
    with pytest.raises(ValueError, match="two steps"):
        StateTable(
            document="twice",
            first="a",
            steps=(Step("go", "a", "b", "order.read"), Step("go", "a", "a", "order.read")),
        )


def test_an_unreachable_state_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be reached"):
        StateTable(document="island", first="a", steps=(Step("go", "b", "c", "order.read"),))


def test_a_mistyped_permission_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown permission"):
        StateTable(document="typo", first="a", steps=(Step("go", "a", "b", "order.reed"),))


def test_no_money_moves_out_of_an_ended_state() -> None:
    for ended in ("cancelled", "declined", "closed"):
        assert ORDER_STATES.steps_from(ended) == ()
