"""What browser tests stand on: a Chromium, and a running mall for each file of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from mall.installation.install_test_browser import find_browser, has_chinese_font
from tests.browser.running_mall import RunningMall, running_mall
from tests.browser.visitor import FLAGS, WIDE, Visitor
from tests.conftest import Template, _drop, books_findings, clone


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium with an empty profile."""
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium: install Debian's package chromium, or name one in SUNMALL_CHROMIUM")
    if not has_chinese_font():
        pytest.skip("no Chinese font: install Debian's package fonts-wqy-microhei")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def mall(
    chromium: Browser, template: Template, server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningMall]:
    """The real server and worker over a clone of the small province; afterwards the books must be sound."""
    database = clone(template, server_url)
    folder = tmp_path_factory.mktemp("mall")
    try:
        with running_mall(database, folder=folder, world=template.world) as running:
            yield running
        assert books_findings(database.admin) == [], "the books are unsound after these tests"
    finally:
        _drop(server_url, database.name)


@pytest.fixture
def arrive(chromium: Browser, mall: RunningMall) -> Iterator[Callable[..., Visitor]]:
    """Somebody comes: `arrive("handler", size=NARROW)`, or without a name a visitor. Findings fail the test."""
    here: list[Visitor] = []

    def come(username: str = "", *, size: tuple[int, int] = WIDE, with_script: bool = True) -> Visitor:
        visitor = Visitor(chromium, address=mall.address, size=size, with_script=with_script)
        here.append(visitor)
        return visitor.sign_in(username) if username else visitor

    yield come
    for visitor in here:
        visitor.context.close()
    assert [finding for visitor in here for finding in visitor.findings] == []
