"""Which cost accounts goods leave that go back or get cheaper, and what the order's lines and asset cards say then."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from ledger.budget_lines import standing_of
from ledger.chart_of_accounts import Account
from mall.assets.asset_card import AssetCard
from mall.assets.asset_card_states import IN_USE
from mall.assets.return_cards import return_cards
from mall.database import session
from mall.errors import Refusal
from mall.ordering.order import Order, OrderLine
from mall.ordering.running_total import take_from_totals

#: {cost account's name: {budget line id as text: fen}}, as steps keep it among their facts
Costs = dict[str, dict[str, int]]


def value_of(line: OrderLine, *, pieces: int) -> int:
    """What accepted pieces of a line are worth: their price less their share of what was cut off it."""
    if pieces == line.accepted:
        return line.accepted_fen
    return pieces * line.contract_price_fen - line.cut_fen * pieces // line.accepted


def cut_prices(order: Order, amounts: dict[str, int]) -> Costs:
    """Take {line number as text: fen} off the price of accepted pieces; asset cards lose their part of it."""
    costs: Costs = defaultdict(lambda: defaultdict(int))
    freed: dict[str, int] = defaultdict(int)
    for line in order.lines:
        amount_fen = amounts.get(str(line.line_no), 0)
        if not amount_fen:
            continue
        line.cut_fen += amount_fen
        freed[line.category_code] += amount_fen
        for account, part_fen in _cut_parts(line, amount_fen):
            costs[account.name][str(line.budget_line_id)] += part_fen
    _lower_total(order, freed)
    return _in_this_years_books(order, costs)


def take_goods_back(order: Order, pieces: dict[str, int], *, comes_again: bool, reason: str) -> Costs:
    """Undo the acceptance of {line number as text: pieces}; what will not come again is released for good."""
    costs: Costs = defaultdict(lambda: defaultdict(int))
    freed: dict[str, int] = defaultdict(int)
    for line in order.lines:
        count = pieces.get(str(line.line_no), 0)
        if not count:
            continue
        if comes_again and line.cut_fen:
            # What comes again has the contract's price; the cut belonged to the pieces that went.
            raise Refusal("change.cut_line", line_no=line.line_no, name=line.name)
        value_fen = value_of(line, pieces=count)
        for account, part_fen in _returned_parts(order, line, count, value_fen, reason=reason):
            costs[account.name][str(line.budget_line_id)] += part_fen
        line.cut_fen -= count * line.contract_price_fen - value_fen
        line.accepted -= count
        line.received -= count
        line.shipped -= count
        if not comes_again:
            line.released += count
            freed[line.category_code] += value_fen
    _lower_total(order, freed)
    return _in_this_years_books(order, costs)


def _lower_total(order: Order, freed: dict[str, int]) -> None:
    order.total_fen -= sum(freed.values())
    take_from_totals(order, dict(freed))


def _cut_parts(line: OrderLine, amount_fen: int) -> list[tuple[Account, int]]:
    if not line.is_asset:
        return [(Account.EXPENSE, amount_fen)]
    cards = _cards(line)
    if len(cards) < line.accepted:
        raise Refusal("change.too_few_cards", name=line.name, count=line.accepted, cards=len(cards))
    parts: list[tuple[Account, int]] = []
    for place, card in enumerate(cards):
        part_fen = amount_fen * (place + 1) // len(cards) - amount_fen * place // len(cards)
        card.value_fen -= part_fen
        parts.append((_cost_of(card), part_fen))
    return parts


def _returned_parts(
    order: Order, line: OrderLine, count: int, value_fen: int, *, reason: str
) -> list[tuple[Account, int]]:
    if not line.is_asset:
        return [(Account.EXPENSE, value_fen)]
    cards = return_cards(order, {str(line.line_no): count}, reason=reason)
    parts = [
        (account, sum(amounts.values()))
        for account, amounts in (
            (Account.ACCEPTED_ASSETS, cards.accepted_fen),
            (Account.FIXED_ASSETS, cards.fixed_fen),
        )
        if amounts
    ]
    # A cut that does not divide evenly leaves a fen on one card or another: the last part takes the difference.
    account, last_fen = parts[-1]
    parts[-1] = (account, last_fen + value_fen - sum(part_fen for _, part_fen in parts))
    return parts


def _cards(line: OrderLine) -> list[AssetCard]:
    query = select(AssetCard).where(AssetCard.order_line_id == line.id, AssetCard.state.in_(IN_USE))
    return list(session().scalars(query.order_by(AssetCard.id).with_for_update()))


def _cost_of(card: AssetCard) -> Account:
    return Account.ACCEPTED_ASSETS if card.state == "waiting" else Account.FIXED_ASSETS


def _in_this_years_books(order: Order, costs: Costs) -> Costs:
    """The same costs; what stands in the books of a year that is over lowers the costs of earlier years instead."""
    if order.counted_year is None:
        return {account: dict(amounts) for account, amounts in costs.items()}
    line_ids = {line.budget_line_id for line in order.lines}
    held = standing_of(session(), order.reference, line_ids=line_ids)
    found: Costs = defaultdict(lambda: defaultdict(int))
    for account, amounts in costs.items():
        for line_id, amount_fen in amounts.items():
            here_fen = min(amount_fen, held.get((int(line_id), Account[account]), 0))
            for name, part_fen in ((account, here_fen), (Account.PRIOR_COSTS.name, amount_fen - here_fen)):
                if part_fen:
                    found[name][line_id] += part_fen
    return {account: dict(amounts) for account, amounts in found.items()}
