"""Where a sign-in may lead to."""

import pytest

from mall.people.next_address import own_path

FOREIGN = [
    "https://evil.example/",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\tevil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: a=b",
    "\t//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "",
    None,
    "/" + "a" * 3000,
    "/\x00",
    "//[::1",
    "/\x7f/evil",
]


@pytest.mark.parametrize("wanted", FOREIGN)
def test_foreign_addresses_lead_to_the_default(wanted: str | None) -> None:
    assert own_path(wanted, default="/desk") == "/desk"


@pytest.mark.parametrize(
    "wanted", ["/", "/orders/DD-410100-2026-000001", "/search?q=%E7%BA%B8&page=2", "/a//b", "/x?u=http://y/"]
)
def test_own_paths_are_kept(wanted: str) -> None:
    assert own_path(wanted, default="/desk") == wanted
