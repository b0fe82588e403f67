"""What is checked when an order is submitted: the mall's own checks, and a slot that others fill.

Each check looks at one draft order with its facts and returns refusals (the order cannot go) or
warnings (a person should know). Supervision puts its checks into the slot at start-up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.budget_lines import BudgetLine
from mall.catalogue.offer import Offer
from mall.errors import Refusal
from mall.regions.regional_rule import RuleValue, rule
from mall.shop.availability import availability


@dataclass(frozen=True)
class LineToCheck:
    """One line of an order to be: what, how many, from which budget line, and the price she saw (None: not told)."""

    line_no: int
    offer: Offer
    quantity: int
    budget_line: BudgetLine | None
    budget_line_id: int
    seen_price_fen: int | None

    @property
    def amount_fen(self) -> int:
        return self.quantity * self.offer.listing.price_fen


@dataclass(frozen=True)
class OrderToCheck:
    """One order to be, of one supplier."""

    unit_id: int
    region_code: int
    year: int
    on: date
    lines: tuple[LineToCheck, ...]
    #: where it is to be delivered; empty while the cart is only looked at
    address: str = ""


@dataclass
class Judgement:
    """What came of the checks; `rules` are frozen into the order."""

    refusals: list[Refusal] = field(default_factory=list)
    warnings: list[Refusal] = field(default_factory=list)
    rules: dict[str, RuleValue] = field(default_factory=dict)
    #: those of the warnings that the buyer must answer with a reason
    questions: list[Refusal] = field(default_factory=list)
    #: what checks found and keep with the order without telling the buyer: plain values
    noted: list[dict[str, Any]] = field(default_factory=list)

    def ask_reason(self, warning: Refusal) -> None:
        """Warn, and let the order go only with a reason, which the approver reads."""
        self.warnings.append(warning)
        self.questions.append(warning)

    def require_reason(self, reason: str) -> str:
        """The reason as it is kept; empty where nothing asks for one. Raises Refusal("order.excess_reason_needed")."""
        reason = reason.strip()[:REASON_MAX]
        if not self.questions:
            return ""
        if len(reason) < 2:
            first = self.questions[0]
            others = [{"code": one.code, "facts": one.facts} for one in self.questions]
            raise Refusal("order.excess_reason_needed", **first.facts, others=others)
        return reason

    def told_warnings(self) -> list[dict[str, Any]]:
        """The warnings as an order keeps them."""
        return [{"code": warning.code, "facts": warning.facts} for warning in self.warnings]


REASON_MAX = 500
Check = Callable[[OrderToCheck, Judgement], None]
_slot: list[Check] = []


def add_check(check: Check) -> None:
    """Fill the slot: the check runs after the mall's own."""
    if check not in _slot:
        _slot.append(check)


def judge(order: OrderToCheck) -> Judgement:
    """Run every check. Nothing is raised: the cart shows what the order would be refused for."""
    judgement = Judgement()
    for check in (*_OWN, *_slot):
        check(order, judgement)
    return judgement


def _offer_stands(order: OrderToCheck, judgement: Judgement) -> None:
    for line in order.lines:
        offer = line.offer
        judgement.refusals += [
            _on_line(line, refusal)
            for refusal in availability(
                offer.listing, offer.supplier, offer.category, region_code=order.region_code, on=order.on
            )
        ]
        if line.seen_price_fen is not None and line.seen_price_fen != offer.listing.price_fen:
            judgement.refusals.append(
                Refusal(
                    "order.price_changed",
                    line_no=line.line_no,
                    name=offer.listing.name,
                    seen_price_fen=line.seen_price_fen,
                    price_fen=offer.listing.price_fen,
                )
            )
        stock = offer.listing.stock
        if stock is not None and stock < line.quantity:
            judgement.refusals.append(
                Refusal(
                    "listing.not_enough", line_no=line.line_no, name=offer.listing.name, stock=stock,
                    quantity=line.quantity,
                )
            )  # fmt: skip


def _budget_line_fits(order: OrderToCheck, judgement: Judgement) -> None:
    for line in order.lines:
        budget_line = line.budget_line
        facts = {"line_no": line.line_no, "name": line.offer.listing.name}
        if budget_line is None or budget_line.unit_id != order.unit_id:
            judgement.refusals.append(Refusal("budget.unknown_line", budget_line_id=line.budget_line_id, **facts))
            continue
        if budget_line.year != order.year:
            judgement.refusals.append(
                Refusal("budget.wrong_year", budget_line=budget_line.name, line_year=budget_line.year,
                        year=order.year, **facts)
            )  # fmt: skip
        if not budget_line.is_procurement:
            judgement.refusals.append(Refusal("budget.not_procurement", budget_line=budget_line.name, **facts))
        category = line.offer.category
        if category is not None and not budget_line.covers(category.code):
            judgement.refusals.append(
                Refusal("budget.category_outside", budget_line=budget_line.name, category=category.name,
                        category_code=category.code, **facts)
            )  # fmt: skip


def _asset_ceiling_holds(order: OrderToCheck, judgement: Judgement) -> None:
    for line in order.lines:
        category = line.offer.category
        if category is None or category.asset_ceiling_fen is None:
            continue
        price_fen = line.offer.listing.price_fen
        if price_fen > category.asset_ceiling_fen:
            judgement.refusals.append(
                Refusal("order.over_asset_ceiling", line_no=line.line_no, name=line.offer.listing.name,
                        category=category.name, price_fen=price_fen, ceiling_fen=category.asset_ceiling_fen)
            )  # fmt: skip


def _year_limit_is_known(order: OrderToCheck, judgement: Judgement) -> None:
    # The limit itself is held by a conditional update under the row lock; here its rule is found and frozen.
    for code in ("direct_purchase.year_limit", "approval.second_level_fen", "acceptance.second_acceptor_fen",
                 "asset.card_fen", "supplier.confirm_working_days", "acceptance.working_days", "payment.due_days",
                 "payment.max_days"):  # fmt: skip
        judgement.rules[code] = rule(code, region_code=order.region_code, on=order.on)


def _on_line(line: LineToCheck, refusal: Refusal) -> Refusal:
    return Refusal(refusal.code, **{"line_no": line.line_no, "name": line.offer.listing.name, **refusal.facts})


_OWN: tuple[Check, ...] = (_offer_stands, _budget_line_fits, _asset_ceiling_holds, _year_limit_is_known)
