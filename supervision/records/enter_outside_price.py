"""Entering prices seen outside the mall, one with its picture or many by file, and deciding on them by another person.

What somebody types as a source is words; nothing is ever fetched from an address.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, false, or_, select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.catalogue.product import Product
from mall.database import atomic, session
from mall.documents.advance import advance, enter
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.read_budget_file import BudgetFileRow, read_budget_file
from mall.images.image_content import content_id_of
from mall.images.keep_image import KeptImage
from mall.ordering.money_forms import date_of, fen_of
from mall.people.organisation import organisation, organisation_by_credit_code
from mall.regions.region import code_bounds
from supervision.records.outside_price_columns import KIND_WORDS_IN_FILES, OUTSIDE_PRICE_COLUMNS, YES
from supervision.records.outside_price_states import OUTSIDE_PRICE_STATES
from supervision.watch_record import PRICE_KINDS, OutsidePrice

PRICE_MAX_FEN, PIECES_MOST, SOURCE_MOST, NOTE_MOST = 10_000_000_000, 1_000_000, 200, 500
_KINDS = {word: kind for kind, words in KIND_WORDS_IN_FILES.items() for word in words}
#: (role, where its holders may enter prices): the first that fits says for which region
_ENTERING = ("regulator", "centre", "handler")


@dataclass(frozen=True)
class SeenPrice:
    """What somebody saw: `price_fen` buys `pieces` base units; on `seen_on`, at a source in words."""

    product_id: int
    kind: str
    source: str
    price_fen: int
    seen_on: date | None
    pieces: int = 1
    supplier_id: int | None = None
    is_promotion: bool = False
    note: str = ""


@dataclass(frozen=True)
class Evidence:
    """What shows it: SHA-256 and the name of a picture or of the file it came in."""

    sha256: str
    name: str


@atomic
def enter_outside_price(
    *, actor: Actor, seen: SeenPrice, image: KeptImage, file_name: str = "", request_key: str | None = None
) -> OutsidePrice:
    """One price with the picture that shows it; it is compared with only when another person has confirmed it.

    Raises Refusal "access.denied", "outside.product_unknown", "outside.bad_kind", "outside.bad_source",
    "outside.bad_price", "outside.bad_day", "outside.already".
    """
    body = {**vars(seen), "evidence": image.sha256}
    claimed = claim(actor=actor, action="outside_price.enter", request_key=request_key, body=body)
    authorize(actor, "outside_price.enter")
    if claimed.replayed:
        return session().get_one(OutsidePrice, int(claimed.answer))
    content_id_of(image)
    entered = _enter(seen, Evidence(image.sha256, file_name[:200]), actor=actor, region_code=_region_of(actor))
    settle(claimed, entered.id)
    return entered


@atomic
def import_outside_prices(*, actor: Actor, content: bytes, file_name: str, request_key: str | None = None) -> list[int]:
    """All rows of a file, or none; each row's evidence is the file. Prices that stand already are passed over.

    Raises Refusal "access.denied", "outside.bad_rows" (facts: rows), those of `read_budget_file`.
    """
    digest = hashlib.sha256(content).hexdigest()
    claimed = claim(actor=actor, action="outside_price.import", request_key=request_key, body={"sha256": digest})
    authorize(actor, "outside_price.import")
    if claimed.replayed:
        return [int(one) for one in claimed.answer]
    rows = read_budget_file(content, columns=OUTSIDE_PRICE_COLUMNS)
    region_code, evidence = _region_of(actor), Evidence(digest, file_name[:200])
    faulty, entered = [], []
    for row in rows:
        try:
            entered.append(_enter(_seen_in(row), evidence, actor=actor, region_code=region_code).id)
        except Refusal as refusal:
            if refusal.code != "outside.already":
                faulty.append(str(row.row_number))
    if faulty:
        raise Refusal("outside.bad_rows", rows="、".join(faulty[:20]), count=len(faulty))
    settle(claimed, entered)
    return entered


@atomic
def decide_outside_price(
    *, actor: Actor, price_id: int, action: str, note: str = "", request_key: str | None = None
) -> OutsidePrice:
    """Take the step "confirm" or "reject". Raises Refusal "outside.unknown", "state.not_possible", "access.denied"."""
    body = {"price_id": price_id, "action": action, "note": note}
    claimed = claim(actor=actor, action="outside_price.decide", request_key=request_key, body=body)
    found = visible_price(actor, price_id, lock=not claimed.replayed)
    if claimed.replayed:
        return found
    advance(found, action, actor, note=note.strip()[:NOTE_MOST])
    found.confirmed_by_id = actor.user_id
    settle(claimed, found.state)
    return found


def visible_prices(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over OutsidePrice: regulators and the centre see their regions', others what they entered."""
    if actor.is_system:
        return query
    conditions = [OutsidePrice.entered_by_id == actor.user_id] if actor.is_signed_in else []
    for region_code in sorted({*actor.regions_as("regulator"), *actor.regions_as("centre")}):
        conditions.append(OutsidePrice.region_code.between(*code_bounds(region_code)))
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_price(actor: Actor, price_id: int, *, lock: bool = False) -> OutsidePrice:
    """One price; `lock` takes its row. Foreign and missing look the same: Refusal("outside.unknown")."""
    query = visible_prices(actor, select(OutsidePrice).where(OutsidePrice.id == price_id))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise Refusal("outside.unknown", price_id=price_id)
    return found


