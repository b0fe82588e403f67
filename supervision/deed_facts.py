"""What a check may ask to be told of a deed: every name once, with its meaning. `None` always means "not known".

Facts of an order are gathered per order line (`supervision/gather_order.py`), those of a listing when it is published
or repriced, those of a payment when it is asked for, those of a plan per plan line, those of quotes when they close.
They are plain integers, texts and lists of them; amounts in fen, flags 0 or 1, days since 1970-01-01.
"""

from __future__ import annotations

from collections.abc import Mapping

#: of one line of an order to be submitted
ORDER_FACTS: Mapping[str, str] = {
    "on_day": "the day of the deed",
    "category_code": "of the line's product",
    "quantity": "pieces ordered",
    "price_fen": "the price per piece",
    "base_price_fen": "the price per base unit of the product",
    "amount_fen": "of the line",
    "order_amount_fen": "of all lines of this order together",
    "class_amount_fen": "all lines of this order of the line's class of category (seven letters)",
    "item_class_amount_fen": "all lines of this order of the line's budget item and class of category",
    "has_budget_line": "whether the line charges a budget line that is in force and the unit's own",
    "budget_available_fen": "what was available on that budget line before this order",
    "budget_charged_fen": "what all lines of this order together charge to that budget line",
    "budget_categories": "codes or beginnings of codes that the budget lines of its item may be spent on; [] for all",
    "needs_plan": "whether the money may only leave by a monthly fund-use plan",
    "plan_granted_fen": "granted by the fund-use plans of the budget line from January up to the month",
    "plan_used_fen": "of that already used: by orders of the line not cancelled (at an order), or by payments of it"
    " asked for and not refused (at a payment), this deed left out",
    "plan_charged_fen": "what this order or payment takes from that plan",
    "year_total_fen": "earlier orders of the year: same unit, budget item and class of category, not cancelled, not by"
    " open tender",
    "year_order_count": "how many orders that were",
    "split_is_approved": "whether an approval exempts from the statutory rule on splitting",
    "recent_total_fen": "earlier orders of the last `window_days` days: same unit and class of category, direct"
    " purchase, not cancelled, each below `limit_fen` in that class",
    "recent_order_count": "how many orders that were",
    "recent_same_count": "how many of them have the same supplier, product, day or address",
    "limit_fen": "the direct-purchase limit there",
    "is_regular_consumable": "whether the unit buys this class, without assets, by a steady rhythm:"
    " supervision/rhythm.py over its orders of a year up to this one",
    "median_fen": "median price per base unit paid in the province in 90 days",
    "quartile_1_fen": "first quartile of the same",
    "quartile_3_fen": "third quartile of the same",
    "paid_count": "how many order lines they come from",
    "paid_from_day": "the first day of those lines",
    "paid_until_day": "the last day of those lines",
    "own_last_price_fen": "what this unit paid last for the product, per base unit",
    "live_prices_fen": "prices per base unit of the other suppliers' live offers of the product that deliver here",
    "regular_price_fen": "the regular price of the other sellers (see prices.peers_regular)",
    "regular_price_sellers": "how many sellers it comes from",
    "own_high_fen": "the supplier's own 90th percentile of 26 weeks, per base unit",
    "asset_ceiling_fen": "price ceiling of the office-asset standard for the category",
    "is_import": "whether the product is an import",
    "import_is_approved": "whether an approval covers it",
}
LISTING_FACTS: Mapping[str, str] = {}
#: of one payment that is asked for; it belongs to one order
PAYMENT_FACTS: Mapping[str, str] = {
    "on_day": "the day of the deed",
    "amount_fen": "of the payment",
    "supplier_id": "of the order",
    "payee_supplier_id": "the supplier to whom the payee's account or credit code belongs, 0 for none",
    "is_registered_account": "whether it goes to the account that this supplier registered",
    "is_payee_approved": "whether a change of the payee was approved (assigned claim, court order)",
    "accepted_day": "the day of the order's first acceptance, 0 before it",
    "accepted_fen": "accepted of the order so far, less what was refunded or returned",
    "paid_before_fen": "other payments of the order, made or asked for and not refused",
    "prepayment_fen": "what the order's contract lets be paid before acceptance",
    "invoice_fen": "total of the invoice it pays, 0 without one",
    "invoice_paid_fen": "other payments of the unit on that invoice, made or asked for and not refused, through the"
    " mall or beside it",
    "alike_of_order_count": "other payments of the order over this amount in the last `window_days` days",
    "alike_outside_count": "payments of the unit to this payee over this amount in the last `window_days` days, tied to"
    " no order",
    "is_recurring": "whether it is a regular due of equal amount, such as rent or a service by the month",
    "needs_plan": ORDER_FACTS["needs_plan"],
    "plan_granted_fen": ORDER_FACTS["plan_granted_fen"],
    "plan_used_fen": ORDER_FACTS["plan_used_fen"],
    "plan_charged_fen": ORDER_FACTS["plan_charged_fen"],
}
#: of one line of a fund-use plan to be submitted
PLAN_FACTS: Mapping[str, str] = {
    "on_day": "the day of the deed",
    "amount_fen": "of the line",
    "is_procurement": "whether the unit marked it as procurement",
    "category_code": 'as we read its purpose and economic item, "" where they mean no procurement',
    "confidence": "of that reading, in a hundred; 0 where nothing could be read",
    "is_in_catalogue": "whether the category is in the catalogue of centralised procurement",
    "is_reason_given": "whether the unit said why it needs no procurement",
}
QUOTES_FACTS: Mapping[str, str] = {}

FACTS_AT: Mapping[str, Mapping[str, str]] = {
    "order": ORDER_FACTS,
    "listing": LISTING_FACTS,
    "payment": PAYMENT_FACTS,
    "plan": PLAN_FACTS,
    "quotes": QUOTES_FACTS,
}
