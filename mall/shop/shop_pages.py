"""The pages of the shop: home, search, categories, product, comparison. Open to everybody; none of them writes."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mall.access.actor import Actor
from mall.access.guards import current_actor, everyone
from mall.catalogue.listing import Listing
from mall.catalogue.listing_states import NOT_SHOWN
from mall.catalogue.product import Product, current_ids
from mall.database import session
from mall.search.catalogue_names import CategoryName, catalogue_names
from mall.search.query import PRICE_BUCKETS, SORTS, Query
from mall.search.search_catalogue import buyer_region, region_scope, search_listings, suggestions
from mall.shop.base_price import base_price_hundredths, rating_text, yuan_text
from mall.shop.category_icon import category_icon
from mall.shop.category_tree import category_choices, category_counts, category_tree, leaves, shelves
from mall.shop.compare_products import compare_products
from mall.shop.group_offers import product_cards
from mall.shop.page_frame import frame_context, has_page, in_words, is_english, is_page
from mall.shop.party_marks import party_marks
from mall.shop.product_view import view_product
from mall.shop.recently_bought import recently_bought
from mall.shop.search_state import COMPARED_MAX, EVERYWHERE, SHOWN_FACETS, product_ids, read_state
from mall.shop.why_here import why_here

pages = Blueprint("shop", __name__)

OPEN = "open catalogue: prices are public information"
RECENT_MAX = 10
POPULAR_MAX = 10
#: offers read for the popular products, since several may be of one product
POPULAR_OFFERS = 40
SUGGESTIONS_MAX = 8


@pages.app_template_global()
def base_price(price_fen: int, pack_size: int) -> str:
    """Yuan per base unit, as text."""
    return yuan_text(base_price_hundredths(price_fen, pack_size))


for _word in (category_icon, rating_text, has_page, is_page, is_english, in_words):
    pages.add_app_template_global(_word)
pages.app_context_processor(frame_context)


@pages.get("/")
@everyone(OPEN)
def home() -> str:
    actor = current_actor()
    scope = region_scope(actor)
    tree = category_tree(counts=category_counts(scope=scope))
    popular = search_listings(Query(sort="sales", size=POPULAR_OFFERS, scope=scope))
    return render_template(
        "shop/home.html",
        shelves=[(node, leaves(node)) for node in shelves(tree)],
        popular=product_cards(popular.rows)[:POPULAR_MAX],
        recent=product_cards(recently_bought(_buying_units(actor), limit=RECENT_MAX)),
        is_degraded=popular.degraded,
    )


@pages.get("/search")
@everyone(OPEN)
def search() -> str:
    actor = current_actor()
    state = read_state(request.args)
    page = search_listings(state.as_query(scope=region_scope(actor)), count_undelivered=True)
    names = catalogue_names()
    cards = product_cards(page.rows, cheapest_first=not state.sort.startswith("price"))
    # Only there do these reasons decide; a lost engine's page is in the order of sales.
    is_by_merit = state.sort == "relevance" and not page.degraded
    return render_template(
        "shop/search.html",
        state=state,
        page=page,
        cards=cards,
        why=why_here([card.main.id for card in cards]) if is_by_merit else {},
        is_by_merit=is_by_merit,
        sorts=SORTS,
        price_buckets=PRICE_BUCKETS,
        shown_facets=SHOWN_FACETS,
        categories=category_choices(page.facets.get("category", ()), chosen=state.category),
        lineage=_lineage(state.category),
        own_region=buyer_region(actor),
        regions=names.regions,
        everywhere=EVERYWHERE,
        compared_max=COMPARED_MAX,
    )


@pages.get("/suggest")
@everyone(OPEN)
def suggest() -> str:
    text = request.args.get("q", "").replace("\0", "").strip()
    found = suggestions(text, limit=SUGGESTIONS_MAX, scope=region_scope(current_actor())) if text else []
    return render_template("shop/suggestions.html", text=text, suggestions=found)


@pages.get("/categories")
@everyone(OPEN)
def categories() -> str:
    counts = category_counts(scope=region_scope(current_actor()))
    return render_template("shop/categories.html", tree=category_tree(counts=counts), has_counts=bool(counts))


@pages.get("/products/<int:product_id>")
@everyone(OPEN)
def product(product_id: int) -> str | Response:
    """One product; the address of one that was merged leads on, and the page says so."""
    actor = current_actor()
    region_code = buyer_region(actor)
    view = view_product(product_id, region_code=region_code, reader=actor)
    if view is None:
        found = session().get(Product, product_id)
        if found is None or found.merged_into_id is None:
            abort(404)
        return redirect(url_for("shop.product", product_id=found.merged_into_id, was=product_id))
    return render_template(
        "shop/product.html",
        view=view,
        marks=party_marks({offer.supplier.id for offer in view.offers}),
        lineage=_lineage(view.product.category_code or ""),
        similar=product_cards(view.similar(region_code=region_code)),
        merged_here=_merged_here(product_id),
        own_region=region_code,
        units=_units_to_buy_for(actor),
    )


@pages.get("/listings/<int:listing_id>")
@everyone(OPEN)
def listing(listing_id: int) -> Response:
    """An offer's own address leads to its place on the product's page."""
    found = session().get(Listing, listing_id)
    # What has no category yet was never on the shelf: it is the supplier's own affair.
    if found is None or found.state in NOT_SHOWN:
        abort(404)
    return redirect(url_for("shop.product", product_id=found.product_id, _anchor=f"offer-{listing_id}"))


@pages.get("/compare")
@everyone(OPEN)
def compare() -> str:
    actor = current_actor()
    asked = product_ids(request.args.getlist("ids"))
    now = current_ids(asked)
    ids = tuple(dict.fromkeys(now[one] for one in asked if one in now))
    comparison = compare_products(ids, region_code=buyer_region(actor))
    return render_template(
        "shop/compare.html",
        comparison=comparison,
        ids=tuple(column.product.id for column in comparison.columns),
        compared_max=COMPARED_MAX,
        categories=catalogue_names().categories,
    )


def _lineage(code: str) -> list[CategoryName]:
    """The category and those above it, highest first."""
    names = catalogue_names()
    return [names.categories[one] for one in reversed(names.lineage(code))]


def _merged_here(product_id: int) -> Product | None:
    """The product whose old address led here, if it really was merged into this one."""
    was = request.args.get("was", "")
    found = session().get(Product, int(was)) if was.isascii() and was.isdigit() and len(was) <= 18 else None
    return found if found is not None and found.merged_into_id == product_id else None


def _buying_units(actor: Actor) -> tuple[int, ...]:
    return actor.organisations_as("handler")


def _units_to_buy_for(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the units for which the actor fills carts."""
    return [(post.organisation_id, post.organisation_name) for post in actor.posts if post.role == "handler"]
