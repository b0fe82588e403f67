"""Every URL rule declares its permission, or says that it is for everyone and why."""

from __future__ import annotations

import pytest
from flask import Flask

from mall.access.guards import everyone, needs
from mall.access.permission_table import PERMISSIONS


def test_every_route_declares_who_may(app: Flask) -> None:
    undeclared = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if not getattr(view, "needs", None) and not getattr(view, "open_to_everyone", None):
            undeclared.append(rule.rule)

    assert undeclared == []


def test_every_permission_asked_for_is_in_the_table(app: Flask) -> None:
    asked = {getattr(view, "needs", None) for view in app.view_functions.values()} - {None}

    assert asked <= set(PERMISSIONS)


def test_a_mistyped_permission_raises() -> None:
    with pytest.raises(KeyError):
        needs("order.aprove")


def test_open_to_everyone_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="why"):
        everyone("")
