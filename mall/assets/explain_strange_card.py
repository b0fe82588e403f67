"""Explaining a card number that the mall never gave: bought elsewhere, or a slip of the pen; said once, in writing."""

from __future__ import annotations

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.assets.asset_exchange import StrangeCard
from mall.assets.visible_asset_cards import own_unit
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.ordering.order_action import require_reason


@atomic
def explain_strange_card(*, actor: Actor, strange_id: int, reason: str, request_key: str | None = None) -> int:
    """Close the finding with a reason. Returns the unit's id. Raises Refusal "asset.card_unknown" (foreign and
    missing look the same), "order.reason_needed"."""
    claimed = claim(actor=actor, action="asset.explain", request_key=request_key, body=[strange_id, reason])
    if claimed.replayed:
        return int(claimed.answer)
    units = actor.organisations_as("receiver", "accountant")
    query = select(StrangeCard).where(StrangeCard.id == strange_id, StrangeCard.unit_id.in_(units))
    strange = session().scalar(query.with_for_update().execution_options(populate_existing=True))
    if strange is None:
        raise Refusal("asset.card_unknown", card=str(strange_id))
    own_unit(actor, strange.unit_id)
    if strange.explained_at is None:
        strange.explanation = require_reason(reason)
        strange.explained_at = clock.now()
        strange.explained_by = actor.user_id
    facts = {"card": strange.card_number, "reason": strange.explanation}
    record(actor=actor, action="asset.explain", subject=strange.reference, facts=facts)
    return int(settle(claimed, strange.unit_id))
