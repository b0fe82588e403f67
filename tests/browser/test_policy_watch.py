"""Whether the watchers of the other browser tests can see at all: each fault put in must be told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.running_mall import RunningMall
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def spoilt(chromium: Browser, mall: RunningMall) -> Iterator[Visitor]:
    """A visitor whose findings are wanted."""
    visitor = Visitor(chromium, address=mall.address)
    yield visitor
    visitor.context.close()


def _spoil(visitor: Visitor, before: str, after: str) -> None:
    """Change the text of the sign-in page on its way to the browser; the headers stay."""

    def change(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        assert before in text
        route.fulfill(response=answer, body=text.replace(before, after, 1))

    visitor.page.route("**/sign-in", change)


def test_an_untouched_page_has_no_findings(spoilt: Visitor) -> None:
    spoilt.go("/sign-in")

    assert spoilt.findings == []


def test_an_inline_script_is_told_and_does_not_run(spoilt: Visitor) -> None:
    _spoil(spoilt, "</main>", "</main><script>document.title = 'taken over'</script>")

    spoilt.go("/sign-in")

    assert [finding for finding in spoilt.findings if "policy breached: script-src-elem inline" in finding]
    assert "taken over" not in spoilt.page.title()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("</main>", '<div class="stretcher">x</div><svg width="3000" height="1"></svg></main>', "wide in a window"),
        ("</main>", '<input class="nameless"></main>', "a control without a name"),
        ("</main>", '<p><font color="#bbbbbb">pale</font></p></main>', "contrast"),
        ("</main>", "<h1>another</h1></main>", "2 h1"),
        ('lang="zh-CN"', 'lang=""', 'lang is ""'),
        ("</main>", '<img alt="" src="/static/nothing.png"></main>', "status 404"),
    ],
)
def test_a_spoilt_page_is_told(spoilt: Visitor, before: str, after: str, told: str) -> None:
    _spoil(spoilt, before, after)

    spoilt.go("/sign-in")

    assert [finding for finding in spoilt.findings if told in finding], spoilt.findings
