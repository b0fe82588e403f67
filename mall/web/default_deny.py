"""Default deny: a URL rule that does not say who may use it keeps the whole mall from starting."""

from __future__ import annotations

from flask import Flask, request

from mall.access.authorize import authorize
from mall.access.guards import current_actor
from mall.errors import Refusal


class UndeclaredRoute(RuntimeError):
    """A bug: a view with neither @needs nor @everyone."""


def require_declarations(app: Flask) -> None:
    """Raise UndeclaredRoute naming every rule whose view declares nothing. The last act of putting the app together."""
    undeclared = sorted(rule.rule for rule in app.url_map.iter_rules() if not _is_declared(app, rule.endpoint))
    if undeclared:
        raise UndeclaredRoute(f"these routes need @needs or @everyone: {', '.join(undeclared)}")


def install_default_deny(app: Flask) -> None:
    """Ask for the declared permission before the body is even read; deny what slipped in after the start."""

    @app.before_request
    def deny() -> None:
        if request.endpoint is None:
            return
        if not _is_declared(app, request.endpoint):
            raise Refusal("access.denied")
        permission = getattr(app.view_functions[request.endpoint], "needs", None)
        if permission is not None:
            authorize(current_actor(), permission)


def declare_open(app: Flask, endpoint: str, why: str) -> None:
    """Declare an endpoint that is not ours (files, documentation) open to everyone."""

    def open_view(**arguments: object) -> object:
        return view(**arguments)

    view = app.view_functions[endpoint]
    open_view.open_to_everyone = why  # type: ignore[attr-defined]
    app.view_functions[endpoint] = open_view


def _is_declared(app: Flask, endpoint: str) -> bool:
    view = app.view_functions[endpoint]
    return hasattr(view, "needs") or hasattr(view, "open_to_everyone")
