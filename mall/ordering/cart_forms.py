"""What the forms of the cart send: quantities, budget lines, where to deliver, a list of article numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from mall.ordering.money_forms import whole_number_of
from mall.ordering.place_order import Wanted

QUANTITY_MAX = 1_000_000
LIST_BYTES_MAX = 200_000

#: fields of a delivery, with the greatest number of characters
DELIVERY_FIELDS = {"address": 200, "contact": 40, "phone": 40}

#: kinds of fields that carry plain numbers, and where they go
_NUMBERS = {"budget_line": "budget_lines", "listing": "listings", "seen": "seen_prices"}


@dataclass
class CartForm:
    """What was typed into the cart: `quantities` and `budget_lines` by cart line; `problems` by field."""

    quantities: dict[int, int] = field(default_factory=dict)
    budget_lines: dict[int, int] = field(default_factory=dict)
    #: listing and price as the page showed them, by cart line
    listings: dict[int, int] = field(default_factory=dict)
    seen_prices: dict[int, int] = field(default_factory=dict)
    delivery: dict[str, str] = field(default_factory=dict)
    receiver_id: int | None = None
    note: str = ""
    excess_reason: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> list[Wanted]:
        """The cart as the page showed it: the same form sent twice asks for the very same."""
        return [
            Wanted(
                listing_id=listing_id,
                quantity=self.quantities.get(line_id, 0),
                budget_line_id=self.budget_lines.get(line_id, 0),
                seen_price_fen=self.seen_prices.get(line_id),
            )
            for line_id, listing_id in sorted(self.listings.items())
        ]


def read_cart_form(form: Mapping[str, str]) -> CartForm:
    """Read the one form of the cart page. What cannot be read is a problem of its field, never an exception."""
    found = CartForm()
    for name, typed in form.items():
        kind, _separator, line_id = name.rpartition("_")
        if not line_id.isascii() or not line_id.isdigit():
            continue
        if kind == "quantity":
            quantity = whole_number_of(typed)
            if quantity is None or not 1 <= quantity <= QUANTITY_MAX:
                found.problems[name] = _("数量请填写 1 以上的整数；不要了请点“移除”。")
            else:
                found.quantities[int(line_id)] = quantity
        elif kind in _NUMBERS and typed.isascii() and typed.isdigit():
            getattr(found, _NUMBERS[kind])[int(line_id)] = int(typed)
    found.delivery = {name: form.get(name, "").strip()[:most] for name, most in DELIVERY_FIELDS.items()}
    found.receiver_id = whole_number_of(form.get("receiver", "")) or None
    found.note = form.get("note", "").strip()[:500]
    found.excess_reason = form.get("excess_reason", "").strip()[:500]
    return found


def delivery_problems(form: CartForm) -> dict[str, str]:
    """What is missing before the order can be submitted."""
    wanted = {"address": _("请填写收货地址。"), "contact": _("请填写联系人。"), "phone": _("请填写联系电话。")}
    return {name: words for name, words in wanted.items() if not form.delivery.get(name)}


def text_of_list(content: bytes) -> str | None:
    """The text of an uploaded list, UTF-8 (with or without mark) or GB18030; None for anything else."""
    if len(content) > LIST_BYTES_MAX:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None
