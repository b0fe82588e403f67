"""Entering a price ceiling, putting it in force by a second person, and ending it."""

from __future__ import annotations

from datetime import date

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.catalogue.category import Category
from mall.catalogue.price_ceiling import PriceCeiling, locked_ceiling
from mall.catalogue.price_ceiling_states import PRICE_CEILING_STATES
from mall.catalogue.product import Product
from mall.database import atomic, session
from mall.documents.advance import advance, enter
from mall.documents.once import claim, settle
from mall.errors import Refusal

CEILING_MAX_FEN = 10_000_000_000


@atomic
def enter_ceiling(
    *,
    actor: Actor,
    ceiling_fen: int,
    valid_from: date,
    source: str,
    category_code: str | None = None,
    product_id: int | None = None,
    valid_to: date | None = None,
    request_key: str | None = None,
) -> PriceCeiling:
    """A ceiling per base unit for one category or one product; it binds nobody until another person confirms it.

    Raises Refusal "access.denied", "ceiling.no_subject", "ceiling.bad_price", "ceiling.bad_dates",
    "ceiling.source_needed".
    """
    body = {
        "ceiling_fen": ceiling_fen,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "source": source,
        "category_code": category_code,
        "product_id": product_id,
    }
    claimed = claim(actor=actor, action="ceiling.enter", request_key=request_key, body=body)
    authorize(actor, "ceiling.enter")
    if claimed.replayed:
        return session().get_one(PriceCeiling, int(claimed.answer))
    _require_subject(category_code=category_code, product_id=product_id)
    if not 0 < ceiling_fen <= CEILING_MAX_FEN:
        raise Refusal("ceiling.bad_price")
    if valid_to is not None and valid_to <= valid_from:
        raise Refusal("ceiling.bad_dates")
    if not 4 <= len(source.strip()) <= 300:
        raise Refusal("ceiling.source_needed")
    entered = PriceCeiling(
        category_code=category_code,
        product_id=product_id,
        ceiling_fen=ceiling_fen,
        valid_from=valid_from,
        valid_to=valid_to,
        source=source.strip(),
        state=PRICE_CEILING_STATES.first,
        entered_by_id=actor.user_id or 0,
        entered_at=clock.now(),
    )
    session().add(entered)
    session().flush()
    enter(entered, "enter", actor, permission="ceiling.enter", is_new=True, facts=body)
    settle(claimed, entered.id)
    return entered


@atomic
def decide_ceiling(
    *, actor: Actor, ceiling_id: int, action: str, note: str = "", request_key: str | None = None
) -> str:
    """Take the step "confirm", "withdraw" or "end"; returns the new state.

    Raises Refusal "ceiling.unknown", "state.not_possible", "access.denied".
    """
    body = {"ceiling_id": ceiling_id, "action": action, "note": note}
    claimed = claim(actor=actor, action="ceiling.decide", request_key=request_key, body=body)
    if claimed.replayed:
        return str(claimed.answer)
    ceiling = locked_ceiling(ceiling_id)
    advance(ceiling, action, actor, note=note)
    if action == "confirm":
        ceiling.confirmed_by_id = actor.user_id
    return str(settle(claimed, ceiling.state))


def _require_subject(*, category_code: str | None, product_id: int | None) -> None:
    if (category_code is None) == (product_id is None):
        raise Refusal("ceiling.no_subject")
    known = session().get(Category, category_code) if category_code is not None else session().get(Product, product_id)
    if known is None:
        raise Refusal("ceiling.no_subject")
