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
    "year_total_fen": "earlier orders of the year: same unit, budget item and class of category, not cancelled, not"
    " by open tender",
    "year_order_count": "how many orders that were",
    "split_is_approved": "whether an approval exempts from the statutory rule on splitting",
    "recent_total_fen": "earlier orders of the last `window_days` days: same unit and class of category, direct"
    " purchase, not cancelled, each below `limit_fen` in that class",
    "recent_order_count": "how many orders that were",
    "recent_same_count": "how many of them have the same supplier, product, day or address",
    "limit_fen": "the direct-purchase limit there",
    "is_regular_consumable": "whether the unit buys this class, without assets, by a steady rhythm: supervision/rhythm.py"
    " over its orders of a year up to this one",
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
    "pack_size": "base units of the product in one piece",
    "own_site_price_fen": "lowest price per base unit on the supplier's own or the maker's site, without promotions",
    "own_site_price_day": "the day on which it was seen",
    "e_commerce_price_fen": "lowest price per base unit in the own shops of large platforms, without promotions",
    "e_commerce_price_day": "the day on which it was seen",
    "framework_ceiling_fen": "lowest ceiling per base unit in framework agreements for product or category; 0: none",
    "paid_minimum_fen": "lowest price per base unit paid in the province in 90 days",
    "over_standard_is_approved": "whether an approval covers a price or number above the office-asset standard",
    "asset_ceiling_pieces": "pieces allowed by the quantity standard that leaves fewest; 0: none; None: no staff quota",
    "asset_in_use": "pieces in use under that standard",
    "asset_on_order": "pieces on order under that standard, this order not counted",
    "asset_wanted": "pieces of this whole order that count under that standard",
    "replaces_day": "when the asset that is to be replaced came into use; 0: the line replaces nothing",
    "minimum_years": "how many years an asset of the category must serve; 0: no standard",
    "scrap_is_approved": "whether the scrapping of the asset to be replaced was approved",
    "is_green_required": "whether a compulsory certificate is in force for the category",
    "certificate_number": "number of the energy-saving or environmental certificate, empty for none",
    "certificate_until_day": "last day of that certificate; 0: not given",
    "goods_total_fen": "the unit's earlier goods of this year in orders up to `order_limit_fen`, not cancelled",
    "small_firm_total_fen": "what of them small and medium firms supplied",
    "supplier_is_small_firm": "whether the line's supplier is a small or medium firm",
    "address_key": "digest of the delivery address, empty for none",
    "address_is_registered": "whether the unit registered that address",
    "address_is_exempt": "whether several units live at that address by right",
    "address_family_count": "families of units (a parent with its children) that ordered to it in a year, this one too",
    "quantity_high": "base units per line that 998 of 1000 lines of the class and size band did not exceed in a year",
    "quantity_line_count": "how many lines that comes from",
    "licence_until_day": "last day of the supplier's business licence; 2932896 without end",
    "registration_state": "of the supplier in the register of enterprises: normal, or another word",
    "ordered_day": "the day the order was submitted; of one to be submitted, the day of the deed",
    "dishonesty_list": "the list of the credit platform the supplier stands on today; empty for none",
    "dishonest_from_day": "since when he stands there; 0 for none",
    "credit_query_age_minutes": "minutes since the credit platform was asked about the supplier",
    "credit_proof_key": "digest of the answer that was kept; empty for none",
    "class_amount_fen": "all lines of this order of the line's class of category (seven letters)",
    "item_class_amount_fen": "all lines of this order of the line's budget item and class of category",
    "has_budget_line": "whether the line charges a budget line that is in force and the unit's own",
    "budget_available_fen": "what was available on that budget line before this order",
    "budget_charged_fen": "what all lines of this order together charge to that budget line",
    "budget_categories": "codes or beginnings of codes that the budget lines of its item may be spent on; [] for all",
    "needs_plan": "whether the money may only leave by a monthly fund-use plan",
    "plan_granted_fen": "granted by the fund-use plans of the budget line from January up to the month",
    "plan_used_fen": "of that already used: by orders of the line not cancelled (at an order), or by payments of"
    " it asked for and not refused (at a payment), this deed left out",
    "plan_charged_fen": "what this order or payment takes from that plan",
}
#: of one listing, when it is published or repriced
LISTING_FACTS: Mapping[str, str] = {
    "on_day": "the day of the deed",
    "category_code": "of the product",
    "quantity": "1: a listing is judged by the piece",
    "price_fen": "the price per piece",
    "base_price_fen": "the new price per base unit of the product",
    "pack_size": "base units of the product in one piece",
    "own_site_price_fen": "as for an order",
    "own_site_price_day": "as for an order",
    "e_commerce_price_fen": "as for an order",
    "e_commerce_price_day": "as for an order",
    "framework_ceiling_fen": "as for an order",
    "live_prices_fen": "prices per base unit of the other suppliers' live offers of the product",
    "is_green_required": "as for an order",
    "certificate_number": "as for an order",
    "certificate_until_day": "as for an order",
    "licence_until_day": "last day of the supplier's business licence; 2932896 without end",
    "registration_state": "of the supplier in the register of enterprises: normal, or another word",
    "model_is_known": "whether brand and model of the product are known",
    "image_is_known": "whether the listing's picture has a hash with at least one quarter that is no plain background",
    "twin_prices_fen": "prices of other listings on the shelf: same brand, model, pack size and division, by the"
    " supplier or one of his group, with a picture of which at least one quarter of the hash is"
    " equal",
}
#: of one payment that is asked for; it belongs to one order
PAYMENT_FACTS: Mapping[str, str] = {
    "ordered_day": "the day the order was submitted",
    "amount_fen": "of the payment",
    "dishonesty_list": "the list of the credit platform the supplier stands on today; empty for none",
    "dishonest_from_day": "since when he stands there; 0 for none",
    "credit_query_age_minutes": "minutes since the credit platform was asked about the supplier",
    "credit_proof_key": "digest of the answer that was kept; empty for none",
    "on_day": "the day of the deed",
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
    "needs_plan": "whether the money may only leave by a monthly fund-use plan",
    "plan_granted_fen": "granted by the fund-use plans of the budget line from January up to the month",
    "plan_used_fen": "of that already used: by orders of the line not cancelled (at an order), or by payments of"
    " it asked for and not refused (at a payment), this deed left out",
    "plan_charged_fen": "what this order or payment takes from that plan",
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
#: of one quotation; lists have one entry per valid quote, in the same order
QUOTES_FACTS: Mapping[str, str] = {
    "budget_fen": "of the quotation",
    "supplier_ids": "who quoted",
    "totals_fen": "the totals",
    "line_prices_fen": "per quote a list of its prices per piece, by line; 0 where a line is not quoted",
    "is_priced_by_framework": "whether nobody could offer another price",
    "legal_keys": "digests of the legal persons; empty texts where not known",
    "bank_keys": "digests of the bank accounts",
    "phone_keys": "digests of the contact phones",
    "device_keys": "digests of the devices quoted from",
    "certificate_keys": "digests of the certificates signed with",
    "ip_keys": "digests of the network addresses quoted from",
    "group_keys": "groups under common control; empty texts where none is known",
    "public_keys": "those of the keys above that more than `key_suppliers_max` suppliers used in a year",
    "chosen_fen": "the total that was chosen",
    "lowest_fen": "the lowest valid total",
    "choice_reason": "why it was chosen, as the unit wrote it; empty for none",
    "reason_uses": "how many other quotations of the unit in a year gave the very same words",
    "open_hours": "working hours from opening to close",
    "urgent_is_approved": "whether an approval of urgency covers it",
    "names_brand": "whether the text names a brand or model without an equal to it",
    "matching_products": "products of the class that meet its demands",
    "class_products": "products of the class on the shelf",
    "single_source_is_approved": "whether an approval allows to name a brand",
}

FACTS_AT: Mapping[str, Mapping[str, str]] = {
    "order": ORDER_FACTS,
    "listing": LISTING_FACTS,
    "payment": PAYMENT_FACTS,
    "plan": PLAN_FACTS,
    "quotes": QUOTES_FACTS,
}
