"""A browser without JavaScript for the page tests: signs in, reads pages, and sends forms as a person would."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from tests.world import PASSWORD


@dataclass
class Page:
    """One answer: its status, its address and its text."""

    status: int
    path: str
    text: str
    tree: html.HtmlElement = field(repr=False)

    @property
    def words(self) -> str:
        """All visible text with single blanks."""
        return re.sub(r"\s+", " ", " ".join(self.tree.itertext()))

    def form(self, action: str) -> html.FormElement:
        """The form whose address ends with `action`, or one of whose buttons sends there."""
        for form in self.tree.forms:
            addresses = [form.get("action", ""), *form.xpath(".//button/@formaction")]
            if any(address.endswith(action) for address in addresses):
                return form
        raise AssertionError(f"no form for {action} on {self.path}")

    def has_form(self, action: str) -> bool:
        return any(form.get("action", "").endswith(action) for form in self.tree.forms)

    def value(self, name: str) -> str:
        """The value of the first field with this name."""
        field = self.tree.xpath(f"//*[@name='{name}']")[0]
        return field.value or ""


class FormBrowser:
    """One person at a browser."""

    def __init__(self, client: FlaskClient, username: str) -> None:
        self.client = client
        self.username = username
        page = self.get("/sign-in")
        answer = self.send(page, "/sign-in", username=username, password=PASSWORD)
        assert answer.path != "/sign-in", f"{username} cannot sign in: {answer.words[:300]}"

    def get(self, path: str) -> Page:
        return page_of(self.client.get(path, follow_redirects=True))

    def send(self, page: Page, action: str, /, *, files: dict[str, Any] | None = None, **typed: Any) -> Page:
        """Send the form of `action` with what stands in it and what is typed on top."""
        form = page.form(action)
        fields = dict(form.form_values())
        fields.update({name: str(value) for name, value in typed.items()})
        own = form.get("action", "")
        address = own if own.endswith(action) else action
        return page_of(self.client.post(address, data={**fields, **(files or {})}, follow_redirects=True))


def page_of(answer: TestResponse) -> Page:
    """The page that an answer shows."""
    text = answer.get_data(as_text=True)
    return Page(status=answer.status_code, path=answer.request.path, text=text, tree=html.fromstring(text or "<p/>"))
