"""What each step of an order posts to the ledger, line by budget line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ledger import movements
from ledger.chart_of_accounts import Account
from mall.documents.advance import Posting

if TYPE_CHECKING:
    from mall.ordering.order import Order, OrderLine


def reserve_budget(order: Order, facts: dict[str, Any]) -> list[Posting]:
    """Submitted: available -> reserved, the whole order."""
    amounts = _per_budget_line((line, line.amount_fen) for line in order.lines)
    return [_posting(order, "submit", movements.reserve(amounts, document=order.reference))]


def release_reservation(order: Order, facts: dict[str, Any]) -> list[Posting]:
    """Returned or cancelled before approval: reserved -> available."""
    amounts = _per_budget_line((line, line.amount_fen) for line in order.lines)
    return [_posting(order, "release", movements.release_reservation(amounts, document=order.reference))]


def commit_budget(order: Order, facts: dict[str, Any]) -> list[Posting]:
    """Approved: reserved -> committed."""
    amounts = _per_budget_line((line, line.amount_fen) for line in order.lines)
    return [_posting(order, "approve", movements.commit(amounts, document=order.reference))]


def release_difference(order: Order, facts: dict[str, Any]) -> list[Posting]:
    """Contracted: what the supplier confirmed below the ordered price goes back at once."""
    amounts = _per_budget_line((line, line.amount_fen - line.contract_amount_fen) for line in order.lines)
    return [_posting(order, "contract", movements.release_commitment(amounts, document=order.reference))]


def release_commitment(order: Order, facts: dict[str, Any]) -> list[Posting]:
    """Declined, or cancelled with the supplier's consent: what is still committed -> available.

    Before the contract the whole ordered amount is committed; after it, what the contract says.
    """
    contracted = order.state not in ("approved", "confirmed")
    amounts = _per_budget_line(
        (line, line.contract_amount_fen - line.accepted_fen if contracted else line.amount_fen) for line in order.lines
    )
    return [_posting(order, "release_commitment", movements.release_commitment(amounts, document=order.reference))]


def release_short(order: Order, facts: dict[str, Any]) -> list[Posting]:
    """Short delivery agreed: the pieces that will not come are released on their line.

    `facts["released"]`: {line number as text: pieces}; may be empty when a dispute ends without a release.
    """
    released = facts.get("released") or {}
    amounts = _per_budget_line(
        (line, released.get(str(line.line_no), 0) * line.contract_price_fen) for line in order.lines
    )
    event = f"short.{facts['short_no']}" if amounts else "short"
    return [_posting(order, event, movements.release_commitment(amounts, document=order.reference))]


def accrue_accepted(order: Order, facts: dict[str, Any]) -> list[Posting]:
    """Accepted (part): committed -> accrued; expense or accepted assets / payable.

    `facts["acceptance"]`: number of the sheet, which is the source; `facts["quantities"]`: {line number: pieces}.
    """
    taken = facts["quantities"]
    amount_of = {line.line_no: taken.get(str(line.line_no), 0) * line.contract_price_fen for line in order.lines}
    expenses = _per_budget_line((line, amount_of[line.line_no]) for line in order.lines if not line.is_asset)
    assets = _per_budget_line((line, amount_of[line.line_no]) for line in order.lines if line.is_asset)
    entries = [
        *movements.accrue(expenses, document=order.reference, cost=Account.EXPENSE),
        *movements.accrue(assets, document=order.reference, cost=Account.ACCEPTED_ASSETS),
    ]
    return [
        Posting(
            region_code=order.region_code,
            year=order.year,
            source_type="acceptance",
            source_id=facts["acceptance"],
            event="accept",
            entries=entries,
            causation=order.reference,
        )
    ]


def _posting(order: Order, event: str, entries: list[Any]) -> Posting:
    # A returned order is submitted anew: the round makes each time an event of its own.
    return Posting(
        region_code=order.region_code,
        year=order.year,
        source_type="order",
        source_id=order.number,
        event=event if order.round == 1 else f"{event}.{order.round}",
        entries=entries,
        causation=order.reference,
    )


def _per_budget_line(amounts: Iterable[tuple[OrderLine, int]]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for line, amount_fen in amounts:
        sums[line.budget_line_id] += amount_fen
    return {budget_line_id: amount_fen for budget_line_id, amount_fen in sorted(sums.items()) if amount_fen}
