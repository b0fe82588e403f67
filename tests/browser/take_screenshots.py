"""Takes the pictures of the README from a running demo: `python -m tests.browser.take_screenshots --url ...`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from mall.installation.install_test_browser import find_browser
from tests.browser.visitor import FLAGS, NARROW, WIDE, Visitor

MOST_BYTES = 250_000
HEIGHT = 780


def take_all(browser: Browser, *, address: str, folder: Path, password: str) -> list[Path]:
    """Walk through the demo as its people and keep what they see. Returns the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []

    def come(username: str, *, size: tuple[int, int] = WIDE) -> Visitor:
        return Visitor(browser, address=address, size=size).sign_in(username, password=password)

    def keep(visitor: Visitor, name: str) -> None:
        path = folder / f"{name}-{visitor.size[0]}.png"
        visitor.page.mouse.move(0, 0)
        # A little lower than the window: the pictures of a README should stay small.
        visitor.page.screenshot(path=path, clip={"x": 0, "y": 0, "width": visitor.size[0], "height": HEIGHT})
        taken.append(path)

    handler = come("handler")
    keep(handler.go("/"), "home")
    keep(handler.go("/search?q=打印机"), "search")
    handler.page.locator("ul.goods h3 a").first.click()
    handler.page.wait_for_load_state()
    keep(handler, "product")
    _fill_cart(handler)
    keep(handler.go("/cart"), "cart")
    keep(handler.go("/desk"), "desk")
    handler.go("/orders?stage=done").page.locator("a[href*='/orders/DD-']").first.click()
    handler.page.wait_for_load_state()
    keep(handler, "order")
    handler.page.locator("#book summary").click()
    handler.page.locator("#book").evaluate("book => window.scrollTo(0, book.offsetTop - 20)")
    keep(handler, "book")
    keep(come("regulator").go("/region"), "region")
    phone = come("approver", size=NARROW)
    keep(phone.go("/desk"), "desk")
    keep(come("handler", size=NARROW).go("/search?q=打印机"), "search")
    return taken


def _fill_cart(handler: Visitor) -> None:
    """Some paper and a printer within the limits, on one budget line; what an earlier run left goes out first."""
    handler.go("/cart")
    while handler.page.get_by_role("button", name="移除").count():
        handler.press("移除", exact=False)
    for question in ("q=复印纸", "q=A4黑白激光打印机&price_max=1199"):
        handler.go(f"/search?{question}")
        with handler.page.expect_navigation():
            handler.page.locator("li.good form button").first.click()
    handler.page.get_by_label("全部商品都用这一条").select_option(index=1)
    handler.press("应用")


def main(arguments: list[str]) -> int:
    """Exit codes: 0 all pictures taken, 1 one is too large or something was wrong with a page, 2 no browser."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("SUNMALL_SCREENSHOTS", "docs/screenshots")))
    parser.add_argument("--password", default=os.environ.get("SUNMALL_DEMO_PASSWORD", "Sunmall-2026"))
    chosen = parser.parse_args(arguments)
    chromium = find_browser()
    if chromium is None:
        print("no Chromium: install Debian's package chromium, or name one in SUNMALL_CHROMIUM", file=sys.stderr)
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=list(FLAGS))
        taken = take_all(browser, address=chosen.url.rstrip("/"), folder=chosen.folder, password=chosen.password)
        browser.close()
    for path in taken:
        print(f"{path}\t{path.stat().st_size:,} bytes")
    return int(any(path.stat().st_size > MOST_BYTES for path in taken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
