"""Every page that each role can reach by links: no dead link, nothing wrong with it, at two widths and in English."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.browser.running_mall import RunningMall
from tests.browser.visitor import NARROW, WIDE, Visitor
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PEOPLE = (
    "", "handler", "approver", "receiver", "accountant", "finance", "supplier", "centre", "monitor", "regulator",
    "budget", "sysadmin", "secadmin", "auditor",
)  # fmt: skip
#: whose pages, together, are nearly all; the others walk in the long tests
WALK_EVERY_TIME = ("", "handler", "accountant", "supplier")
MOST_PAGES = 30
#: the shop's public pages look the same for everybody: the visitor and the handler walk them, the others need not
SHOP = ("/search", "/products", "/categories", "/compare", "/listings", "/open", "/verify")
WALK_THE_SHOP = ("", "handler")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

#: the words of the house itself, without the names of goods, people and places that stand among them
_OWN_WORDS = """() => [...document.querySelectorAll(
    ".site-nav a, .site-foot a, .tools > a .words, main button, main .btn, main .form-label, main thead th, main legend"
  )].filter((one) => !one.closest("[lang=zh-CN]:not(html)")).map((one) => {
    const copy = one.cloneNode(true);
    for (const hidden of copy.querySelectorAll(".visually-hidden")) hidden.remove();
    return copy.textContent.trim().replace(/\\s+/g, " ");
  }).filter(Boolean)"""


@pytest.fixture(scope="module")
def orders(mall: RunningMall) -> dict[str, str]:
    """Orders for the pages to show: one that waits for approval, one that is being received, one that is invoiced."""
    numbers = {}
    for name, until in (("submitted", ""), ("received", "receive"), ("invoiced", "invoice")):
        lines = [
            {"listing_id": mall.world.listings["paper"], "quantity": 10, "budget_line_id": mall.world.office_line},
            {"listing_id": mall.world.listings["printer"], "quantity": 1,
             "budget_line_id": mall.world.lines["school_machines"]},
        ]  # fmt: skip
        body = {"lines": lines, "delivery": {"address": "教学楼一层", "contact": "张老师", "phone": "0371-66668888"}}
        number = mall.api("handler", "/orders", body)["orders"][0]["number"]
        numbers[name] = number
        for who, action, facts in _road(number):
            if not until:
                break
            mall.api(who, f"/orders/{number}/{action}", facts)
            if action == until:
                break
    return numbers


def _road(number: str) -> list[tuple[str, str, dict[str, object]]]:
    invoice = {"number": "2441200000000000" + number[-4:], "issued_on": "2026-06-15", "amount_fen": 139_500}
    return [
        ("approver", "approve", {}),
        ("supplier", "confirm", {}),
        ("handler", "sign", {"password": PASSWORD}),
        ("supplier", "sign", {"password": PASSWORD}),
        ("supplier", "ship", {"carrier": "自送"}),
        ("receiver", "receive", {}),
        ("receiver", "accept", {}),
        ("supplier", "invoice", invoice),
    ]


@pytest.mark.parametrize(
    "who", [who if who in WALK_EVERY_TIME else pytest.param(who, marks=pytest.mark.long) for who in PEOPLE]
)
def test_every_link_leads_to_a_page_that_is_in_order(
    arrive: Callable[..., Visitor], orders: dict[str, str], who: str
) -> None:
    visitor = arrive(who)
    start = ["/desk"] if who else ["/", "/sign-in", "/verify"]
    if who == "handler":
        start.append("/cart")

    seen = _walk(visitor, start, leaving_out=() if who in WALK_THE_SHOP else SHOP)

    assert len(seen) >= 3, seen
    sees_orders = who not in ("", "budget", "sysadmin", "secadmin", "auditor")
    assert any(path.startswith("/orders/DD") for path in seen) == sees_orders, seen
    if who in ("accountant", "finance", "regulator", "budget"):
        assert any(path.startswith("/budget/documents") for path in seen), seen


def _walk(visitor: Visitor, start: list[str], *, leaving_out: tuple[str, ...]) -> list[str]:
    """Follow links breadth first, one of each kind of page; the paths that were opened."""
    waiting, kinds, seen = list(start), {_kind(path) for path in start}, []
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        seen.append(path)
        visitor.resize(WIDE)
        visitor.go(path)
        visitor.resize(NARROW)
        visitor.look_over()
        for found in visitor.page.eval_on_selector_all("a[href]", "links => links.map((link) => link.href)"):
            address = urlsplit(found)
            onward = address.path + (f"?{address.query}" if address.query else "")
            # The reader of the API's description is other people's program with a page of its own.
            is_page = found.startswith(visitor.address) and not re.search(
                r"\.(pdf|csv|xlsx|json|webp)$|/report$|^/api/", address.path
            )
            if is_page and _kind(onward) not in kinds and not address.path.startswith(leaving_out or ("//",)):
                kinds.add(_kind(onward))
                waiting.append(onward)
    return seen


def _kind(path: str) -> str:
    """What sort of page an address is: numbers and the values of its question do not matter."""
    place = urlsplit(path)
    names = sorted({part.partition("=")[0] for part in place.query.split("&") if part})
    return re.sub(r"[A-Z]{2}-[\d-]+|\d+", "*", place.path) + "?" + ",".join(names)


@pytest.mark.parametrize(
    ("who", "paths"),
    [
        ("handler", ("/", "/search?q=复印纸", "/cart", "/orders", "/desk", "/budget", "/notices")),
        (
            "supplier",
            ("/desk", "/orders", "/supplier/listings", "/supplier/imports", "/supplier/push-keys", "/account"),
        ),
    ],
)
def test_in_english_no_chinese_is_left_in_navigation_and_buttons(
    arrive: Callable[..., Visitor], orders: dict[str, str], who: str, paths: tuple[str, ...]
) -> None:
    visitor = arrive(who)
    if who == "handler":
        visitor.go("/search?q=复印纸")
        with visitor.page.expect_navigation(wait_until="load"):
            visitor.page.locator("li.good form button").first.click()
    visitor.go("/").press("English", within="header", exact=False)

    left = {}
    for path in (*paths, f"/orders/{orders['received']}"):
        visitor.go(path)
        assert visitor.page.locator("html").get_attribute("lang") == "en"
        words = [one for one in visitor.page.evaluate(_OWN_WORDS) if CHINESE.search(one)]
        if words:
            left[path] = words
    # The language is kept with the account: the next test reads Chinese again.
    visitor.go("/desk").press("中文", within="header")

    assert left == {}


def test_the_focus_can_be_seen_wherever_the_tab_key_leads(
    arrive: Callable[..., Visitor], orders: dict[str, str]
) -> None:
    handler = arrive("handler")
    unseen = []

    for path in ("/", "/search?q=复印纸", "/cart", f"/orders/{orders['received']}"):
        handler.go(path)
        for _press in range(14):
            handler.page.keyboard.press("Tab")
            if not handler.page.evaluate(_FOCUS_IS_SEEN):
                unseen.append((path, handler.page.evaluate("document.activeElement.outerHTML.slice(0, 120)")))

    assert unseen == []


_FOCUS_IS_SEEN = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return false;
  const box = element.getBoundingClientRect();
  const onScreen = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  const marked = (one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  };
  return onScreen && (marked(element) || marked(element.parentElement));
}"""


def test_without_script_goods_are_found_put_into_the_cart_and_ordered(arrive: Callable[..., Visitor]) -> None:
    handler = arrive("handler2", with_script=False)

    handler.go("/")
    handler.page.get_by_label("搜索商品").fill("复印纸")
    handler.press("搜索", within="main")
    handler.press("得力 7402 A4复印纸 70g 500张")
    offer = handler.page.locator("tr", has_text="郑州晴天办公用品有限公司")
    offer.get_by_label("数量", exact=False).fill("3")
    with handler.page.expect_navigation():
        offer.get_by_role("button", name="加入购物车").click()
    handler.page.get_by_label("全部商品都用这一条").select_option(index=1)
    handler.press("应用")
    assert "¥64.50" in handler.words()
    handler.page.get_by_label("联系电话").fill("0371-66668888")
    handler.press("提交订单")

    assert "已提交 1 张订单" in handler.words()
