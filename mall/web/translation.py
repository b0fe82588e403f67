"""Which language a page speaks: Chinese unless the reader chose English."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, get_locale, get_translations

from mall.settings import CHECKOUT

LANGUAGES = {"zh": "中文", "en": "English"}
_catalogues: dict[str, Any] = {}


def install_translation(app: Flask) -> None:
    """Msgids are Chinese; mall/locale/en holds the English."""
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    Babel(
        app,
        default_locale="zh",
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(CHECKOUT / "mall" / "locale"),
        locale_selector=current_language,
    )
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)


def _gettext(words: str) -> str:
    return _catalogue().ugettext(words)


def _ngettext(one: str, many: str, count: int) -> str:
    return _catalogue().ungettext(one, many, count)


def _catalogue() -> Any:
    # Flask-Babel asks for the language's whole name at every word; a page has two hundred and fifty of them, and
    # that was a sixth of its time. The language of the moment stays Flask-Babel's.
    locale = get_locale()
    language = locale.language if locale is not None else ""
    if language not in _catalogues:
        _catalogues[language] = get_translations()
    return _catalogues[language]


def current_language() -> str:
    """ "zh" or "en": the choice of this session, then the account's, in the API the Accept-Language header."""
    if not has_request_context():
        return "zh"
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(list(LANGUAGES), default="zh") or "zh"
    chosen = getattr(g, "language", None) or session.get("language") or getattr(session, "language", "")
    return chosen if chosen in LANGUAGES else "zh"
