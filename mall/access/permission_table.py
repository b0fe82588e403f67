"""The one table of permissions. Each line reads: this may be done by these, or these.

An alternative is a tuple of predicates that must all hold. What is not in the table is denied.
"""

from __future__ import annotations

from mall.access.predicates import (
    Predicate,
    carries_no_other_duty,
    centre_of_region,
    decides_budgets,
    drawn_up_by,
    had_no_hand_in,
    holds,
    in_any_concerned_post,
    in_any_unit_post,
    in_buying_unit,
    in_concerned_unit,
    is_handler_of,
    is_owner,
    is_system,
    of_selling_supplier,
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
    "order.register_asset": (
        (in_buying_unit("receiver"), carries_no_other_duty("receiver_id")),
        (in_buying_unit("accountant"), carries_no_other_duty("accountant_id")),
    ),
    "order.rate": ((in_buying_unit("handler"), is_handler_of),),
    "order.close": ((is_system,),),
    "payment.step": ((is_system,),),
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
    # suppliers and their goods
    "supplier.desk": ((of_selling_supplier,),),
    "statement.read": ((of_selling_supplier,),),
    "listing.list": ((of_selling_supplier,),),
    "listing.edit": ((of_selling_supplier,),),
    "listing.shelve": ((of_selling_supplier,),),
    "import.upload": ((of_selling_supplier,),),
    "import.view": ((of_selling_supplier,),),
    "import.decide": ((of_selling_supplier,),),
    "import.settle": ((of_selling_supplier,),),
    "supplier.list": ((holds("centre"),), (holds("regulator"),)),
    "supplier.suspend": ((holds("centre"),), (is_system,)),
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
    "rule.read": ((signed_in,),),
}
