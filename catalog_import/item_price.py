"""Prices of items as their formats write them, for the columns that a table has for prices."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_OWN_CURRENCY = ("CNY", "RMB", "")


def price_cells(amount: str, *, currency: str, is_net: bool) -> dict[str, str]:
    """The price under the column it belongs to, {} where there is none.

    One in another currency is shown as it was meant, and the rule table refuses it for that.
    """
    if not amount:
        return {}
    if currency.upper() not in _OWN_CURRENCY:
        return {"price": f"{amount} {currency.upper()}"}
    return {"net_price" if is_net else "price": amount}


def amount_per_unit(amount: str, *, quantity: str, factor: str = "") -> str:
    """`amount` is for `quantity` units, times `factor`; one that cannot be reckoned with is left as it was written."""
    try:
        exact = Decimal(amount) * Decimal(factor or 1) / Decimal(quantity or 1)
    except (InvalidOperation, ZeroDivisionError):
        return amount
    return format(exact.normalize(), "f") if exact.is_finite() else amount
