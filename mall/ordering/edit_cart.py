"""Filling and changing the cart: one listing, a pasted list, a former order again."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from ledger.budget_lines import find_line
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.catalogue.listing_states import NOT_SHOWN
from mall.database import atomic, session
from mall.errors import Refusal
from mall.ordering.cart import CartLine, cart_lines
from mall.ordering.visible_orders import visible_order
from mall.suppliers.supplier import Supplier

MOST_LINES = 500


@dataclass(frozen=True)
class CartOf:
    """The subject of cart.use: a unit."""

    unit_id: int


@dataclass(frozen=True)
class ListedLine:
    """One line of a pasted list and what came of it."""

    line_no: int
    sku: str
    quantity: int | None
    problem: Refusal | None
    listing_id: int | None


@atomic
def add_to_cart(*, actor: Actor, unit_id: int, listing_id: int, quantity: int) -> int:
    """Put pieces of a listing into the cart, on top of those already there. Returns the quantity now.

    Raises Refusal "listing.unknown", "order.bad_quantity", "cart.full".
    """
    _require(actor, unit_id)
    listing = session().get(Listing, listing_id)
    if listing is None or listing.state in NOT_SHOWN:
        raise Refusal("listing.unknown", listing_id=listing_id)
    now_in_cart = _put(actor, unit_id, listing, quantity)
    record(
        actor=actor,
        action="cart.add",
        subject=f"cart:{unit_id}",
        facts={"listing_id": listing_id, "quantity": quantity},
    )
    return now_in_cart


@atomic
def set_quantity(*, actor: Actor, cart_line_id: int, quantity: int) -> None:
    """Change a line's quantity. Raises Refusal "cart.unknown_line", "order.bad_quantity"."""
    line = _own_line(actor, cart_line_id)
    _check_quantity(quantity, 1)
    line.quantity = quantity
    record(actor=actor, action="cart.change", subject=f"cart:{line.unit_id}", facts={"quantity": quantity})


@atomic
def remove_from_cart(*, actor: Actor, cart_line_id: int) -> None:
    """Take a line out. Raises Refusal("cart.unknown_line")."""
    line = _own_line(actor, cart_line_id)
    record(actor=actor, action="cart.remove", subject=f"cart:{line.unit_id}", facts={"listing_id": line.listing_id})
    session().delete(line)


@atomic
def choose_budget_line(*, actor: Actor, unit_id: int, cart_line_ids: list[int] | None, budget_line_id: int) -> None:
    """Say from which budget line the cart's lines (None: all of them) are to be paid."""
    _require(actor, unit_id)
    budget_line = find_line(session(), budget_line_id)
    if budget_line is None or budget_line.unit_id != unit_id:
        raise Refusal("budget.unknown_line", budget_line_id=budget_line_id)
    for line in cart_lines(user_id=actor.user_id or 0, unit_id=unit_id):
        if cart_line_ids is None or line.id in cart_line_ids:
            line.budget_line_id = budget_line_id
    record(actor=actor, action="cart.budget_line", subject=f"cart:{unit_id}", facts={"line": budget_line_id})


@atomic
def accept_changes(*, actor: Actor, unit_id: int) -> None:
    """Mark today's prices as seen."""
    _require(actor, unit_id)
    for line in cart_lines(user_id=actor.user_id or 0, unit_id=unit_id):
        listing = session().get(Listing, line.listing_id)
        if listing is not None:
            line.seen_price_fen = listing.price_fen
            line.seen_version = listing.version
    record(actor=actor, action="cart.accept_changes", subject=f"cart:{unit_id}")


@atomic
def add_list(*, actor: Actor, unit_id: int, text: str) -> list[ListedLine]:
    """Put a pasted list of SKUs and quantities into the cart; faulty lines are reported, good ones go in.

    One item a line: SKU, then a quantity (comma, tab, semicolon or blanks between; no quantity means 1).
    A SKU that several suppliers use is written supplier-credit-code/SKU.
    """
    _require(actor, unit_id)
    rows = _rows(text)
    if len(rows) > MOST_LINES:
        raise Refusal("cart.list_too_long", most=MOST_LINES, lines=len(rows))
    found = _listings_by_sku([sku for _, sku, _ in rows])
    result = [_put_listed(actor, unit_id, line_no, sku, quantity, found) for line_no, sku, quantity in rows]
    good = sum(1 for line in result if line.problem is None)
    record(actor=actor, action="cart.add_list", subject=f"cart:{unit_id}", facts={"lines": len(result), "good": good})
    return result


