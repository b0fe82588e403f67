"""Which goods make asset cards: office equipment and furniture always, other lasting goods from the price limit on."""

from __future__ import annotations

from datetime import date

from mall.reference.read_reference import AssetKindRecord, asset_kinds


def makes_cards(category_code: str, *, price_fen: int, limit_fen: int, on: date) -> bool:
    """Whether a piece of this category at this price gets a card; `limit_fen` is the region's rule asset.card_fen."""
    kind = asset_kind(category_code, on=on)
    if kind is None or kind.card == "never":
        return False
    return kind.card == "always" or price_fen >= limit_fen


def useful_years(category_code: str, *, min_years: int | None, on: date) -> int | None:
    """The years a piece should serve: the standard's minimum of the category, else those of its kind."""
    kind = asset_kind(category_code, on=on)
    return min_years or (kind.useful_years if kind is not None else None)


def asset_kind(category_code: str, *, on: date) -> AssetKindRecord | None:
    """The most exact row that holds for the category on this day; None for what is no asset at all."""
    return next(
        (kind for kind in asset_kinds() if category_code.startswith(kind.category_prefix) and kind.valid_from <= on),
        None,
    )
