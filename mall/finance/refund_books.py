"""What the steps of a refund claim post, for a payment of the same year and for one of a year that is over."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

from ledger import movements
from ledger.chart_of_accounts import Account, Channel
from mall import clock
from mall.documents.advance import Posting
from mall.finance.change_books import costs_of

if TYPE_CHECKING:
    from mall.finance.refund_claim import RefundClaim


def claim_refund(claim: RefundClaim, facts: dict[str, Any]) -> list[Posting]:
    """Agreed: refunds due / the cost of what went back; to collect / confirmed. Of an earlier year: refunds due /
    prior years."""
    if claim.is_prior:
        return [_posting(claim, "claim", movements.claim_prior_refund(_amounts(claim), document=claim.order_reference))]
    entries: list[Any] = []
    for cost, amounts in costs_of({"costs": claim.costs}):
        entries += movements.claim_refund(amounts, document=claim.order_reference, cost=cost)
    return [_posting(claim, "claim", entries)]


def receive_refund(claim: RefundClaim, facts: dict[str, Any]) -> list[Posting]:
    """The money came, or is kept: back to the line and this month's plan; that of an earlier year to the treasury."""
    if claim.is_prior:
        entries = movements.surrender_refund(_amounts(claim), document=claim.order_reference)
        return [_posting(claim, "surrender", entries)]
    entries = []
    for channel, amounts in _by_channel(claim).items():
        plan = {line_id: {clock.today().month: amount_fen} for line_id, amount_fen in amounts.items()}
        entries += movements.receive_refund(amounts, document=claim.order_reference, plan=plan, channel=channel)
    return [_posting(claim, "receive", entries)]


def give_up_refund(claim: RefundClaim, facts: dict[str, Any]) -> list[Posting]:
    """Given up: the claim becomes a cost of the unit, as the goods do not come back with it."""
    entries = movements.withdraw_claim(_amounts(claim), document=claim.order_reference, cost=Account.EXPENSE)
    return [_posting(claim, "give_up", entries)]


def _amounts(claim: RefundClaim) -> dict[int, int]:
    return {int(line_id): amount_fen for line_id, amount_fen in claim.amounts.items()}


def _by_channel(claim: RefundClaim) -> dict[Channel, dict[int, int]]:
    found: dict[Channel, dict[int, int]] = defaultdict(dict)
    for line_id, amount_fen in claim.amounts.items():
        found[cast(Channel, claim.channels[line_id])][int(line_id)] = amount_fen
    return dict(found)


def _posting(claim: RefundClaim, event: str, entries: list[Any]) -> Posting:
    return Posting(
        region_code=claim.region_code,
        year=claim.year,
        source_type="refund",
        source_id=claim.number,
        event=event,
        entries=entries,
        causation=claim.order_reference,
    )
