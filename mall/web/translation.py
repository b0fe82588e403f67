"""Which language a page speaks: Chinese unless the reader chose English."""

from __future__ import annotations

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel

from mall.settings import CHECKOUT

LANGUAGES = {"zh": "中文", "en": "English"}


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


def current_language() -> str:
    """ "zh" or "en": the choice of this session, then the account's, in the API the Accept-Language header."""
    if not has_request_context():
        return "zh"
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(list(LANGUAGES), default="zh") or "zh"
    chosen = getattr(g, "language", None) or session.get("language") or getattr(session, "language", "")
    return chosen if chosen in LANGUAGES else "zh"
