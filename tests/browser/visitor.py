"""A person at a real browser who looks over every page she comes to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from tests.world import PASSWORD

LOOK_OVER = Path(__file__).with_name("look_over.js").read_text(encoding="utf-8").partition("\n(")[2]
LOOK_OVER = f"({LOOK_OVER}"
WIDE, NARROW = (1280, 900), (390, 844)
#: for journeys that are walked at 390 every time, where there is less room, and at 1280 in the long tests
WIDE_IN_LONG_TESTS = pytest.param(WIDE, marks=pytest.mark.long, id="1280")
AT_390 = pytest.param(NARROW, id="390")
PATIENCE_MILLISECONDS = 30_000

#: Chromium as on a machine without a way out: nothing of Google's is looked for
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
)  # fmt: skip

#: tells every breach of the content security policy to the binding below, before any script of the page runs
_WATCH_POLICY = """
document.addEventListener("securitypolicyviolation", (event) =>
  window.tellBreach(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile || ""}:${event.lineNumber}`));
"""


class Visitor:
    """One person with a browser context of her own. `findings` is all that was wrong so far."""

    def __init__(
        self, browser: Browser, *, address: str, size: tuple[int, int] = WIDE, with_script: bool = True
    ) -> None:
        self.address = address
        self.size = size
        self.with_script = with_script
        self.findings: list[str] = []
        self.visited: list[str] = []
        self._expected_status = 200
        self.context: BrowserContext = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=with_script, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce",
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE_MILLISECONDS)
        if with_script:
            self.context.expose_binding("tellBreach", lambda source, words: self._note(f"policy breached: {words}"))
            self.context.add_init_script(_WATCH_POLICY)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self._note(f"script error: {error}"))
        self.page.on("requestfailed", self._note_failed)
        self.page.on("response", self._note_response)

    # -- going about ----------------------------------------------------------------------------------------------

    def sign_in(self, username: str, *, password: str = PASSWORD) -> Visitor:
        """Sign in, by default as somebody of the small world; she arrives at her start page."""
        self.go("/sign-in")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(password)
        self.press("登录", within="main")
        assert not self.page.url.endswith("/sign-in"), f"{username} cannot sign in"
        return self

    def go(self, path: str, *, status: int = 200) -> Visitor:
        """Open an address and look the page over."""
        with self.expecting(status):
            answer = self.page.goto(f"{self.address}{path}")
            assert answer is not None and answer.status == status, f"{path}: {answer and answer.status}"
            self.look_over()
        return self

    def press(self, words: str, *, within: str = "main", exact: bool = True) -> Visitor:
        """Press the first button or link with these words, wait for the page it leads to, and look it over."""
        place = self.page.locator(within)
        found = place.get_by_role("button", name=words, exact=exact).or_(
            place.get_by_role("link", name=words, exact=exact)
        )
        with self.page.expect_navigation(wait_until="load"):
            found.first.click()
        self.look_over()
        return self

    def words(self) -> str:
        """What stands on the page, blanks made one."""
        return " ".join(self.page.locator("body").inner_text().split())

    @contextmanager
    def expecting(self, status: int) -> Iterator[None]:
        """While this lasts, an answer with this status is no finding."""
        before, self._expected_status = self._expected_status, status
        try:
            yield
        finally:
            self._expected_status = before

    # -- looking --------------------------------------------------------------------------------------------------

    def look_over(self) -> None:
        """Note everything that is wrong with the page as it stands."""
        self.visited.append(self.page.url.removeprefix(self.address))
        if self.with_script:
            for finding in self.page.evaluate(LOOK_OVER, self.size[0]):
                self._note(finding)

    def resize(self, size: tuple[int, int]) -> None:
        self.size = size
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def _note(self, words: str) -> None:
        path = self.page.url.removeprefix(self.address)
        self.findings.append(f"{path} at {self.size[0]}: {words}")

    def _note_console(self, message: ConsoleMessage) -> None:
        # The browser itself reports answers of 400 and above as errors; a refusal that was asked for is none.
        if message.type in ("error", "warning") and not (
            self._expected_status != 200 and f"status of {self._expected_status}" in message.text
        ):
            self._note(f"console: {message.text}")

    def _note_failed(self, request: Request) -> None:
        # What a page was still asking for when it was left (its icon, a suggestion overtaken by the next keystroke)
        # the browser gives up on purpose. What the policy forbids or the server lacks fails with another word.
        if request.failure != "net::ERR_ABORTED" or request.resource_type == "document":
            self._note(f"failed: {request.url} {request.failure}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 400 and response.status != self._expected_status:
            self._note(f"status {response.status}: {response.request.method} {response.url}")
