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
    "year_total_fen": "earlier orders of the year: same unit, budget item and class of category, not cancelled",
    "year_order_count": "how many orders that were",
    "split_is_approved": "whether an approval exempts from the statutory rule on splitting",
    "recent_total_fen": "orders of the last `window_days` days: same unit and class of category, direct purchase",
    "recent_order_count": "how many orders that were",
    "recent_same_count": "how many of them have the same supplier, product, day or address",
    "limit_fen": "the direct-purchase limit there",
    "is_regular_consumable": "whether the unit buys this class by a steady rhythm",
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
    "others_regular_fen": "upper end of the other sellers' regular prices (see prices.above_references)",
    "others_regular_sellers": "how many sellers it comes from",
    "own_regular_fen": "the listing's own 90th percentile of 13 weeks, per base unit",
    "own_regular_weeks": "how many weeks it comes from",
    "is_uneven": "whether the product has no one price per base unit (see supervision/price_references.py)",
    "asset_ceiling_fen": "price ceiling of the office-asset standard for the category",
    "is_import": "whether the product is an import",
    "import_is_approved": "whether an approval covers it",
}
LISTING_FACTS: Mapping[str, str] = {}
PAYMENT_FACTS: Mapping[str, str] = {}
PLAN_FACTS: Mapping[str, str] = {}
QUOTES_FACTS: Mapping[str, str] = {}

FACTS_AT: Mapping[str, Mapping[str, str]] = {
    "order": ORDER_FACTS,
    "listing": LISTING_FACTS,
    "payment": PAYMENT_FACTS,
    "plan": PLAN_FACTS,
    "quotes": QUOTES_FACTS,
}
