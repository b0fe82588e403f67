"""New goods from a supplier's own system: each entry is judged as the cells of the form, drawn up and submitted."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StrictInt, field_validator

from catalog_import.draft_listing import EDITABLE, CheckedCells, FormFinding, check_cells, judge, save_draft, typed_yuan
from mall.access.actor import Actor
from mall.api.read_request import in_shape
from mall.catalogue.change_price import PRICE_MAX_FEN
from mall.catalogue.change_stock import STOCK_MAX
from mall.catalogue.listing import Listing
from mall.catalogue.product import lock_products
from mall.catalogue.submit_listing import submit_listing
from mall.database import session
from mall.errors import Refusal
from mall.supplier_push.change_skus import SkuEntry, change_skus, submitted_item
from mall.web.translation import current_language

#: columns of the table of rules that are called otherwise here, since here they are numbers
FIELDS = {
    "price": "price_fen",
    "market_price": "market_price_fen",
    "tax_rate": "tax_rate_bp",
    "regions": "region_codes",
    "warranty": "warranty_months",
}
#: they part names, values and pairs of a specification where it is one text
_PARTING = re.compile(r"[:：;；\n\r]")

Text = Annotated[str, Field(max_length=1_000)]
Fen = Annotated[StrictInt, Field(ge=1, le=PRICE_MAX_FEN)]


class ListingEntry(SkuEntry):
    """New goods, or goods that are a draft, were rejected or stopped, written anew."""

    name: Annotated[str, Field(min_length=1, max_length=1_000)]
    category: Annotated[Text, Field(description="Code or name of the catalogue, or a word of the supplier's own")]
    brand: Text = ""
    model: Text = ""
    specification: Annotated[dict[Text, Text], Field(default={}, max_length=100, description="Attribute to value")]
    unit: Annotated[Text, Field(description="In which it is sold, such as 包")]
    pack: Annotated[Text, Field(description="Such as 500张/包 5包/箱")] = ""
    price_fen: Annotated[Fen, Field(description="Per unit, with tax")]
    market_price_fen: Fen | None = None
    tax_rate_bp: Annotated[StrictInt, Field(ge=0, le=10_000)] | None = None
    stock: Annotated[StrictInt, Field(ge=0, le=STOCK_MAX, description="null: not counted")] | None = None
    delivery_days: Annotated[StrictInt, Field(ge=0, le=10_000)] | None = None
    region_codes: Annotated[list[StrictInt], Field(default=[], max_length=200, description="None: the province")]
    origin: Text = ""
    warranty_months: Annotated[StrictInt, Field(ge=0, le=10_000)] | None = None
    gtin: Text = ""
    description: Annotated[str, Field(max_length=60_000)] = ""

    @field_validator("specification")
    @classmethod
    def _is_parted_nowhere(cls, given: dict[str, str]) -> dict[str, str]:
        if any(_PARTING.search(name) or re.search(r"[;；\n\r]", value) for name, value in given.items()):
            raise ValueError("no colon or semicolon in a name, no semicolon in a value")
        return given


def push_listings(*, actor: Actor, supplier_id: int, entries: Sequence[Any]) -> dict[str, Any]:
    """Draw up and submit every entry by itself; {"outcomes": [...]} in their order. Runs inside @atomic."""
    # Before any row of a listing, as everywhere.
    lock_products()

    checked = _checked(entries)

    def draw_up(actor: Actor, listing: Listing | None, entry: ListingEntry) -> dict[str, Any]:
        return _draw_up(actor, listing, checked[entry.sku], supplier_id=supplier_id)

    return change_skus(
        actor=actor,
        supplier_id=supplier_id,
        name="push.listings",
        entries=entries,
        shape=ListingEntry,
        deed=draw_up,
        takes_new=True,
    )


def cells_of_entry(entry: ListingEntry) -> dict[str, str]:
    """The entry as somebody would type it into the form."""
    return {
        "sku": entry.sku,
        "name": entry.name,
        "category": entry.category,
        "brand": entry.brand,
        "model": entry.model,
        "specification": ";".join(f"{name}:{value}" for name, value in entry.specification.items()),
        "unit": entry.unit,
        "pack": entry.pack,
        "price": typed_yuan(entry.price_fen),
        "market_price": typed_yuan(entry.market_price_fen),
        "tax_rate": "" if entry.tax_rate_bp is None else f"{entry.tax_rate_bp / 100:g}%",
        "stock": _number(entry.stock),
        "delivery_days": _number(entry.delivery_days),
        "regions": "、".join(map(str, entry.region_codes)),
        "origin": entry.origin,
        "warranty": "" if entry.warranty_months is None else f"{entry.warranty_months}个月",
        "gtin": entry.gtin,
        "description": entry.description,
    }


def _checked(entries: Sequence[Any]) -> dict[str, CheckedCells]:
    """By SKU, what the table of rules says of the entries in shape; of an SKU named twice nothing is done anyway."""
    sound = []
    for given in entries:
        with contextlib.suppress(Refusal):
            sound.append(in_shape(ListingEntry, given))
    forms = check_cells([cells_of_entry(entry) for entry in sound])
    return {entry.sku: checked for entry, checked in zip(sound, forms, strict=True)}


def _draw_up(actor: Actor, listing: Listing | None, checked: CheckedCells, *, supplier_id: int) -> dict[str, Any]:
    language = current_language()
    found = judge(checked, supplier_id=supplier_id, language=language)
    faults = [one for one in found if one.severity == "error"]
    if faults:
        raise Refusal("request.invalid", errors=[_said(one) for one in faults])
    listing_id = save_draft(
        actor=actor,
        supplier_id=supplier_id,
        cells=checked.cells,
        language=language,
        # What is reviewed or sold is not written anew: its SKU is taken.
        listing_id=listing.id if listing is not None and listing.state in EDITABLE else None,
        checked=checked,
    )
    state = submit_listing(actor=actor, listing_id=listing_id)
    outcome = submitted_item(session().get_one(Listing, listing_id), state=state)
    warnings = [_said(one) for one in found if one.severity == "warning"]
    return {**outcome, "facts": {**outcome["facts"], "warnings": warnings}} if warnings else outcome


def _said(finding: FormFinding) -> dict[str, str]:
    field = FIELDS.get(finding.column, finding.column)
    return {"field": field, "code": finding.code, "message": finding.words}


def _number(given: int | None) -> str:
    return "" if given is None else str(given)
