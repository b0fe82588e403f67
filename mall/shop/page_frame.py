"""What the frame around every page needs to know: which pages there are, and the counts beside cart and notices."""

from __future__ import annotations

from typing import Any

import structlog
from flask import current_app, has_request_context, request
from flask_babel import get_locale
from sqlalchemy import BigInteger, DateTime, Select, column, func, select, table
from sqlalchemy.exc import SQLAlchemyError

from mall.access.guards import current_actor
from mall.database import session

# Named here and not imported, because ordering depends on the shop (see recently_bought).
_CART_LINE = table("cart_line", column("user_id", BigInteger))
_NOTICE = table("notice", column("user_id", BigInteger), column("read_at", DateTime(timezone=True)))


_log = structlog.get_logger("shop")


def has_page(endpoint: str) -> bool:
    """Whether this installation has the page; the frame links to nothing that is not there."""
    return endpoint in current_app.view_functions


def is_page(*endpoints: str) -> bool:
    """Whether the page being shown is one of these, or of one of these blueprints ("orders.*")."""
    if not has_request_context() or not request.endpoint:
        return False
    blueprint = request.endpoint.rpartition(".")[0]
    return request.endpoint in endpoints or f"{blueprint}.*" in endpoints


def is_english() -> bool:
    """Whether the page is read in English."""
    return str(get_locale() or "").startswith("en")


def in_words(chinese: str, english: str) -> str:
    """A name out of the database in the language of the page; Chinese where there is no English one."""
    return english if english and is_english() else chinese


class PageFrame:
    """Counts for the top bar, read when a template asks for them and once per page."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    @property
    def cart_count(self) -> int:
        """Lines in the carts of the person signed in."""
        if not current_actor().has_role("handler"):
            return 0
        return self._count("cart", select(func.count()).where(_CART_LINE.c.user_id == current_actor().user_id))

    @property
    def notice_count(self) -> int:
        """Unread notices of the person signed in."""
        if not current_actor().is_signed_in:
            return 0
        mine = (_NOTICE.c.user_id == current_actor().user_id) & _NOTICE.c.read_at.is_(None)
        return self._count("notices", select(func.count()).where(mine))

    def _count(self, name: str, statement: Select[tuple[int]]) -> int:
        if name not in self._counts:
            try:
                self._counts[name] = session().scalar(statement) or 0
            except SQLAlchemyError:
                # The frame also stands around the page that says the database is gone; it must not fail again there.
                _log.warning("frame.count_failed", count=name, exc_info=True)
                self._counts[name] = 0
        return self._counts[name]


def frame_context() -> dict[str, Any]:
    """The names every template has."""
    return {"frame": PageFrame()}
