"""Two reviewers at real browsers: one walks the desk by keyboard, the other has no script at all."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.database import atomic, connect, disconnect, session
from tests.browser.running_mall import RunningMall
from tests.browser.visitor import NARROW, WIDE, Visitor

#: one mall serves all tests of this file
_NUMBERS = itertools.count(1)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def drafts(mall: RunningMall) -> list[int]:
    """Two goods under review, put there behind the back of the running mall."""
    connect(mall.database.app)
    try:
        return [_under_review(mall, f"DESK-{next(_NUMBERS)}") for _ in "ab"]
    finally:
        disconnect()


@atomic
def _under_review(mall: RunningMall, sku: str) -> int:
    paper = session().get_one(Listing, mall.world.listings["paper"])
    listing = Listing(
        product_id=paper.product_id, supplier_id=paper.supplier_id, sku=sku, name=f"得力复印纸 {sku}", price_fen=2000,
        market_price_fen=2500, unit="包", region_codes=[410000], state="checked", submitted_at=clock.now(),
        created_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    session().add(listing)
    session().flush()
    record(actor=SYSTEM, action="test.listing", subject=listing.reference)
    return listing.id


def test_goods_are_reviewed_by_keyboard_and_without_script(
    mall: RunningMall, arrive: Callable[..., Visitor], drafts: list[int]
) -> None:
    first = arrive("centre", size=WIDE).go("/review")
    first.page.keyboard.press("j")
    first.page.keyboard.press("x")
    first.page.keyboard.press("j")
    first.page.keyboard.press("x")
    ticked = first.page.locator("input[name=document]:checked").count()
    first.press("通过（P）")
    told = first.page.locator("main").inner_text()

    second = arrive("monitor", size=NARROW, with_script=False).go("/review")
    for box in second.page.locator("input[name=document]").all():
        box.check()
    second.press("通过（P）")
    decided = second.page.locator("main").inner_text()

    shop = arrive(size=NARROW).go(f"/listings/{drafts[0]}").page.locator("main").inner_text()
    assert ticked == 2
    assert "已给出 2 条意见：0 条" in told
    assert "已给出 2 条意见：2 条" in decided
    assert "得力复印纸 DESK-" in shop


def test_letters_typed_into_the_note_stay_there(arrive: Callable[..., Visitor], drafts: list[int]) -> None:
    desk = arrive("centre").go("/review")

    desk.page.locator("#note").press_sequentially("ajax")

    assert desk.page.locator("#note").input_value() == "ajax"
    assert desk.page.locator("input[name=document]:checked").count() == 0
    assert len(drafts) == 2
