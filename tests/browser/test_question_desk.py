"""The queue of unsure pairs at a real browser: answered by keyboard, on a wide screen and on a phone."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.catalogue.match_question import MatchQuestion
from mall.catalogue.product import Product
from mall.database import atomic, connect, disconnect, session
from tests.browser.running_mall import RunningMall
from tests.browser.visitor import NARROW, WIDE, Visitor

#: one mall serves all tests of this file
_NUMBERS = itertools.count(1)
_EVIDENCE = [
    {"code": "model.equal", "points": 52, "facts": {"listed": "7405", "candidate": "7405"}},
    {"code": "category.equal", "points": 12, "facts": {"listed": "A05040101", "candidate": "A05040101"}},
    {"code": "attribute.differs", "points": -32, "facts": {"name": "颜色", "listed": "红色", "candidate": "蓝色"}},
    {"code": "brand.missing", "points": 0, "facts": {"listed": "", "candidate": "得力"}},
]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def questions(mall: RunningMall) -> list[int]:
    """Three questions, put there behind the back of the running mall; the first is the surest."""
    connect(mall.database.app)
    try:
        return [_ask(mall, confidence=80 - 5 * place) for place in range(3)]
    finally:
        disconnect()


@atomic
def _ask(mall: RunningMall, *, confidence: int) -> int:
    number = next(_NUMBERS)
    paper = session().get_one(Listing, mall.world.listings["paper"])
    products = [
        Product(
            category_code="A05040101", brand="得力", model=f"7405-{number}", name=f"得力文件夹 {side}{number}",
            match_key=f"question|{side}|{number}", specification={"颜色": side}, base_unit="包",
            created_at=clock.now(),
        )
        for side in ("红色", "蓝色")
    ]  # fmt: skip
    session().add_all(products)
    session().flush()
    listings = [
        Listing(
            product_id=product.id, supplier_id=paper.supplier_id, sku=f"QUESTION-{product.id}", name=product.name,
            price_fen=1200, unit="包", region_codes=[410000], state="on_shelf", created_at=clock.now(),
            updated_at=clock.now(),
        )
        for product in products
    ]  # fmt: skip
    session().add_all(listings)
    session().flush()
    question = MatchQuestion(
        listing_id=listings[0].id, supplier_id=paper.supplier_id, product_id=products[0].id,
        candidate_id=products[1].id, confidence=confidence, evidence=_EVIDENCE, state="open", asked_at=clock.now(),
    )  # fmt: skip
    session().add(question)
    session().flush()
    record(actor=SYSTEM, action="test.question", subject=question.reference)
    return question.id


def test_questions_are_answered_by_keyboard(
    mall: RunningMall, arrive: Callable[..., Visitor], questions: list[int]
) -> None:
    desk = arrive("centre", size=WIDE).go("/match-questions")
    before = desk.page.locator(".question").count()
    desk.page.keyboard.press("j")
    with desk.page.expect_navigation():
        desk.page.keyboard.press("y")
    merged = desk.page.locator("main").inner_text()

    phone = arrive("centre", size=NARROW).go("/match-questions")
    for key in "jj":
        phone.page.keyboard.press(key)
    with phone.page.expect_navigation():
        phone.page.keyboard.press("n")
    phone.look_over()
    parted = phone.page.locator("main").inner_text()

    assert before == len(questions) == 3
    assert "已确认同款" in merged
    assert "已确认不是同款" in parted
    assert phone.page.locator(".question").count() == 1


def test_the_page_of_merges_and_splits_fits_a_phone(
    mall: RunningMall, arrive: Callable[..., Visitor], questions: list[int]
) -> None:
    desk = arrive("centre", size=NARROW).go("/match-questions")
    link = desk.page.locator(".question thead a[href*='/products/']").first.get_attribute("href")

    page = desk.go(str(link))

    assert "全部报价（1 条）" in page.page.locator("main").inner_text()
    assert len(questions) == 3
