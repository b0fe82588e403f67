"""One listing by hand: the cells of a form, judged by the same table of rules as the rows of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from catalog_import.check_rows import Finding, check, feed_row, finding, raw_frame, words_of
from catalog_import.feed_row import FeedRow
from catalog_import.match_listing import SEPARATOR, match_part, queue_listing
from catalog_import.suggest_category import category_index, resolve_words
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.catalogue.category import Category
from mall.catalogue.certificate import CERTIFICATE, CERTIFICATE_UNTIL
from mall.catalogue.listing import Listing, listing_by_sku
from mall.catalogue.listing_states import LISTING_STATES
from mall.catalogue.match_question import are_parted
from mall.catalogue.price_history import PriceChange
from mall.catalogue.product import Product, lock_products, locked_products
from mall.catalogue.shelve_listing import locked_listing
from mall.database import atomic, session
from mall.documents.advance import enter
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.ordering.money_forms import yuan_of

#: nothing of these is in force yet, so that every field may be written anew
EDITABLE = ("draft", "intercepted", "rejected")
#: columns of a file that the form does not ask for
LEFT_OUT = ("net_price", "summary", "shelf", "green")
PROVINCE_CODES = (410000,)


@dataclass(frozen=True)
class FormFinding:
    """What the rules say of one field, in the reader's words; an error keeps the listing from being saved."""

    column: str
    severity: str
    words: str
    code: str


@dataclass(frozen=True)
class CheckedCells:
    """Cells as the table of rules reads them: the canonical row, what it finds, and the key of the product's name."""

    cells: Mapping[str, str]
    row: FeedRow
    findings: tuple[Finding, ...]
    match_part: str


def check_cells(forms: Sequence[Mapping[str, str]]) -> list[CheckedCells]:
    """The table of rules over any number of forms at once; they cost hardly more than one."""
    frame = check(raw_frame(enumerate(forms))).with_columns(match_part().alias("part"))
    return [
        CheckedCells(
            cells=cells,
            row=feed_row(values, cells=cells),
            findings=tuple(finding(code) for code in values["codes"]),
            match_part=str(values["part"]),
        )
        for cells, values in zip(forms, frame.iter_rows(named=True), strict=True)
    ]


def judge_cells(cells: Mapping[str, str], *, supplier_id: int, language: str) -> list[FormFinding]:
    """Everything the table of rules finds in the cells, and whether the category is one the mall sells."""
    [checked] = check_cells([cells])
    return judge(checked, supplier_id=supplier_id, language=language)


def judge(checked: CheckedCells, *, supplier_id: int, language: str) -> list[FormFinding]:
    """The same of cells that were read already."""
    cells = checked.cells
    found = [_finding(one, cells=cells, language=language) for one in checked.findings]
    code, is_sold = _category_of(checked.row, supplier_id=supplier_id)
    if not is_sold:
        found.append(_finding(Finding("category.not_sold", "category", "error"), cells=cells, language=language))
    elif code is None:
        found.append(_finding(Finding("category.unknown", "category", "error"), cells=cells, language=language))
    return found


