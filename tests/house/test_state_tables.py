"""The agreed state tables, written again by hand: a changed line must be changed here too, by a person."""

from __future__ import annotations

import pytest

from mall.assets.asset_card_states import ASSET_CARD_STATES
from mall.catalogue.listing_change_states import LISTING_CHANGE_STATES
from mall.catalogue.listing_states import LISTING_STATES
from mall.catalogue.match_question_states import MATCH_QUESTION_STATES
from mall.catalogue.price_ceiling_states import PRICE_CEILING_STATES
from mall.catalogue.product_states import PRODUCT_STATES
from mall.documents.state_table import StateTable, Step
from mall.exchange.suspense_states import SUSPENSE_STATES
from mall.finance.budget_document_states import BUDGET_DOCUMENT_STATES
from mall.finance.change_states import CHANGE_STATES
from mall.finance.journal_states import JOURNAL_STATES
from mall.finance.payment_states import PAYMENT_STATES
from mall.finance.refund_states import REFUND_STATES
from mall.ordering.order_states import ORDER_STATES
from mall.payment_watch.payment_finding_states import PAYMENT_FINDING_STATES
from mall.plans.fund_use_plan_states import FUND_USE_PLAN_STATES
from mall.year_end.worksheet_states import WORKSHEET_STATES
from supervision.cases.watch_case_states import WATCH_CASE_STATES
from supervision.cases.watch_hold_states import WATCH_HOLD_STATES
from supervision.credit.measure_states import MEASURE_STATES
from supervision.inspection.inspection_task_states import INSPECTION_TASK_STATES
from supervision.records.outside_price_states import OUTSIDE_PRICE_STATES
from supervision.records.public_report_states import PUBLIC_REPORT_STATES
from supervision.rule_change_states import RULE_CHANGE_STATES

ORDER = """
submit               draft             submitted         order.submit               reserve_budget
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
return_whole         accepted          cancelled         order.settle_payment       -
return_whole         invoiced          cancelled         order.settle_payment       -
goods_back           accepted          received          order.settle_payment       -
goods_back           invoiced          received          order.settle_payment       -
goods_back           payment_requested received          order.settle_payment       -
goods_back           in_payment        received          order.settle_payment       -
goods_back           retained          received          order.settle_payment       -
invoice              accepted          invoiced          order.invoice              -
request_payment      invoiced          payment_requested order.request_payment      -
return_payment       payment_requested invoiced          order.return_payment       -
approve_payment      payment_requested in_payment        order.approve_payment      -
pay                  in_payment        paid              order.settle_payment       -
refuse_payment       in_payment        invoiced          order.settle_payment       -
reckon_accepted      invoiced          accepted          order.settle_payment       -
reckon_invoiced      accepted          invoiced          order.settle_payment       -
reckon_invoiced      payment_requested invoiced          order.settle_payment       -
reckon_invoiced      in_payment        invoiced          order.settle_payment       -
reckon_invoiced      retained          invoiced          order.settle_payment       -
reckon_invoiced      paid              invoiced          order.settle_payment       -
reckon_requested     accepted          payment_requested order.settle_payment       -
reckon_requested     invoiced          payment_requested order.settle_payment       -
reckon_in_payment    accepted          in_payment        order.settle_payment       -
reckon_in_payment    invoiced          in_payment        order.settle_payment       -
reckon_retained      accepted          retained          order.settle_payment       -
reckon_retained      invoiced          retained          order.settle_payment       -
reckon_retained      in_payment        retained          order.settle_payment       -
reckon_paid          accepted          paid              order.settle_payment       -
reckon_paid          invoiced          paid              order.settle_payment       -
reckon_paid          retained          paid              order.settle_payment       -
register_asset       accepted          accepted          order.register_asset       -
register_asset       invoiced          invoiced          order.register_asset       -
register_asset       payment_requested payment_requested order.register_asset       -
register_asset       in_payment        in_payment        order.register_asset       -
register_asset       retained          retained          order.register_asset       -
register_asset       paid              paid              order.register_asset       -
rate                 retained          retained          order.rate                 -
rate                 paid              paid              order.rate                 -
close                paid              closed            order.close                -
open_again           closed            paid              order.settle_payment       -
"""

PAYMENT = """
return  requested returned order.return_payment  -
approve requested approved order.approve_payment request_payment
return  approved  returned order.return_payment  recall
send    approved  sent     payment.step          send_to_treasury
pay     sent      paid     payment.step          confirm_paid
refuse  sent      refused  payment.step          refuse
bounce  paid      bounced  payment.step          bounce
"""

