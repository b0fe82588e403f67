"""The cart looked at again: today's prices, what changed since she looked, what would be refused, what it takes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ledger.budget_lines import BudgetLine, LineBalance, balances, lines_of_unit
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.assets.asset_quota import Quota, quotas_of
from mall.catalogue.listing import Listing
from mall.catalogue.listing_image import ShownImage, first_images
from mall.catalogue.offer import Offer, offers
from mall.catalogue.product import Product
from mall.database import session
from mall.errors import Refusal
from mall.ordering.cart import CartLine, cart_lines
from mall.ordering.edit_cart import CartOf
from mall.ordering.order_checks import LineToCheck, OrderToCheck, judge
from mall.people.organisation import Organisation, organisation
from mall.suppliers.supplier import Supplier

_IN_TABLE = ("order.above_asset_quantity", "order.asset_quota_unknown")


@dataclass(frozen=True)
class CartItem:
    """One line as it stands today. `changes` and `warnings` inform; `problems` would be refused and say the way out."""

    line: CartLine
    listing: Listing
    product: Product
    amount_fen: int
    changes: list[Refusal]
    warnings: list[Refusal]
    problems: list[Refusal]
    image: ShownImage | None


@dataclass(frozen=True)
class SupplierGroup:
    """What will become one order."""

    supplier: Supplier
    items: list[CartItem]
    subtotal_fen: int


@dataclass(frozen=True)
class BudgetEffect:
    """One budget line, with what this cart takes and what is left afterwards (may be below zero)."""

    line: BudgetLine
    balance: LineBalance
    taken_fen: int

    @property
    def left_fen(self) -> int:
        return self.balance.available_fen - self.taken_fen


@dataclass(frozen=True)
class CartReview:
    """The whole cart of one handler in one unit."""

    unit_id: int
    groups: list[SupplierGroup]
    total_fen: int
    budget_lines: list[BudgetEffect]
    #: the standards of office equipment that this cart touches, counted with the whole cart
    quotas: list[Quota]

    @property
    def is_above_standard(self) -> bool:
        """Whether the whole cart asks for more than a standard that wants a reason; one that refuses is a problem."""
        return any(quota.is_exceeded and not quota.standard.refuses for quota in self.quotas)

    @property
    def problem_count(self) -> int:
        return sum(len(item.problems) for group in self.groups for item in group.items)

    @property
    def lines_after(self) -> dict[int, BudgetEffect]:
        return {effect.line.id: effect for effect in self.budget_lines if effect.taken_fen}


def review_cart(*, actor: Actor, unit_id: int) -> CartReview:
    """Look at the cart again. Reads only."""
    authorize(actor, "cart.use", CartOf(unit_id=unit_id))
    unit = organisation(unit_id)
    if unit is None:
        raise Refusal("access.denied", permission="cart.use")
    lines = cart_lines(user_id=actor.user_id or 0, unit_id=unit_id)
    found = offers([line.listing_id for line in lines])
    year = clock.today().year
    budget_lines = lines_of_unit(session(), region_code=unit.region_code, year=year, unit_id=unit_id)
    by_id = {line.id: line for line in budget_lines}
    taken: dict[int, int] = defaultdict(int)
    items_of: dict[int, list[CartItem]] = defaultdict(list)
    images = first_images(found)
    for line in lines:
        offer = found[line.listing_id]
        item = _item(line, offer, unit.region_code, unit_id, by_id, images.get(line.listing_id))
        items_of[offer.supplier.id].append(item)
        if line.budget_line_id in by_id:
            taken[line.budget_line_id] += line.quantity * offer.listing.price_fen
    stand = balances(session(), by_id) if by_id else {}
    groups = [
        SupplierGroup(
            supplier=found[items[0].line.listing_id].supplier,
            items=items,
            subtotal_fen=sum(item.amount_fen for item in items),
        )
        for items in items_of.values()
    ]
    return CartReview(
        unit_id=unit_id,
        groups=groups,
        total_fen=sum(group.subtotal_fen for group in groups),
        budget_lines=[
            BudgetEffect(line=line, balance=stand[line.id], taken_fen=taken[line.id]) for line in budget_lines
        ],
        quotas=_quotas(unit, lines, found),
    )


def _quotas(unit: Organisation, lines: list[CartLine], found: dict[int, Offer]) -> list[Quota]:
    wanted: dict[str, int] = defaultdict(int)
    for line in lines:
        category = found[line.listing_id].category
        if category is not None:
            wanted[category.code] += line.quantity
    return [quota for quota in quotas_of(unit, on=clock.today(), wanted=wanted) if quota.wanted] if wanted else []


def _item(
    line: CartLine,
    offer: Offer,
    region_code: int,
    unit_id: int,
    budget_lines: dict[int, BudgetLine],
    image: ShownImage | None,
) -> CartItem:
    today = clock.today()
    judgement = judge(
        OrderToCheck(
            unit_id=unit_id,
            region_code=region_code,
            year=today.year,
            on=today,
            lines=(
                LineToCheck(
                    line_no=1,
                    offer=offer,
                    quantity=line.quantity,
                    budget_line=budget_lines.get(line.budget_line_id or 0),
                    budget_line_id=line.budget_line_id or 0,
                    seen_price_fen=None,
                ),
            ),
        )
    )
    changes: list[Refusal] = []
    if line.seen_price_fen != offer.listing.price_fen:
        changes.append(
            Refusal(
                "cart.price_changed",
                name=offer.listing.name,
                seen_price_fen=line.seen_price_fen,
                price_fen=offer.listing.price_fen,
            )
        )
    problems = [
        Refusal("cart.no_budget_line") if refusal.code == "budget.unknown_line" and not line.budget_line_id else refusal
        for refusal in judgement.refusals
    ]
    return CartItem(
        line=line,
        listing=offer.listing,
        product=offer.product,
        amount_fen=line.quantity * offer.listing.price_fen,
        changes=changes,
        # What the table of standards says of the whole cart needs no saying line by line.
        warnings=[one for one in judgement.warnings if one.code not in _IN_TABLE],
        problems=problems,
        image=image,
    )