@atomic
def save_draft(
    *,
    actor: Actor,
    supplier_id: int,
    cells: Mapping[str, str],
    language: str = "zh",
    listing_id: int | None = None,
    request_key: str | None = None,
    checked: CheckedCells | None = None,
) -> int:
    """Write a new draft, or an editable listing of this supplier anew; returns its id.

    `checked` are the same cells where they were read already, together with others.

    Raises Refusal "access.denied", "listing.unknown", "listing.not_editable", "listing.sku_taken", and
    "request.invalid" (facts: errors=[{field, message, code}]) for what the rules call an error.
    """
    body = {"supplier_id": supplier_id, "cells": dict(cells), "listing_id": listing_id}
    claimed = claim(actor=actor, action="listing.save_draft", request_key=request_key, body=body)
    authorize(actor, "listing.edit", _Selling(supplier_id))
    if claimed.replayed:
        return int(claimed.answer)
    if checked is None:
        [checked] = check_cells([cells])
    row = checked.row
    errors = [
        {"field": one.column, "message": one.words, "code": one.code}
        for one in judge(checked, supplier_id=supplier_id, language=language)
        if one.severity == "error"
    ]
    if errors:
        raise Refusal("request.invalid", errors=errors)
    # As in a merge: two who draw up the same new product must not make it twice.
    lock_products()
    listing = _listing_for(row, supplier_id=supplier_id, listing_id=listing_id, actor=actor)
    code, _ = _category_of(row, supplier_id=supplier_id)
    category = session().get_one(Category, code)
    product = _product_for(checked, category=category, listing=listing)
    is_new, old_price_fen = listing.id is None, listing.price_fen
    _write(listing, row, product=product, category=category)
    session().add(listing)
    session().flush()
    _note_price(listing, old_price_fen=old_price_fen, actor=actor)
    brand = checked.match_part.split(SEPARATOR)[1]
    queue_listing(listing, row, product=product, brand=brand, category_code=category.code)
    enter(listing, "draw_up" if is_new else "edit", actor, permission="listing.edit", is_new=is_new)
    record(actor=actor, action="listing.save_draft", subject=listing.reference, facts={"cells": dict(cells)})
    return int(settle(claimed, listing.id))


def cells_of(listing: Listing, product: Product) -> dict[str, str]:
    """The cells of the form as the listing stands."""
    specification = dict(product.specification)
    if listing.certificate_number:
        specification[CERTIFICATE] = listing.certificate_number
    if listing.certificate_until is not None:
        specification[CERTIFICATE_UNTIL] = listing.certificate_until.isoformat()
    return {
        "sku": listing.sku,
        "name": listing.name,
        "category": product.category_code or listing.supplier_category,
        "brand": product.brand,
        "model": product.model,
        "specification": ";".join(f"{name}:{value}" for name, value in specification.items()),
        "unit": listing.unit,
        "pack": listing.pack_text,
        "price": typed_yuan(listing.price_fen),
        "market_price": typed_yuan(listing.market_price_fen),
        "tax_rate": f"{listing.tax_rate_bp / 100:g}%",
        "stock": "" if listing.stock is None else str(listing.stock),
        "delivery_days": str(listing.delivery_days),
        "regions": "、".join(str(code) for code in listing.region_codes),
        "origin": listing.origin,
        "warranty": "" if listing.warranty_months is None else f"{listing.warranty_months}个月",
        "gtin": product.gtin or "",
        "description": listing.description_html,
    }


@dataclass(frozen=True)
class _Selling:
    supplier_id: int


def _finding(finding: Finding, *, cells: Mapping[str, str], language: str) -> FormFinding:
    value = cells.get(finding.column, "")
    return FormFinding(
        finding.column, finding.severity, words_of(finding.code, language=language, value=value), finding.code
    )


def _category_of(row: FeedRow, *, supplier_id: int) -> tuple[str | None, bool]:
    """(the category's code, whether the mall sells it); (None, True) for a word nobody knows."""
    if not row.category:
        return None, True
    resolved = resolve_words(supplier_id, [row.category], index=category_index()).get(row.category)
    return (resolved.code, resolved.is_sold) if resolved is not None else (None, True)


def _listing_for(row: FeedRow, *, supplier_id: int, listing_id: int | None, actor: Actor) -> Listing:
    there = listing_by_sku(supplier_id, row.sku or "")
    if there is not None and there.id != listing_id:
        raise Refusal("listing.sku_taken", sku=row.sku, name=there.name)
    if listing_id is None:
        return Listing(supplier_id=supplier_id, state=LISTING_STATES.first, created_at=clock.now())
    listing = locked_listing(listing_id)
    authorize(actor, "listing.edit", listing)
    if listing.supplier_id != supplier_id or listing.state not in EDITABLE:
        raise Refusal("listing.not_editable", name=listing.name, state=listing.state, kind="listing")
    return listing


