"""A supplier without script gives goods their images on a phone; everybody looks at them at two widths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.running_mall import RunningMall
from tests.browser.visitor import NARROW, WIDE, Visitor
from tests.mall.images.pictures import encoded, quartered

#: the strip shows its third picture
SCROLLED = """() => {
    const strip = document.querySelector(".gallery-strip");
    return strip.scrollLeft > strip.clientWidth;
}"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_images_are_sent_arranged_and_looked_at_without_script(
    mall: RunningMall, arrive: Callable[..., Visitor], tmp_path: Path
) -> None:
    files = []
    for number, size in enumerate(((1800, 900), (600, 1200), (500, 500))):
        files.append(tmp_path / f"图{number}.png")
        files[-1].write_bytes(encoded(quartered(size)))
    address = f"/listings/{mall.world.listings['printer']}/images"

    supplier = arrive("supplier", size=NARROW, with_script=False).go(address)
    supplier.page.get_by_label("JPEG、PNG 或 WebP").set_input_files(files)
    supplier.press("上传")
    told = supplier.words()
    first = supplier.page.locator(".image-list img").first.get_attribute("src")
    supplier.press("设为首图", exact=False)
    moved = supplier.page.locator(".image-list img").nth(1).get_attribute("src")

    assert "已添加 3 张图片" in told
    assert moved == first

    visitor = arrive(size=NARROW, with_script=False).go("/search?q=打印机")
    assert visitor.page.locator(".good img").count() == 1
    visitor.press("惠普 M1136w A4黑白激光打印机")
    assert visitor.page.locator(".gallery-strip img").count() == 3

    for who in ("", "supplier"):
        looking = arrive(who, size=WIDE)
        for size in (WIDE, NARROW):
            looking.resize(size)
            looking.go("/search?q=打印机")
            assert _loaded(looking, ".good img") == [240]
            looking.go(f"/listings/{mall.world.listings['printer']}")
            assert _loaded(looking, ".gallery-strip figure:first-child img") == [500]
            looking.page.locator(".gallery .small-images a").nth(2).click()
            looking.page.wait_for_function(SCROLLED)
            looking.look_over()
    for size in (WIDE, NARROW):
        looking.resize(size)
        looking.go(address).go(f"/listings/{mall.world.listings['printer']}/life")


def _loaded(visitor: Visitor, pattern: str) -> list[int]:
    """The widths of the pictures themselves, as the browser found them in the files."""
    widths = []
    for picture in visitor.page.locator(pattern).all():
        picture.scroll_into_view_if_needed()
        handle = picture.element_handle()
        assert handle is not None
        handle.evaluate("one => one.decode()")
        widths.append(handle.evaluate("one => one.naturalWidth"))
    return widths
