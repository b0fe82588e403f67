"""What the form for many cards sends: the ticked order lines, how many of each, and serial numbers in a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from mall.assets.register_asset import KEEPER_MAX, PLACE_MAX, SERIAL_MAX
from mall.assets.register_cards import LineOfCards
from mall.ordering.money_forms import whole_number_of


@dataclass
class RegisterForm:
    """What was typed: `counts` and `serials` by order line, `chosen` the ticked ones; `problems` by field."""

    place: str = ""
    keeper: str = ""
    chosen: set[int] = field(default_factory=set)
    counts: dict[int, str] = field(default_factory=dict)
    serials: dict[int, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[LineOfCards]:
        """The ticked lines as the use-case takes them."""
        return [
            LineOfCards(
                order_line_id=line_id,
                count=whole_number_of(self.counts.get(line_id, "")) or 0,
                serial_numbers=tuple(serial_numbers_of(self.serials.get(line_id, ""))),
            )
            for line_id in sorted(self.chosen)
        ]


def read_register_form(form: Mapping[str, str]) -> RegisterForm:
    """Read the form. What cannot be read is a problem of its field, never an exception."""
    found = RegisterForm(
        place=form.get("place", "").strip()[:PLACE_MAX], keeper=form.get("keeper", "").strip()[:KEEPER_MAX]
    )
    for name, typed in form.items():
        kind, _separator, line_id = name.rpartition("_")
        if not (line_id.isascii() and line_id.isdigit() and len(line_id) < 19):
            continue
        if kind == "choose":
            found.chosen.add(int(line_id))
        elif kind == "count":
            found.counts[int(line_id)] = typed.strip()
        elif kind == "serials":
            found.serials[int(line_id)] = typed
    if not found.place:
        found.problems["place"] = _("请填写存放地点。")
    if not found.keeper:
        found.problems["keeper"] = _("请填写保管人。")
    for line_id in sorted(found.chosen):
        if not whole_number_of(found.counts.get(line_id, "")):
            found.problems[f"count_{line_id}"] = _("登记件数请填写 1 以上的整数。")
        if any(len(serial) > SERIAL_MAX for serial in serial_numbers_of(found.serials.get(line_id, ""))):
            found.problems[f"serials_{line_id}"] = _("出厂编号最长 %(most)s 个字。", most=SERIAL_MAX)
    return found


def serial_numbers_of(text: str) -> list[str]:
    """One number a line, as a column of a spreadsheet is pasted; empty lines do not count."""
    lines = ("".join(letter for letter in line if letter.isprintable()).strip() for line in text.splitlines())
    return [line for line in lines if line]
