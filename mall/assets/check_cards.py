"""The check of cards against orders and books, both ways: what was accepted and has no card, and the reverse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, or_, select

from ledger.budget_lines import find_lines
from ledger.chart_of_accounts import Account
from ledger.document_balances import document_balances
from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.assets import visible_asset_cards
from mall.assets.asset_card import AssetCard
from mall.assets.asset_card_states import IN_FIXED_ASSETS
from mall.assets.asset_exchange import StrangeCard
from mall.assets.list_asset_cards import REGISTER_RULE, overdue_before, register_by
from mall.database import session
from mall.ordering.order import Order, OrderLine
from mall.ordering.visible_orders import visible_to
from mall.regions.regional_rule import rule
from mall.year_end.worksheet import lines_over_years

#: every kind of fault, in the order of a list
FAULTS = ("not_registered", "no_order", "not_accepted", "count_differs", "value_differs")
#: states in which no accepted piece can be with the unit
_NOTHING_ACCEPTED = ("draft", "cancelled", "declined", "returned")


@dataclass(frozen=True)
class AssetFault:
    """One thing that does not fit. `expected` and `found` are pieces, or fen for "value_differs"."""

    kind: str
    unit_id: int
    order: str = ""
    card: str = ""
    name: str = ""
    expected: int = 0
    found: int = 0
    #: until when the card should have been registered
    due_on: date | None = None
    #: of a number that the mall never gave
    strange_id: int | None = None


@dataclass
class _Counted:
    """The cards of one order line: how many live ones, and their value by where it should stand in the books."""

    cards: int = 0
    waiting_fen: int = 0
    fixed_fen: int = 0
    numbers: list[str] = field(default_factory=list)


def asset_faults(actor: Actor = SYSTEM, *, unit_id: int | None = None) -> list[AssetFault]:
    """What does not fit among the cards and orders that this actor may see, kind by kind."""
    found = [
        *_not_registered(actor, unit_id),
        *_no_order(actor, unit_id),
        *_against_orders(actor, unit_id),
    ]
    return sorted(
        found, key=lambda fault: (FAULTS.index(fault.kind), fault.due_on or date.max, fault.order, fault.card)
    )


def _cards(actor: Actor, query: Select[Any], unit_id: int | None) -> Select[Any]:
    query = visible_asset_cards.visible_to(actor, query)
    return query if unit_id is None else query.where(AssetCard.unit_id == unit_id)


def _not_registered(actor: Actor, unit_id: int | None) -> Iterator[AssetFault]:
    query = select(AssetCard, Order.number).join(Order, Order.id == AssetCard.order_id)
    query = _cards(actor, query, unit_id).where(AssetCard.state == "waiting")
    before: dict[int, date] = {}
    for card, order in session().execute(query.order_by(AssetCard.accepted_on, AssetCard.id)):
        limit = before.setdefault(card.region_code, overdue_before(card.region_code))
        if card.accepted_on < limit:
            days = rule(REGISTER_RULE, region_code=card.region_code, on=clock.today()).value
            yield AssetFault(
                kind="not_registered", unit_id=card.unit_id, order=order, card=card.number, name=card.name,
                due_on=register_by(card.accepted_on, days=days),
            )  # fmt: skip


def _no_order(actor: Actor, unit_id: int | None) -> Iterator[AssetFault]:
    """Numbers that the unit's asset system knows and the mall does not, until somebody has explained them."""
    units = None if actor.is_system else {unit.id for unit in visible_asset_cards.units_in_sight(actor)}
    query = select(StrangeCard).where(StrangeCard.explained_at.is_(None)).order_by(StrangeCard.id)
    if unit_id is not None:
        query = query.where(StrangeCard.unit_id == unit_id)
    for strange in session().scalars(query):
        if units is None or strange.unit_id in units:
            yield AssetFault(
                kind="no_order", unit_id=strange.unit_id, card=strange.card_number,
                name=str(strange.facts.get("reason", "")), strange_id=strange.id,
            )  # fmt: skip