@atomic
def buy_again(*, actor: Actor, unit_id: int, number: str) -> list[ListedLine]:
    """Put what a former order had into the cart again, at today's prices."""
    _require(actor, unit_id)
    order = visible_order(actor, number)
    result: list[ListedLine] = []
    for line in order.lines:
        listing = session().get(Listing, line.listing_id)
        problem: Refusal | None = None
        if listing is None or listing.state != "on_shelf":
            problem = Refusal("listing.off_shelf", name=line.name)
        else:
            try:
                _put(actor, unit_id, listing, line.quantity, budget_line_id=line.budget_line_id)
            except Refusal as refusal:
                problem = refusal
        result.append(ListedLine(line.line_no, line.sku, line.quantity, problem, line.listing_id))
    record(actor=actor, action="cart.buy_again", subject=f"cart:{unit_id}", facts={"order": number})
    return result


def _require(actor: Actor, unit_id: int) -> None:
    authorize(actor, "cart.use", CartOf(unit_id=unit_id))


def _own_line(actor: Actor, cart_line_id: int) -> CartLine:
    line = session().get(CartLine, cart_line_id)
    if line is None or line.user_id != actor.user_id:
        raise Refusal("cart.unknown_line", cart_line_id=cart_line_id)
    _require(actor, line.unit_id)
    return line


def _put(actor: Actor, unit_id: int, listing: Listing, quantity: int, *, budget_line_id: int | None = None) -> int:
    _check_quantity(quantity, 1)
    row = insert(CartLine).values(
        user_id=actor.user_id,
        unit_id=unit_id,
        listing_id=listing.id,
        quantity=quantity,
        seen_price_fen=listing.price_fen,
        seen_version=listing.version,
        budget_line_id=budget_line_id,
        added_at=clock.now(),
    )
    total = session().scalar(
        row.on_conflict_do_update(
            index_elements=["user_id", "unit_id", "listing_id"],
            set_={"quantity": CartLine.quantity + row.excluded.quantity},
            where=CartLine.quantity + row.excluded.quantity <= 1_000_000,
        ).returning(CartLine.quantity)
    )
    if total is None:
        raise Refusal("order.bad_quantity", line_no=1, quantity=quantity)
    if len(cart_lines(user_id=actor.user_id or 0, unit_id=unit_id)) > MOST_LINES:
        raise Refusal("cart.full", most=MOST_LINES)
    return total


def _check_quantity(quantity: int, line_no: int) -> None:
    if not 1 <= quantity <= 1_000_000:
        raise Refusal("order.bad_quantity", line_no=line_no, quantity=quantity)


def _rows(text: str) -> list[tuple[int, str, str]]:
    rows: list[tuple[int, str, str]] = []
    for line_no, raw in enumerate(text.splitlines(), start=1):
        line = unicodedata.normalize("NFKC", raw).strip().lstrip("\ufeff")
        if not line:
            continue
        parts = next(csv.reader(io.StringIO(line), delimiter=_delimiter(line)), [""])
        cells = [part.strip() for part in parts if part.strip()]
        if not cells or (line_no == 1 and cells[0].lower() in ("sku", "商品编号", "编号", "货号")):
            continue
        rows.append((line_no, cells[0], cells[1] if len(cells) > 1 else "1"))
    return rows


def _delimiter(line: str) -> str:
    return next((mark for mark in ("\t", ",", ";", "，") if mark in line), " ")


def _listings_by_sku(skus: list[str]) -> dict[str, list[tuple[Listing, str]]]:
    plain = {sku.partition("/")[2] or sku for sku in skus} | set(skus)
    found: dict[str, list[tuple[Listing, str]]] = {}
    rows = session().execute(
        select(Listing, Supplier.credit_code)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(Listing.sku.in_(plain), Listing.state == "on_shelf")
        .order_by(Listing.id)
    )
    for listing, credit_code in rows:
        found.setdefault(listing.sku, []).append((listing, credit_code))
        found.setdefault(f"{credit_code}/{listing.sku}", []).append((listing, credit_code))
    return found


def _put_listed(
    actor: Actor, unit_id: int, line_no: int, sku: str, given: str, found: dict[str, list[tuple[Listing, str]]]
) -> ListedLine:
    if not re.fullmatch(r"[0-9]{1,7}", given) or not 1 <= int(given) <= 1_000_000:
        return ListedLine(line_no, sku, None, Refusal("cart.list_bad_quantity", line_no=line_no, given=given), None)
    quantity = int(given)
    matches = found.get(sku, [])
    if not matches:
        return ListedLine(line_no, sku, quantity, Refusal("cart.list_unknown_sku", line_no=line_no, sku=sku), None)
    if len(matches) > 1:
        suppliers = "、".join(f"{credit_code}/{sku}" for _, credit_code in matches[:5])
        problem = Refusal("cart.list_ambiguous_sku", line_no=line_no, sku=sku, choices=suppliers)
        return ListedLine(line_no, sku, quantity, problem, None)
    listing = matches[0][0]
    try:
        _put(actor, unit_id, listing, quantity)
    except Refusal as refusal:
        return ListedLine(line_no, sku, quantity, refusal, listing.id)
    return ListedLine(line_no, sku, quantity, None, listing.id)