CHANGE = """
agree    asked  agreed    order.answer_change     post_change
decline  asked  declined  order.answer_change     -
withdraw asked  withdrawn order.withdraw_change   -
release  agreed released  order.release_retention -
"""

REFUND = """
agree    claimed  agreed    order.answer_refund   claim_refund
dispute  claimed  disputed  order.answer_refund   -
withdraw claimed  withdrawn order.claim_refund    -
insist   disputed claimed   order.claim_refund    -
withdraw disputed withdrawn order.claim_refund    -
receive  agreed   received  order.receive_refund  receive_refund
offset   agreed   offset    order.approve_payment receive_refund
give_up  agreed   given_up  order.give_up_refund  give_up_refund
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

PAYMENT_FINDING = """
explain   open      explained payment_finding.explain -
explain   explained explained payment_finding.explain -
accept    explained accepted  payment_finding.decide  -
keep_open explained open      payment_finding.decide  -
clear     open      cleared   payment_finding.settle  -
clear     explained cleared   payment_finding.settle  -
reopen    cleared   open      payment_finding.settle  -
reopen    accepted  open      payment_finding.settle  -
"""

ASSET_CARD = """
register    waiting      registered   asset.register  book_fixed_asset
amend       registered   registered   asset.register  -
send        registered   sent         asset.exchange  -
acknowledge registered   acknowledged asset.exchange  -
acknowledge sent         acknowledged asset.exchange  -
reject      sent         registered   asset.exchange  -
change      acknowledged changed      asset.exchange  -
change      changed      changed      asset.exchange  -
dispose     acknowledged disposed     asset.exchange  -
dispose     changed      disposed     asset.exchange  -
take_back   waiting      returned     asset.take_back -
take_back   registered   returned     asset.take_back -
take_back   sent         returned     asset.take_back -
take_back   acknowledged returned     asset.take_back -
take_back   changed      returned     asset.take_back -
"""

YEAR_END = """
edit     draft     draft     year_end.draw_up -
propose  draft     draft     year_end.draw_up -
submit   draft     submitted year_end.draw_up -
withdraw draft     withdrawn year_end.draw_up -
sign     submitted signed    year_end.sign    -
return   submitted draft     year_end.return  -
propose  submitted draft     year_end.draw_up -
approve  signed    approved  year_end.decide  -
return   signed    draft     year_end.decide  -
propose  signed    draft     year_end.draw_up -
execute  approved  executed  year_end.execute post_worksheet
return   approved  draft     year_end.decide  -
propose  approved  draft     year_end.draw_up -
"""

JOURNAL = """
approve  submitted approved  journal.approve post_journal
return   submitted returned  journal.return  -
withdraw submitted withdrawn journal.draw_up -
"""

FUND_USE_PLAN = """
edit     draft     draft     fund_use_plan.edit   -
submit   draft     submitted fund_use_plan.edit   -
withdraw draft     withdrawn fund_use_plan.edit   -
approve  submitted approved  fund_use_plan.decide post_fund_use_plan
return   submitted returned  fund_use_plan.decide -
withdraw submitted withdrawn fund_use_plan.edit   -
plead    submitted submitted fund_use_plan.edit   -
exempt   submitted submitted fund_use_plan.decide -
repoint  submitted submitted fund_use_plan.edit   -
adjust   submitted submitted fund_use_plan.edit   -
repoint  approved  approved  fund_use_plan.edit   -
adjust   approved  approved  fund_use_plan.edit   -
edit     returned  returned  fund_use_plan.edit   -
submit   returned  submitted fund_use_plan.edit   -
withdraw returned  withdrawn fund_use_plan.edit   -
"""

SUSPENSE = """
open    new        open       suspense.step   suspend_money
propose open       proposed   suspense.handle -
propose waiting    proposed   suspense.handle -
propose clarifying proposed   suspense.handle -
wait    open       waiting    suspense.handle -
wait    clarifying waiting    suspense.handle -
clarify open       clarifying suspense.handle -
clarify waiting    clarifying suspense.handle -
approve proposed   settled    suspense.decide release_money
return  proposed   open       suspense.decide -
resolve open       settled    suspense.step   release_money
resolve waiting    settled    suspense.step   release_money
resolve clarifying settled    suspense.step   release_money
"""

LISTING = """
settle         needs_category submitted   listing.edit   -
submit         draft          submitted   listing.edit   -
submit         intercepted    submitted   listing.edit   -
submit         rejected       submitted   listing.edit   -
submit         expired        submitted   listing.edit   -
intercept      submitted      intercepted listing.check  -
refuse         submitted      rejected    listing.check  -
check          submitted      checked     listing.check  -
shelve         submitted      on_shelf    listing.check  -
recheck        checked        submitted   listing.edit   -
withdraw       checked        draft       listing.edit   -
approve        checked        on_shelf    listing.review -
reject         checked        rejected    listing.review -
take_off       on_shelf       off_shelf   listing.shelve -
put_on         off_shelf      on_shelf    listing.shelve -
freeze         on_shelf       frozen      listing.hold   -
freeze         off_shelf      frozen      listing.hold   -
lift           frozen         on_shelf    listing.lift   -
lift_off_shelf frozen         off_shelf   listing.lift   -
expire         on_shelf       expired     listing.expire -
expire         off_shelf      expired     listing.expire -
expire         frozen         expired     listing.expire -
delist         on_shelf       delisted    listing.hold   -
delist         off_shelf      delisted    listing.hold   -
delist         frozen         delisted    listing.hold   -
delist         expired        delisted    listing.hold   -
"""

LISTING_CHANGE = """
intercept waiting intercepted listing.check        -
withdraw  waiting withdrawn   listing.edit         -
lapse     waiting withdrawn   listing.lapse_change -
approve   waiting applied     listing.review       -
reject    waiting rejected    listing.review       -
"""

PRICE_CEILING = """
confirm  entered  in_force  ceiling.confirm -
withdraw entered  withdrawn ceiling.enter   -
end      in_force ended     ceiling.enter   -
"""

PRODUCT = """
merge  current merged  product.merge -
return merged  current product.split -
"""

MATCH_QUESTION = """
same      open      same      match.answer  -
different open      different match.answer  -
lapse     open      lapsed    match.lapse   -
ask_again lapsed    open      match.ask     -
join      open      same      product.merge -
join      different same      product.merge -
join      lapsed    same      product.merge -
part      open      different product.split -
part      same      different product.split -
part      lapsed    different product.split -
"""

RULE_CHANGE = """
edit      draft    draft     rule_change.edit   -
back_test draft    tested    rule_change.edit   -
edit      tested   draft     rule_change.edit   -
back_test tested   tested    rule_change.edit   -
shadow    tested   shadow    rule_change.edit   -
back_test shadow   shadow    rule_change.edit   -
propose   tested   proposed  rule_change.edit   -
propose   shadow   proposed  rule_change.edit   -
switch_on proposed in_force  rule_change.decide -
reject    proposed rejected  rule_change.decide -
withdraw  draft    withdrawn rule_change.edit   -
withdraw  tested   withdrawn rule_change.edit   -
withdraw  shadow   withdrawn rule_change.edit   -
withdraw  proposed withdrawn rule_change.edit   -
end       in_force ended     rule_change.decide -
"""


WATCH_CASE = """
assign            found      assigned   watch_case.assign        -
assign            assigned   assigned   watch_case.assign        -
assign            asked      asked      watch_case.assign        -
assign            explained  explained  watch_case.assign        -
assign            unanswered unanswered watch_case.assign        -
assign            confirmed  confirmed  watch_case.assign        -
assign            rectifying rectifying watch_case.assign        -
assign            rectified  rectified  watch_case.assign        -
take_over         found      assigned   watch_case.take_over     -
take_over         assigned   assigned   watch_case.take_over     -
take_over         asked      asked      watch_case.take_over     -
take_over         explained  explained  watch_case.take_over     -
take_over         unanswered unanswered watch_case.take_over     -
ask               assigned   asked      watch_case.work          -
ask               explained  asked      watch_case.work          -
ask               unanswered asked      watch_case.work          -
explain_part      asked      asked      watch_case.answer        -
explain           asked      explained  watch_case.answer        -
explain           unanswered explained  watch_case.answer        -
explain           explained  explained  watch_case.answer        -
pass_deadline     asked      unanswered watch_case.step          -
confirm           explained  confirmed  watch_case.work          -
confirm           unanswered confirmed  watch_case.work          -
dismiss           assigned   dismissed  watch_case.work          -
dismiss           explained  dismissed  watch_case.work          -
dismiss           unanswered dismissed  watch_case.work          -
appeal            confirmed  appealed   watch_case.answer        -
appeal            rectifying appealed   watch_case.answer        -
uphold            appealed   confirmed  watch_case.decide_appeal -
overturn          appealed   dismissed  watch_case.decide_appeal -
ask_rectification confirmed  rectifying watch_case.work          -
rectify           rectifying rectified  watch_case.answer        -
pass_deadline     rectifying rectifying watch_case.step          -
send_back         rectified  rectifying watch_case.work          -
verify            rectified  verified   watch_case.work          -
close             verified   closed     watch_case.work          -
close             confirmed  closed     watch_case.work          -
"""

WATCH_HOLD = """
approve      proposed      approved      watch_hold.decide  -
reject       proposed      rejected      watch_hold.decide  -
withdraw     proposed      withdrawn     watch_hold.propose -
lapse        proposed      withdrawn     watch_hold.step    -
lapse        approved      withdrawn     watch_hold.step    -
take_effect  approved      in_force      watch_hold.step    -
fail         approved      failed        watch_hold.step    -
propose_lift in_force      lift_proposed watch_hold.propose -
keep         lift_proposed in_force      watch_hold.decide  -
lift         lift_proposed lifting       watch_hold.decide  -
end          in_force      ended         watch_hold.step    -
end          lift_proposed ended         watch_hold.step    -
end          lifting       ended         watch_hold.step    -
"""

MEASURE = """
approve  proposed approved  measure.decide  -
reject   proposed rejected  measure.decide  -
withdraw proposed withdrawn measure.propose -
start    approved in_force  measure.step    -
end      in_force ended     measure.step    -
annul    approved annulled  measure.annul   -
annul    in_force annulled  measure.annul   -
"""


PUBLIC_REPORT = """
add    filed    filed    public_report.file   -
add    handling handling public_report.file   -
add    answered handling public_report.file   -
handle filed    handling public_report.handle -
link   filed    handling public_report.handle -
link   handling handling public_report.handle -
link   answered answered public_report.handle -
answer filed    answered public_report.handle -
answer handling answered public_report.handle -
answer answered answered public_report.handle -
close  answered closed   public_report.handle -
"""


INSPECTION_TASK = """
take      open  taken inspection.carry_out -
give_back taken open  inspection.carry_out -
record    taken done  inspection.carry_out -
"""


OUTSIDE_PRICE = """
confirm entered confirmed outside_price.confirm -
reject  entered rejected  outside_price.confirm -
"""


@pytest.mark.parametrize(
    ("table", "agreed"),
    [
        (ORDER_STATES, ORDER),
        (PAYMENT_STATES, PAYMENT),
        (CHANGE_STATES, CHANGE),
        (REFUND_STATES, REFUND),
        (BUDGET_DOCUMENT_STATES, BUDGET_DOCUMENT),
        (PAYMENT_FINDING_STATES, PAYMENT_FINDING),
        (ASSET_CARD_STATES, ASSET_CARD),
        (FUND_USE_PLAN_STATES, FUND_USE_PLAN),
        (SUSPENSE_STATES, SUSPENSE),
        (LISTING_STATES, LISTING),
        (LISTING_CHANGE_STATES, LISTING_CHANGE),
        (PRICE_CEILING_STATES, PRICE_CEILING),
        (PRODUCT_STATES, PRODUCT),
        (MATCH_QUESTION_STATES, MATCH_QUESTION),
        (WORKSHEET_STATES, YEAR_END),
        (JOURNAL_STATES, JOURNAL),
        (RULE_CHANGE_STATES, RULE_CHANGE),
        (WATCH_CASE_STATES, WATCH_CASE),
        (WATCH_HOLD_STATES, WATCH_HOLD),
        (MEASURE_STATES, MEASURE),
        (OUTSIDE_PRICE_STATES, OUTSIDE_PRICE),
        (INSPECTION_TASK_STATES, INSPECTION_TASK),
        (PUBLIC_REPORT_STATES, PUBLIC_REPORT),
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
    for ended in ("cancelled", "declined"):
        assert ORDER_STATES.steps_from(ended) == ()
    # A refund is claimed, or a payment bounces, after the end: the order is opened again before any money moves.
    assert [(step.action, step.after, step.books) for step in ORDER_STATES.steps_from("closed")] == [
        ("open_again", "paid", None)
    ]
