"""The one table of permissions. Each line reads: this may be done by these, or these.

An alternative is a tuple of predicates that must all hold. What is not in the table is denied.
"""

from __future__ import annotations

from mall.access.predicates import (
    Predicate,
    above_desk,
    at_desk,
    at_or_above_desk,
    carries_no_other_duty,
    centre_of_region,
    decides_budgets,
    did_not_decide,
    did_not_explain,
    drawn_up_by,
    everyone,
    had_no_hand_in,
    heard_as_supplier,
    heard_for_unit,
    holds,
    in_any_concerned_post,
    in_any_unit_post,
    in_buying_unit,
    in_concerned_unit,
    is_assigned,
    is_handler_of,
    is_owner,
    is_system,
    not_of_selling_supplier,
    of_selling_supplier,
    oversees_province,
    regulates,
    signed_in,
)

Alternative = tuple[Predicate, ...]

PERMISSIONS: dict[str, tuple[Alternative, ...]] = {
    # everybody who is signed in
    "account.use": ((signed_in,),),
    "notice.read": ((signed_in, is_owner),),
    # the shop
    "shop.see_offers": ((signed_in,),),
    "cart.use": ((in_buying_unit("handler"),),),
    # orders: reading
    "order.list": ((in_any_unit_post,), (of_selling_supplier,), (regulates,), (centre_of_region,)),
    "order.read": ((in_any_unit_post,), (of_selling_supplier,), (regulates,), (centre_of_region,)),
    "order.read_book": ((in_any_unit_post,), (regulates,)),
    # orders: the road
    "order.place": ((in_buying_unit("handler"),),),
    "order.submit": ((in_buying_unit("handler"), is_handler_of, carries_no_other_duty("handler_id")),),
    "order.edit": ((in_buying_unit("handler"), is_handler_of),),
    "order.approve": ((in_buying_unit("approver"), carries_no_other_duty("approver_id")),),
    "order.approve_second": ((in_buying_unit("leader"), carries_no_other_duty("leader_id")),),
    "order.return": (
        (in_buying_unit("approver"), carries_no_other_duty("approver_id")),
        (in_buying_unit("leader"), carries_no_other_duty("leader_id")),
    ),
    "order.cancel": ((in_buying_unit("handler"), is_handler_of),),
    "order.confirm": ((of_selling_supplier,),),
    "order.decline": ((of_selling_supplier,), (is_system,)),
    "order.sign": ((in_buying_unit("handler"), is_handler_of), (of_selling_supplier,)),
    "order.contract": ((in_buying_unit("handler"), is_handler_of), (of_selling_supplier,)),
    "order.request_cancellation": ((in_buying_unit("handler"), is_handler_of),),
    "order.agree_cancellation": ((of_selling_supplier,),),
    "order.ship": ((of_selling_supplier,),),
    "order.receive": ((in_buying_unit("receiver"), carries_no_other_duty("receiver_id")),),
    "order.release_short": ((in_buying_unit("handler"), is_handler_of),),
    "order.agree_short": ((of_selling_supplier,),),
    "order.accept": ((in_buying_unit("receiver"), carries_no_other_duty("receiver_id")),),
    "order.accept_second": ((in_buying_unit("acceptor"), carries_no_other_duty("acceptor_id")),),
    "order.complete_acceptance": (
        (in_buying_unit("receiver"), carries_no_other_duty("receiver_id")),
        (in_buying_unit("acceptor"), carries_no_other_duty("acceptor_id")),
        (is_system,),
    ),
    "order.dispute": ((in_buying_unit("receiver"), carries_no_other_duty("receiver_id")),),
    "order.answer_dispute": ((of_selling_supplier,),),
    "order.settle_dispute": (
        (in_buying_unit("receiver"), carries_no_other_duty("receiver_id")),
        (centre_of_region,),
    ),
    "order.invoice": ((of_selling_supplier,),),
    "order.request_payment": ((in_buying_unit("accountant"), carries_no_other_duty("accountant_id")),),
    "order.approve_payment": ((in_buying_unit("finance"), carries_no_other_duty("finance_id")),),
    "order.return_payment": ((in_buying_unit("finance"), carries_no_other_duty("finance_id")),),
    "order.settle_payment": ((is_system,),),
    # after the contract: the buyer asks about goods and prices, the accountant about money; the supplier answers
    "order.ask_change": ((in_buying_unit("handler"), is_handler_of),),
    "order.ask_retention": ((in_buying_unit("accountant"), carries_no_other_duty("accountant_id")),),
    "order.answer_change": ((of_selling_supplier,),),
    "order.withdraw_change": ((in_buying_unit("handler", "accountant"),),),
    "order.release_retention": (
        (in_buying_unit("accountant"), carries_no_other_duty("accountant_id")),
        (is_system,),
    ),
    "order.ask_refund": (
        (in_buying_unit("handler"), is_handler_of),
        (in_buying_unit("accountant"), carries_no_other_duty("accountant_id")),
    ),
    "order.claim_refund": ((in_buying_unit("handler", "accountant"),),),
    "order.answer_refund": ((of_selling_supplier,),),
    "order.receive_refund": ((in_buying_unit("finance"), carries_no_other_duty("finance_id")), (is_system,)),
    "order.give_up_refund": ((in_buying_unit("finance"), carries_no_other_duty("finance_id")),),
    "order.register_asset": (
        (in_buying_unit("receiver"), carries_no_other_duty("receiver_id")),
        (in_buying_unit("accountant"), carries_no_other_duty("accountant_id")),
    ),
    # asset cards: whoever keeps the unit's assets; the whole unit and its finance department look on
    "asset.read": ((in_any_unit_post,), (regulates,)),
    "asset.register": ((in_buying_unit("receiver", "accountant"),),),
    "asset.exchange": ((in_buying_unit("receiver", "accountant"),),),
    "asset.take_back": ((is_system,),),
    "order.rate": ((in_buying_unit("handler"), is_handler_of),),
    "order.close": ((is_system,),),
    # supervision's holds take effect by the system, after two regulators
    "order.hold": ((is_system,),),
    "payment.step": ((is_system,),),
    # the payment desk: what is owed, asked for, under way and to come back, for all orders of the unit
    "payment_desk.read": ((in_buying_unit("accountant", "finance"),),),
    # budget
    "budget.read": ((in_any_unit_post,), (regulates,), (decides_budgets,)),
    # the books behind it: the same people, a whole region's only for its offices
    "books.read": ((in_any_unit_post,), (regulates,), (decides_budgets,)),
    # budget documents: a unit asks, finance gives; whoever had a hand in one does not decide it
    "budget_document.read": ((in_any_concerned_post,), (regulates,), (decides_budgets,)),
    "budget_document.draw_up": ((in_buying_unit("accountant"),), (decides_budgets,)),
    "budget_document.draw_up_any_kind": ((decides_budgets,),),
    "budget_document.edit": (
        (in_concerned_unit("accountant"), drawn_up_by("unit")),
        (decides_budgets, drawn_up_by("finance")),
    ),
    "budget_document.submit": (
        (in_concerned_unit("accountant"), drawn_up_by("unit")),
        (decides_budgets, drawn_up_by("finance")),
    ),
    "budget_document.withdraw": (
        (in_concerned_unit("accountant"), drawn_up_by("unit")),
        (decides_budgets, drawn_up_by("finance")),
    ),
    "budget_document.import": ((decides_budgets,),),
    "budget_document.decide": ((decides_budgets, had_no_hand_in),),
    # payments outside the mall: the unit's money people and the finance departments above it; regulators only read
    "payment_watch.read": ((in_buying_unit("accountant", "finance", "leader"),), (regulates,), (decides_budgets,)),
    "payment_watch.load": ((in_buying_unit("accountant"),), (decides_budgets,), (is_system,)),
    "payment_watch.evaluate": ((in_buying_unit("accountant"),), (decides_budgets,), (is_system,)),
    "payment_finding.explain": ((in_buying_unit("accountant"),),),
    "payment_finding.decide": ((decides_budgets, did_not_explain),),
    "payment_finding.settle": ((is_system,),),
    # compulsory budgeting: what was bought proposes what is budgeted; finance settles it
    "proposal.read": ((in_buying_unit("accountant", "finance", "leader"),), (regulates,), (decides_budgets,)),
    "proposal.settle": ((decides_budgets,),),
    "category_need.record": ((in_buying_unit("accountant"),),),
    "unflagged.read": ((regulates,), (decides_budgets,)),
    # year end: the accountant draws up, the unit's finance person signs, the region's budget officer approves
    "year_end.read": ((in_any_unit_post,), (regulates,), (decides_budgets,)),
    "year_end.draw_up": ((in_buying_unit("accountant"),),),
    "year_end.sign": ((in_buying_unit("finance"), had_no_hand_in),),
    "year_end.return": ((in_buying_unit("finance"),),),
    "year_end.decide": ((decides_budgets, had_no_hand_in),),
    "year_end.execute": ((decides_budgets,),),
    "year_end.overview": ((regulates,), (decides_budgets,)),
    # closing the months of a region's books
    "period.read": ((regulates,), (decides_budgets,)),
    "period.close": ((decides_budgets,), (is_system,)),
    # manual journals: rare, numbered, four eyes
    "journal.read": ((in_any_unit_post,), (regulates,), (decides_budgets,)),
    "journal.draw_up": ((in_buying_unit("accountant"),),),
    "journal.approve": ((in_buying_unit("finance"), had_no_hand_in),),
    "journal.return": ((in_buying_unit("finance"),),),
    # fund-use plans: the unit's accountant asks, a budget officer who had no hand in it decides
    "fund_use_plan.read": ((in_any_unit_post,), (regulates,), (decides_budgets,)),
    "fund_use_plan.draw_up": ((in_buying_unit("accountant"),),),
    "fund_use_plan.edit": ((in_buying_unit("accountant"),),),
    "fund_use_plan.decide": ((decides_budgets, had_no_hand_in),),
    # the treasury: what it said and nobody could match; one person says what it was, another one settles it
    "exchange.read": ((oversees_province,),),
    "suspense.read": ((regulates,), (decides_budgets,)),
    "suspense.handle": ((decides_budgets,),),
    "suspense.decide": ((decides_budgets, had_no_hand_in),),
    "suspense.step": ((is_system,),),
    # the reconciliation of mall, treasury and budget system
    "reconciliation.read": ((regulates,), (decides_budgets,)),
    "reconciliation.handle": ((decides_budgets,),),
    # suppliers and their goods
    "supplier.desk": ((of_selling_supplier,),),
    "statement.read": ((of_selling_supplier,),),
    "listing.list": ((of_selling_supplier,),),
    "listing.edit": ((of_selling_supplier,),),
    "listing.shelve": ((of_selling_supplier,),),
    # the supplier's own system: its keys are a person's affair, its messages the system's
    "push.manage": ((of_selling_supplier, signed_in),),
    "push.read_messages": ((of_selling_supplier,),),
    # the life of a listing: checked by the system, reviewed by the centre and the second monitor, held by the centre
    "listing.read": ((of_selling_supplier,), (holds("centre", "monitor", "regulator"),)),
    "listing.check": ((is_system,),),
    "listing.review": ((holds("centre", "monitor"), not_of_selling_supplier),),
    "listing.hold": ((holds("centre"), not_of_selling_supplier), (is_system,)),
    "listing.lift": ((holds("centre"), not_of_selling_supplier), (is_system,)),
    # images of goods: their supplier, and the reviewers, who owe a reason
    "listing.remove_image": ((of_selling_supplier,), (holds("centre", "monitor"), not_of_selling_supplier)),
    "listing.expire": ((is_system,),),
    "listing.lapse_change": ((is_system,),),
    # which listings are the same goods: the matcher decides what is sure, the centre the rest, nobody her own goods
    "match.answer": ((holds("centre"), not_of_selling_supplier),),
    "match.ask": ((is_system,),),
    "match.lapse": ((is_system,),),
    "product.merge": ((holds("centre"),), (is_system,)),
    "product.split": ((holds("centre"),), (is_system,)),
    "listing.regroup": ((holds("centre"), not_of_selling_supplier), (is_system,)),
    # price ceilings: one person enters, another one confirms
    "ceiling.read": ((holds("centre", "monitor", "regulator"),),),
    "ceiling.enter": ((holds("centre"),),),
    "ceiling.confirm": ((holds("centre", "monitor"), had_no_hand_in),),
    # synonyms of the search
    "synonym.read": ((holds("centre"),),),
    "synonym.edit": ((holds("centre"),),),
    "import.upload": ((of_selling_supplier,),),
    "import.view": ((of_selling_supplier,),),
    "import.decide": ((of_selling_supplier,),),
    "import.settle": ((of_selling_supplier,),),
    "import.drop": ((of_selling_supplier,),),
    "supplier.list": ((holds("centre"),), (holds("regulator"),)),
    "supplier.suspend": ((holds("centre"),), (is_system,)),
    # what others decided about him is carried out by the system
    "supplier.stop": ((is_system,),),
    # the three officers: none of them sees business data
    "people.list": ((holds("sysadmin"),), (holds("secadmin"),)),
    "people.create": ((holds("sysadmin"),),),
    "people.disable": ((holds("sysadmin"),), (is_system,)),
    "people.grant": ((holds("secadmin"),),),
    "people.unlock": ((holds("secadmin"),),),
    "audit.read": ((holds("auditor"),),),
    "platform.health": ((holds("sysadmin"),),),
    # regulators and the centre: their own start pages
    "region.overview": ((regulates,), (centre_of_region,)),
    # the watch: regulators of a region read all of it and change nothing in it but their own papers
    "watch.read": ((regulates,),),
    "finding.review": ((regulates,),),
    "watch_record.enter": ((regulates,),),
    "watch_record.confirm": ((regulates, had_no_hand_in),),
    # changes of a rule: one regulator draws up, the worker tries it on past orders, another regulator switches on
    "rule_change.edit": ((regulates,), (is_system,)),
    "rule_change.decide": ((regulates, had_no_hand_in),),
    "rule.read": ((signed_in,),),
    # cases: worked on by whom the desk gave them to; taken over from above; answered by the party that was asked
    "watch_case.read": (
        (regulates,),
        (heard_for_unit("handler", "leader", "finance"),),
        (heard_as_supplier,),
    ),
    "watch_case.list_own": ((heard_for_unit("handler", "leader", "finance"),), (heard_as_supplier,)),
    "watch_case.assign": ((at_desk,),),
    "watch_case.take_over": ((above_desk,),),
    "watch_case.work": ((at_desk, is_assigned),),
    "watch_case.answer": ((heard_for_unit("handler", "leader", "finance"),), (heard_as_supplier,)),
    "watch_case.decide_appeal": ((at_or_above_desk, did_not_decide),),
    "watch_case.step": ((is_system,),),
    # holds: proposed in a case, approved by a second regulator, put in force and ended by the system
    "watch_hold.read": ((regulates,),),
    "watch_hold.propose": ((at_or_above_desk,),),
    "watch_hold.decide": ((regulates, had_no_hand_in),),
    "watch_hold.step": ((is_system,),),
    # credit: reckoned by the system; a party reads its own, a regulator those of the region, the centre its suppliers'
    "credit.reckon": ((is_system,),),
    "credit.read": ((in_any_unit_post,), (of_selling_supplier,), (regulates,), (centre_of_region,)),
    # measures out of confirmed cases: two regulators of the region; the system carries them out and ends them
    "measure.read": ((in_any_unit_post,), (of_selling_supplier,), (regulates,)),
    "measure.propose": ((regulates,),),
    "measure.decide": ((regulates, had_no_hand_in),),
    "measure.annul": ((regulates, had_no_hand_in), (is_system,)),
    "measure.step": ((is_system,),),
    # public reports: by anybody, who stays unknown; handled by the regulators of the region
    "public_report.file": ((everyone,),),
    "public_report.handle": ((regulates,),),
    # prices seen elsewhere: by buyers, regulators and the centre; another person of an office confirms
    "outside_price.enter": ((regulates,), (centre_of_region,), (holds("handler"),)),
    "outside_price.import": ((regulates,), (centre_of_region,)),
    "outside_price.confirm": ((regulates, had_no_hand_in), (centre_of_region, had_no_hand_in)),
    # inspections: drawn by the system, carried out by regulators and the centre, nobody on her own goods
    "inspection.draw": ((is_system,),),
    "inspection.carry_out": ((regulates, not_of_selling_supplier), (centre_of_region, not_of_selling_supplier)),
}
