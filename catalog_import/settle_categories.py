"""The supplier settles goods without a category, word by word or one by one; the words are kept for the next file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert

from catalog_import.import_batch import CategoryWord
from catalog_import.settle_listing import settle_listing
from catalog_import.suggest_category import Suggestion, category_index, settled_evidence, suggest
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.catalogue.category import Category
from mall.catalogue.check_submitted import check_submitted
from mall.catalogue.listing import Listing
from mall.catalogue.product import lock_products
from mall.database import atomic, session
from mall.errors import Refusal


@dataclass(frozen=True)
class WaitingListing:
    """A listing without a category, with what it might be."""

    listing_id: int
    sku: str
    name: str
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True)
class WaitingWord:
    """A supplier's own word, how many listings wait under it, some of them, and what it might mean."""

    supplier_id: int
    word: str
    count: int
    listings: tuple[WaitingListing, ...]
    suggestions: tuple[Suggestion, ...]


def waiting_words(actor: Actor, *, listings_shown: int = 20) -> list[WaitingWord]:
    """What the actor's suppliers have to settle, the word with most listings first."""
    mine = (Listing.state == "needs_category") & Listing.supplier_id.in_(actor.supplier_ids)
    counted = (
        select(Listing.supplier_id, Listing.supplier_category, func.count())
        .where(mine)
        .group_by(Listing.supplier_id, Listing.supplier_category)
        .order_by(func.count().desc(), Listing.supplier_category)
    )
    groups = session().execute(counted).all()
    if not groups:
        return []
    index = category_index()
    evidence = settled_evidence(word for _, word, _ in groups)
    found = []
    for supplier_id, word, count in groups:
        query = (
            select(Listing.id, Listing.sku, Listing.name)
            .where(mine, Listing.supplier_id == supplier_id, Listing.supplier_category == word)
            .order_by(Listing.id)
            .limit(listings_shown)
        )
        listings = tuple(
            WaitingListing(
                listing_id=listing_id,
                sku=sku,
                name=name,
                suggestions=tuple(suggest(name=name, word=word, index=index, settled=evidence)),
            )
            for listing_id, sku, name in session().execute(query)
        )
        suggestions = _common(listing.suggestions for listing in listings)
        found.append(
            WaitingWord(supplier_id=supplier_id, word=word, count=count, listings=listings, suggestions=suggestions)
        )
    return found


@atomic
def settle_words(*, actor: Actor, supplier_id: int, codes_by_word: Mapping[str, str]) -> int:
    """Give every waiting listing under each word its category and keep the word. Returns how many were submitted.

    Raises Refusal "access.denied", "import.category_unknown".
    """
    authorize(actor, "import.settle", _Settling(supplier_id))
    settled = 0
    for word, code in sorted(codes_by_word.items()):
        _refuse_unsold(code)
        query = select(Listing).where(
            Listing.supplier_id == supplier_id, Listing.state == "needs_category", Listing.supplier_category == word
        )
        settled += _settle_all(query, actor=actor, codes=_always(code))
        if word:
            _keep(supplier_id, word=word, code=code, actor=actor)
    facts = {"words": dict(codes_by_word), "listings": settled}
    record(actor=actor, action="import.settle", subject=f"supplier:{supplier_id}", facts=facts)
    return settled


@atomic
def settle_listings(*, actor: Actor, supplier_id: int, codes_by_listing: Mapping[int, str]) -> int:
    """Give single listings their categories; the words are left alone. Returns how many were submitted.

    Raises Refusal "access.denied", "import.category_unknown".
    """
    authorize(actor, "import.settle", _Settling(supplier_id))
    for code in set(codes_by_listing.values()):
        _refuse_unsold(code)
    query = select(Listing).where(
        Listing.supplier_id == supplier_id,
        Listing.state == "needs_category",
        Listing.id.in_(list(codes_by_listing)),
    )
    settled = _settle_all(query, actor=actor, codes=lambda listing: codes_by_listing[listing.id])
    facts = {"listings": settled}
    record(actor=actor, action="import.settle", subject=f"supplier:{supplier_id}", facts=facts)
    return settled


@dataclass(frozen=True)
class _Settling:
    supplier_id: int


def _settle_all(query: Select[tuple[Listing]], *, actor: Actor, codes: Callable[[Listing], str]) -> int:
    lock_products()
    locked = query.order_by(Listing.id).with_for_update().execution_options(populate_existing=True)
    listings = list(session().scalars(locked))
    for listing in listings:
        settle_listing(listing, category_code=codes(listing), actor=actor)
    session().flush()
    check_submitted([listing.id for listing in listings])
    return len(listings)


def _always(code: str) -> Callable[[Listing], str]:
    return lambda _listing: code


def _refuse_unsold(code: str) -> None:
    category = session().get(Category, code)
    if category is None or not category.in_mall or category.level < 2:
        raise Refusal("import.category_unknown", category=code)


def _keep(supplier_id: int, *, word: str, code: str, actor: Actor) -> None:
    statement = insert(CategoryWord).values(
        supplier_id=supplier_id, word=word, category_code=code, user_id=actor.user_id, settled_at=clock.now()
    )
    session().execute(
        statement.on_conflict_do_update(
            index_elements=["supplier_id", "word"],
            set_={
                "category_code": statement.excluded.category_code,
                "user_id": statement.excluded.user_id,
                "settled_at": statement.excluded.settled_at,
            },
        )
    )


def _common(all_suggestions: Iterable[tuple[Suggestion, ...]]) -> tuple[Suggestion, ...]:
    """What the listings of one word have in common: the mean confidence over all of them."""
    lists = list(all_suggestions)
    totals: dict[str, int] = {}
    names: dict[str, str] = {}
    for suggestions in lists:
        for suggestion in suggestions:
            totals[suggestion.code] = totals.get(suggestion.code, 0) + suggestion.confidence
            names[suggestion.code] = suggestion.name
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:3]
    return tuple(
        Suggestion(code=code, name=names[code], confidence=max(total // len(lists), 1)) for code, total in ranked
    )