def _enter(seen: SeenPrice, evidence: Evidence, *, actor: Actor, region_code: int) -> OutsidePrice:
    _require_shape(seen)
    entered = OutsidePrice(
        product_id=seen.product_id,
        supplier_id=seen.supplier_id,
        region_code=region_code,
        kind=seen.kind,
        source=seen.source.strip(),
        price_fen=seen.price_fen,
        pieces=seen.pieces,
        is_promotion=seen.is_promotion,
        captured_at=_instant(seen.seen_on),
        evidence_sha256=evidence.sha256,
        evidence_name=evidence.name,
        note=seen.note.strip()[:NOTE_MOST],
        state=OUTSIDE_PRICE_STATES.first,
        entered_by_id=actor.user_id or 0,
        entered_at=clock.now(),
    )
    _require_new(entered)
    session().add(entered)
    session().flush()
    enter(entered, "enter", actor, permission="outside_price.enter", is_new=True, facts=vars(seen))
    return entered


def _require_shape(seen: SeenPrice) -> None:
    product = session().get(Product, seen.product_id) if 0 < seen.product_id < 2**63 else None
    if product is None:
        raise Refusal("outside.product_unknown")
    if seen.kind not in PRICE_KINDS or (seen.kind == "own_site") != (seen.supplier_id is not None):
        raise Refusal("outside.bad_kind")
    if not 2 <= len(seen.source.strip()) <= SOURCE_MOST:
        raise Refusal("outside.bad_source", most=SOURCE_MOST)
    if not (0 < seen.price_fen <= PRICE_MAX_FEN and 0 < seen.pieces <= PIECES_MOST):
        raise Refusal("outside.bad_price")
    if seen.seen_on is None or not seen.seen_on.year >= 2000 or seen.seen_on > clock.today():
        raise Refusal("outside.bad_day")


def _require_new(entered: OutsidePrice) -> None:
    """The same price of the same day from the same source is one, whoever saw it."""
    day = clock.local(entered.captured_at).date()
    same = select(OutsidePrice.captured_at).where(
        OutsidePrice.product_id == entered.product_id,
        OutsidePrice.kind == entered.kind,
        OutsidePrice.source == entered.source,
        OutsidePrice.price_fen == entered.price_fen,
        OutsidePrice.state != "rejected",
    )
    if any(clock.local(at).date() == day for at in session().scalars(same)):
        raise Refusal("outside.already")


def _instant(day: date | None) -> datetime:
    assert day is not None
    return clock.now() if day == clock.today() else clock.end_of_day(day)


def _region_of(actor: Actor) -> int:
    for role in _ENTERING:
        if actor.has_role(role):
            found = organisation(actor.organisations_as(role)[0])
            assert found is not None
            return found.region_code
    raise Refusal("access.denied", permission="outside_price.enter")


def _seen_in(row: BudgetFileRow) -> SeenPrice:
    cells = {name: unicodedata.normalize("NFKC", text).strip() for name, text in row.cells.items()}
    supplier = organisation_by_credit_code(cells.get("credit_code", ""), kind="supplier")
    return SeenPrice(
        product_id=_whole(cells.get("product_id", "")),
        kind=_KINDS.get(cells.get("kind", "").casefold(), ""),
        source=cells.get("source", ""),
        price_fen=fen_of(cells.get("price", "")) or 0,
        pieces=_whole(cells.get("pieces", "") or "1"),
        seen_on=date_of(cells.get("captured_on", "")[:10]),
        supplier_id=supplier.id if supplier is not None else None,
        is_promotion=cells.get("is_promotion", "").casefold() in YES,
        note=cells.get("note", ""),
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
