"""What a unit's asset system says of cards: acknowledged, sent back, changed, disposed of; row by row, once each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.assets.asset_card import DISPOSALS, AssetCard
from mall.assets.asset_exchange import REPORT_KINDS, AssetReport, StrangeCard
from mall.assets.visible_asset_cards import own_unit
from mall.audit.record import record
from mall.database import session
from mall.documents.advance import advance
from mall.documents.once import hash_of
from mall.errors import Refusal

ROWS_MAX = 2_000
_NUMBER_MAX = 60


@dataclass(frozen=True)
class CardReport:
    """One row. `kind` is acknowledge, reject, change or dispose; what a kind does not need is left empty."""

    number: str
    kind: str
    system_number: str = ""
    place: str = ""
    keeper: str = ""
    value_note: str = ""
    disposal_kind: str = ""
    happened_on: date | None = None
    #: the asset system's own paper, which tells two equal changes of one day apart
    document: str = ""
    reason: str = ""


@dataclass(frozen=True)
class ReportOutcome:
    """How a row ended: "done", "already" (it was said before) or "refused"."""

    number: str
    outcome: str
    refusal: Refusal | None = None


def take_card_reports(
    *, actor: Actor, unit_id: int, reports: Sequence[CardReport], file_number: str = ""
) -> list[ReportOutcome]:
    """Take the rows in their order, inside the caller's transaction; a refused row holds up no other.

    Raises Refusal("asset.unknown_unit"); everything about a single row stands in its outcome.
    """
    unit = own_unit(actor, unit_id)
    numbers = {report.number for report in reports if len(report.number) <= _NUMBER_MAX}
    query = select(AssetCard).where(AssetCard.unit_id == unit_id, AssetCard.number.in_(numbers))
    locked = query.order_by(AssetCard.id).with_for_update().execution_options(populate_existing=True)
    cards = {card.number: card for card in session().scalars(locked)}
    outcomes = []
    for report in reports:
        card = cards.get(report.number)
        try:
            if card is None:
                _note_strange_card(report, unit_id=unit_id, region_code=unit.region_code)
                raise Refusal("asset.card_unknown", card=report.number[:_NUMBER_MAX])
            is_new = _take(card, report, actor=actor, file_number=file_number)
            outcomes.append(ReportOutcome(report.number, "done" if is_new else "already"))
        except Refusal as refusal:
            outcomes.append(ReportOutcome(report.number, "refused", refusal))
    facts = {"unit_id": unit_id, "rows": len(reports), **counted(outcomes)}
    record(actor=actor, action="asset.report", subject=f"asset_file:{file_number or 'api'}", facts=facts)
    return outcomes


def counted(outcomes: Sequence[ReportOutcome]) -> dict[str, int]:
    """{outcome: rows}."""
    return {name: sum(one.outcome == name for one in outcomes) for name in ("done", "already", "refused")}


def _take(card: AssetCard, report: CardReport, *, actor: Actor, file_number: str) -> bool:
    """Whether the report was news. Everything is judged before anything is written."""
    if report.kind not in REPORT_KINDS:
        raise Refusal("asset.report_unknown", card=card.number, kind=report.kind[:20])
    said = {name: value for name, value in asdict(report).items() if value not in ("", None)}
    fingerprint = hash_of(said)
    known = select(AssetReport.id).where(AssetReport.card_id == card.id, AssetReport.fingerprint == fingerprint)
    if session().scalar(known) is not None:
        return False
    is_new = _TAKERS[report.kind](card, report)
    if not is_new:
        return False
    step = card.states.step(report.kind, card.state)
    authorize(actor, step.permission, card)
    before = {name: getattr(card, name) for name in ("place", "keeper", "value_note")}
    with session().no_autoflush:
        _write(card, report)
        advance(
            card, report.kind, actor, note=report.reason[:500], facts={**said, "before": before, "file": file_number}
        )
    session().add(
        AssetReport(
            card_id=card.id,
            kind=report.kind,
            fingerprint=fingerprint,
            facts={**said, "happened_on": report.happened_on.isoformat() if report.happened_on else None},
            file_number=file_number,
            user_id=actor.user_id or 0,
            at=clock.now(),
        )
    )
    session().flush()
    return True


def _acknowledge(card: AssetCard, report: CardReport) -> bool:
    if not report.system_number:
        raise Refusal("asset.system_number_needed", card=card.number)
    if card.system_number == report.system_number:
        return False
    if card.system_number:
        raise Refusal(
            "asset.other_number", card=card.number, known=card.system_number, system_number=report.system_number
        )
    card.states.step("acknowledge", card.state)
    other = session().scalar(
        select(AssetCard.number).where(
            AssetCard.unit_id == card.unit_id, AssetCard.system_number == report.system_number
        )
    )
    if other is not None:
        raise Refusal("asset.number_taken", system_number=report.system_number, other=other)
    return True


def _reject(card: AssetCard, report: CardReport) -> bool:
    if len(report.reason) < 2:
        raise Refusal("asset.report_reason_needed", card=card.number)
    card.states.step("reject", card.state)
    return True


def _change(card: AssetCard, report: CardReport) -> bool:
    _require_day(card, report)
    told = {name: getattr(report, name) for name in ("place", "keeper", "value_note") if getattr(report, name)}
    if not told:
        raise Refusal("asset.nothing_changed", card=card.number)
    card.states.step("change", card.state)
    if card.changed_on is not None and report.happened_on is not None and report.happened_on < card.changed_on:
        raise Refusal("asset.older_report", card=card.number, happened_on=report.happened_on, known_on=card.changed_on)
    return any(getattr(card, name) != value for name, value in told.items())


def _dispose(card: AssetCard, report: CardReport) -> bool:
    if report.disposal_kind not in DISPOSALS:
        raise Refusal("asset.disposal_needed", card=card.number)
    _require_day(card, report)
    if (card.state, card.disposal_kind, card.disposed_on) == ("disposed", report.disposal_kind, report.happened_on):
        return False
    card.states.step("dispose", card.state)
    return True


_TAKERS = {"acknowledge": _acknowledge, "reject": _reject, "change": _change, "dispose": _dispose}


def _require_day(card: AssetCard, report: CardReport) -> None:
    if report.happened_on is None or not card.accepted_on <= report.happened_on <= clock.today():
        raise Refusal("asset.date_needed", card=card.number)


def _write(card: AssetCard, report: CardReport) -> None:
    if report.kind == "acknowledge":
        card.system_number = report.system_number
        card.acknowledged_at = clock.now()
    elif report.kind == "reject":
        card.sent_at = None
    elif report.kind == "change":
        for name in ("place", "keeper", "value_note"):
            setattr(card, name, getattr(report, name) or getattr(card, name))
        card.changed_on = report.happened_on
    else:
        card.disposal_kind = report.disposal_kind
        card.disposed_on = report.happened_on


def _note_strange_card(report: CardReport, *, unit_id: int, region_code: int) -> None:
    """Keep the number as a finding: a card without an order. Only what looks like a number of ours or of theirs."""
    number = report.number[:_NUMBER_MAX]
    if not number:
        return
    now = clock.now()
    facts: dict[str, Any] = {
        name: value for name, value in asdict(report).items() if value not in ("", None) and name != "happened_on"
    }
    statement = insert(StrangeCard).values(
        unit_id=unit_id, region_code=region_code, card_number=number, facts=facts, first_at=now, last_at=now
    )
    session().execute(
        statement.on_conflict_do_update(
            index_elements=["unit_id", "card_number"], set_={"last_at": now, "facts": statement.excluded.facts}
        )
    )
