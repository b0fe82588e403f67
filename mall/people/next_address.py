"""Where to go after signing in: only to our own paths."""

from __future__ import annotations

from urllib.parse import urlsplit

LENGTH_MAX = 2000


def own_path(wanted: str | None, *, default: str) -> str:
    """`wanted` when it is a path of this site, else `default`.

    Browsers take "//host", "/\\host" and addresses with tabs or line ends inside for other sites.
    """
    if not wanted or len(wanted) > LENGTH_MAX or not wanted.startswith("/") or wanted.startswith("//"):
        return default
    if "\\" in wanted or any(ord(character) < 0x21 or ord(character) == 0x7F for character in wanted):
        return default
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return default
    if parts.scheme or parts.netloc:
        return default
    return wanted