def _against_orders(actor: Actor, unit_id: int | None) -> Iterator[AssetFault]:
    """Order by order: pieces and value of its cards beside its accepted pieces and its books."""
    has_cards = exists(select(AssetCard.id).where(AssetCard.order_line_id == OrderLine.id))
    query = select(Order, OrderLine).join(OrderLine, OrderLine.order_id == Order.id)
    query = visible_to(actor, query).where(or_(OrderLine.is_asset & (OrderLine.accepted > 0), has_cards))
    if unit_id is not None:
        query = query.where(Order.unit_id == unit_id)
    rows = session().execute(query.order_by(Order.id, OrderLine.line_no)).all()
    lines_of: dict[int, list[OrderLine]] = defaultdict(list)
    orders: dict[int, Order] = {}
    for order, line in rows:
        orders[order.id] = order
        lines_of[order.id].append(line)
    counted = _count_cards(actor, unit_id)
    books = _books(orders.values(), lines_of)
    for order in orders.values():
        yield from _judge_order(order, lines_of[order.id], counted, books)


def _count_cards(actor: Actor, unit_id: int | None) -> dict[int, _Counted]:
    columns = (AssetCard.order_line_id, AssetCard.number, AssetCard.state, AssetCard.value_fen)
    counted: dict[int, _Counted] = defaultdict(_Counted)
    for line_id, number, state, value_fen in session().execute(_cards(actor, select(*columns), unit_id)):
        if state == "returned":
            continue
        found = counted[line_id]
        found.cards += 1
        found.numbers.append(number)
        if state in IN_FIXED_ASSETS:
            found.fixed_fen += value_fen
        else:
            found.waiting_fen += value_fen
    return counted


def _books(orders: Iterable[Order], lines_of: dict[int, list[OrderLine]]) -> dict[tuple[str, Account], int]:
    """{(order's reference, account): fen}, over all years: a card may wait over a year's end."""
    asked = {line.budget_line_id for order in orders for line in lines_of[order.id]}
    lines: dict[tuple[int, int], set[int]] = defaultdict(set)
    for line in find_lines(session(), lines_over_years(asked)).values():
        lines[line.region_code, line.year].add(line.id)
    found: dict[tuple[str, Account], int] = defaultdict(int)
    for (region_code, year), line_ids in lines.items():
        balances = document_balances(
            session(), line_ids, region_code=region_code, year=year,
            accounts=(Account.ACCEPTED_ASSETS, Account.FIXED_ASSETS),
        )  # fmt: skip
        for key, amount_fen in balances.items():
            found[key] += amount_fen
    return found


def _judge_order(
    order: Order, lines: list[OrderLine], counted: dict[int, _Counted], books: dict[tuple[str, Account], int]
) -> Iterator[AssetFault]:
    waiting_fen = fixed_fen = 0
    for line in lines:
        cards = counted.get(line.id, _Counted())
        waiting_fen += cards.waiting_fen
        fixed_fen += cards.fixed_fen
        facts = {"unit_id": order.unit_id, "order": order.number, "name": line.name}
        facts["card"] = cards.numbers[0] if len(cards.numbers) == 1 else ""
        accepted = 0 if order.state in _NOTHING_ACCEPTED else line.accepted
        if cards.cards and not accepted:
            yield AssetFault(kind="not_accepted", expected=0, found=cards.cards, **facts)
        elif cards.cards != (accepted if line.is_asset else cards.cards):
            yield AssetFault(kind="count_differs", expected=accepted, found=cards.cards, **facts)
    in_books = tuple(
        books.get((order.reference, account), 0) for account in (Account.ACCEPTED_ASSETS, Account.FIXED_ASSETS)
    )
    if in_books == (waiting_fen, fixed_fen):
        return
    expected, found = sum(in_books), waiting_fen + fixed_fen
    if expected == found:
        # The sum fits and the places do not: say how much stands in fixed assets on each side.
        expected, found = in_books[1], fixed_fen
    names = "、".join(dict.fromkeys(line.name for line in lines))
    yield AssetFault(
        kind="value_differs", unit_id=order.unit_id, order=order.number, name=names, expected=expected, found=found
    )
