"""How asset cards look in the API: shapes for the description, and the same as plain JSON values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from mall.assets.asset_card import AssetCard
from mall.assets.send_cards import card_rows
from mall.assets.take_card_reports import ReportOutcome
from mall.documents.history import history_of
from mall.people.organisation import organisation_names
from mall.web.names import state_name
from mall.web.words import words_for


class AssetCardRowShape(BaseModel):
    """One piece, as a unit's asset system takes it in."""

    number: str
    state: str = Field(description="waiting, registered, sent, acknowledged, changed, disposed or returned")
    state_name: str
    unit_id: int
    unit: str
    name: str
    category_code: str
    category: str
    serial_number: str
    place: str
    keeper: str
    value_fen: int = Field(description="With tax")
    accepted_on: str
    useful_years: int | None
    order: str
    supplier: str
    budget_line: str = Field(description="The line's code")
    system_number: str = Field(description="The number that the asset system gave; empty before its acknowledgement")
    value_note: str
    changed_on: str | None
    disposal_kind: str
    disposed_on: str | None
    registered_at: str | None
    acknowledged_at: str | None


class AssetCardStepShape(BaseModel):
    """One step of the card's life."""

    action: str
    before: str
    after: str
    at: str
    by: str
    note: str
    facts: dict[str, Any]


class AssetCardShape(AssetCardRowShape):
    """One card with its history, oldest first."""

    history: list[AssetCardStepShape]


class AssetCardRowsShape(BaseModel):
    """One page of cards, the oldest first: an asset system reads on from where it stopped."""

    items: list[AssetCardRowShape]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class ReportOutcomeShape(BaseModel):
    """How one report ended: done, already (said before; nothing was written) or refused."""

    card: str
    outcome: str
    code: str | None = Field(description="Of a refusal, such as asset.card_unknown")
    message: str | None
    next: str | None = Field(description="How to mend it")


class ReportOutcomesShape(BaseModel):
    """The outcomes in the order of the reports."""

    outcomes: list[ReportOutcomeShape]


def card_items(cards: list[AssetCard]) -> list[dict[str, Any]]:
    """Rows of a list."""
    if not cards:
        return []
    names = organisation_names({card.unit_id for card in cards})
    return [
        {
            **row,
            "state": card.state,
            "state_name": state_name("asset_card", card.state),
            "unit_id": card.unit_id,
            "unit": names.get(card.unit_id, ""),
            "value_note": card.value_note,
            "changed_on": _text(card.changed_on),
            "disposal_kind": card.disposal_kind,
            "disposed_on": _text(card.disposed_on),
            "registered_at": _text(card.registered_at),
            "acknowledged_at": _text(card.acknowledged_at),
        }
        for card, row in zip(cards, card_rows(cards), strict=True)
    ]


def whole_card(card: AssetCard) -> dict[str, Any]:
    """The card with its history."""
    history = [
        {
            "action": step.action,
            "before": step.before,
            "after": step.after,
            "at": step.at.isoformat(),
            "by": step.actor_name,
            "note": step.note,
            "facts": step.facts,
        }
        for step in history_of(card.reference)
    ]
    return {**card_items([card])[0], "history": history}


def outcome_item(outcome: ReportOutcome) -> dict[str, Any]:
    """One outcome with its words in the reader's language."""
    words = words_for(outcome.refusal) if outcome.refusal is not None else None
    return {
        "card": outcome.number,
        "outcome": outcome.outcome,
        "code": outcome.refusal.code if outcome.refusal is not None else None,
        "message": words.what if words is not None else None,
        "next": words.next_step if words is not None else None,
    }


def _text(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()
