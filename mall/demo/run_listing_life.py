"""The life of the demo's goods: reviewed in bulk by two people, some still waiting, one held, ceilings entered."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select

from mall import clock
from mall.access.actor import Actor
from mall.catalogue.change_price import change_price
from mall.catalogue.enter_ceiling import decide_ceiling, enter_ceiling
from mall.catalogue.hold_listing import freeze_listing
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import ListingChange
from mall.catalogue.listing_hold import ListingHold
from mall.catalogue.price_ceiling import PriceCeiling
from mall.catalogue.product import Product
from mall.catalogue.submit_listing import submit_listing, withdraw_listing
from mall.database import close_reading, session
from mall.demo.demo_accounts import SUPPLIER_USERNAMES
from mall.errors import Refusal
from mall.listing_review.give_verdicts import DOCUMENTS_MAX, give_verdicts
from mall.people.user import actor_named

#: of the demo suppliers' goods every so many-th is kept back at the start and submitted shortly before the end
KEPT_BACK_EVERY = 60
PAPER = "A05040101"
#: (category, ceiling in fen per base unit, source, confirmed)
CEILINGS = (
    (PAPER, 4_500, "复印纸框架协议（演示）第3号", True),
    ("A02021104", 150_000, "液晶显示器框架协议（演示）第5号", False),
)
RISES = 5
HOLD_REASON = "抽检发现实物与标称规格不一致，复检期间暂停销售"


def keep_some_back() -> int:
    """The demo suppliers take some goods back before anybody reviews them. Returns how many."""
    kept = 0
    for actor in _suppliers():
        for listing_id in _listings(actor, state="checked")[::KEPT_BACK_EVERY]:
            withdraw_listing(actor=actor, listing_id=listing_id, reason="资料还要补充")
            kept += 1
    return kept


def review_waiting() -> int:
    """Both reviewers pass everything that is under review now. Returns how many came on the shelf or into force."""
    waiting = [f"listing:{one}" for one in session().scalars(_ids(Listing, "checked"))]
    waiting += [f"listing_change:{one}" for one in session().scalars(_ids(ListingChange, "waiting"))]
    close_reading()
    passed = 0
    for first in range(0, len(waiting), DOCUMENTS_MAX):
        documents = waiting[first : first + DOCUMENTS_MAX]
        for username in ("centre", "monitor"):
            passed += _judge(username, documents)
    return passed


def run_listing_life(*, ends_at: datetime) -> None:
    """What is under way on the last days. Run again after a kill, what stands there already is left alone."""
    with clock.frozen(ends_at - timedelta(hours=80)):
        _enter_ceilings()
    with clock.frozen(ends_at - timedelta(hours=70)):
        _hold_one()
    with clock.frozen(ends_at - timedelta(hours=50)):
        submitted = _submit_kept_back()
    with clock.frozen(ends_at - timedelta(hours=26)):
        _judge_some(submitted)
    with clock.frozen(ends_at - timedelta(hours=20)):
        _ask_rises()
    close_reading()


def _enter_ceilings() -> None:
    known = set(session().scalars(select(PriceCeiling.source)))
    for category_code, ceiling_fen, source, confirmed in CEILINGS:
        if source in known:
            continue
        entered = enter_ceiling(
            actor=_person("centre"),
            category_code=category_code,
            ceiling_fen=ceiling_fen,
            valid_from=date(clock.today().year, 1, 1),
            source=source,
        )
        if confirmed:
            decide_ceiling(actor=_person("monitor"), ceiling_id=entered.id, action="confirm", note="与协议文本一致")


def _hold_one() -> None:
    if session().scalar(select(func.count()).select_from(ListingHold)):
        return
    for listing_id in _listings(_suppliers()[1], state="on_shelf")[-1:]:
        until = clock.today() + timedelta(days=20)
        freeze_listing(actor=_person("centre"), listing_id=listing_id, reason=HOLD_REASON, until=until)


def _submit_kept_back() -> list[int]:
    submitted = []
    for actor in _suppliers():
        for listing_id in _listings(actor, state="draft"):
            submit_listing(actor=actor, listing_id=listing_id)
        submitted += _listings(actor, state="checked")
    return submitted


def _judge_some(listing_ids: list[int]) -> None:
    """One is rejected by both; of the others each reviewer has seen a third."""
    documents = [f"listing:{listing_id}" for listing_id in listing_ids]
    rejected, seen = documents[:1], documents[1:]
    if not rejected:
        return
    for username, passed in (("centre", seen[::3]), ("monitor", seen[1::3])):
        _judge(username, rejected, verdict="reject", reasons=("specification_wrong",), note="规格与实物照片不一致")
        if passed:
            _judge(username, passed)


def _judge(
    username: str, documents: list[str], *, verdict: str = "pass", reasons: tuple[str, ...] = (), note: str = ""
) -> int:
    """One verdict for all; what this reviewer judged before a kill is left alone. Returns how many were approved."""
    try:
        counts = give_verdicts(
            actor=_person(username), documents=documents, verdict=verdict, reasons=reasons, note=note
        )
    except Refusal as refusal:
        if refusal.code != "review.nothing_waits":
            raise
        return 0
    return counts["approved"]


def _ask_rises() -> None:
    if session().scalar(select(func.count()).where(ListingChange.asked_at >= clock.now())):
        return
    supplier = _suppliers()[0]
    for listing_id in _listings(supplier, state="on_shelf")[7 :: KEPT_BACK_EVERY // 2][:RISES]:
        _raise(supplier, listing_id, per_cent=105)
    for listing_id in _listings(supplier, state="on_shelf", category_code=PAPER)[:1]:
        _raise(supplier, listing_id, per_cent=300)


def _raise(supplier: Actor, listing_id: int, *, per_cent: int) -> None:
    price_fen = session().get_one(Listing, listing_id).price_fen * per_cent // 100 + 1
    close_reading()
    change_price(actor=supplier, listing_id=listing_id, price_fen=price_fen, reason="厂家调价通知")


def _suppliers() -> list[Actor]:
    return [_person(username) for username in SUPPLIER_USERNAMES]


def _person(username: str) -> Actor:
    found = actor_named(username)
    close_reading()
    return found


def _ids(table: type[Listing] | type[ListingChange], state: str) -> Select[tuple[int]]:
    return select(table.id).where(table.state == state).order_by(table.id)


def _listings(actor: Actor, *, state: str, category_code: str = "") -> list[int]:
    query = select(Listing.id).where(Listing.supplier_id.in_(actor.supplier_ids), Listing.state == state)
    if category_code:
        query = query.join(Product, Product.id == Listing.product_id).where(Product.category_code == category_code)
    found = list(session().scalars(query.order_by(Listing.sku)))
    close_reading()
    return found