def _product_for(checked: CheckedCells, *, category: Category, listing: Listing) -> Product:
    """The product of this GTIN, of this brand and model, or a new one; its particulars grow by what is said now.

    The same exact keys as those of a file; the matcher looks at what they leave open.
    """
    row, part = checked.row, checked.match_part
    base_unit = row.base_unit or category.default_unit or "件"
    key = SEPARATOR.join((category.code, part, base_unit))
    found = _by(Product.gtin, row.gtin) if row.gtin else None
    if found is None:
        found = _by(Product.match_key, key)
        if found is not None and row.gtin and found.gtin not in (None, row.gtin):
            key = SEPARATOR.join((key, row.gtin))
            found = _by(Product.match_key, key)
    if found is not None and listing.id is not None and are_parted(found.id, listing.product_id):
        # Somebody has said that this listing is other goods than its key would have it.
        found = locked_products([listing.product_id])[listing.product_id]
    if found is None:
        found = Product(category_code=category.code, match_key=key, created_at=clock.now(), is_green=bool(row.green))
        _describe(found, row, base_unit=base_unit)
        session().add(found)
        session().flush()
    elif not _is_offered_by_others(found, listing):
        _describe(found, row, base_unit=found.base_unit or base_unit)
    return found


def _describe(product: Product, row: FeedRow, *, base_unit: str) -> None:
    product.brand, product.model = row.brand or "", row.model or ""
    product.name = row.name or product.name
    product.specification = dict(row.specification)
    product.gtin = row.gtin or product.gtin
    product.base_unit = base_unit


def _by(column: Any, value: str) -> Product | None:
    """The product under its lock; the key of one that was merged leads on to the one that has its listings."""
    found = session().scalar(select(Product).where(column == value).with_for_update())
    if found is None or found.merged_into_id is None:
        return found
    return locked_products([found.merged_into_id])[found.merged_into_id]


def _is_offered_by_others(product: Product, listing: Listing) -> bool:
    query = select(func.count()).where(Listing.product_id == product.id)
    if listing.id is not None:
        query = query.where(Listing.id != listing.id)
    return bool(session().scalar(query))


def _write(listing: Listing, row: FeedRow, *, product: Product, category: Category) -> None:
    listing.product_id = product.id
    listing.sku, listing.name = row.sku or "", row.name or ""
    listing.supplier_category = row.category or ""
    listing.price_fen, listing.market_price_fen = row.price_fen or 0, row.market_price_fen
    listing.tax_rate_bp = row.tax_rate_bp if row.tax_rate_bp is not None else 1300
    listing.unit = row.unit or category.default_unit or "件"
    listing.pack_size, listing.pack_text = row.pack_size, row.pack or ""
    listing.stock = row.stock
    listing.delivery_days = row.delivery_days if row.delivery_days is not None else 3
    listing.region_codes = list(row.regions or PROVINCE_CODES)
    listing.origin, listing.warranty_months = row.origin or "", row.warranty_months
    listing.description_html = row.description or ""
    listing.certificate_number = row.specification.get(CERTIFICATE, "")
    listing.certificate_until = _day(row.specification.get(CERTIFICATE_UNTIL, ""))
    listing.updated_at = clock.now()


def _note_price(listing: Listing, *, old_price_fen: int | None, actor: Actor) -> None:
    if old_price_fen != listing.price_fen:
        session().add(
            PriceChange(
                listing_id=listing.id,
                old_price_fen=old_price_fen,
                new_price_fen=listing.price_fen,
                changed_at=listing.updated_at,
                user_id=actor.user_id,
                reason="",
            )
        )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        return None


def typed_yuan(amount_fen: int | None) -> str:
    """The amount as somebody would type it into a cell, "" for none."""
    return "" if amount_fen is None else yuan_of(amount_fen)
